"""Who may say for whom a request is forwarded, and what is believed of it.

A client can write any header. What `X-Forwarded-For` says is true only as far as proxies of this
site wrote it, so it is read from right to left: each trusted proxy adds the address of its own peer
at the end (docs/decisions/0034).
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

NONE, UNIX = "none", "unix"
# An IPv6 client has at least this network to itself, so that one client counts as one.
IPV6_CLIENT_PREFIX = 64


@dataclass(frozen=True)
class TrustedProxies:
    """The proxies in front of this site."""

    networks: tuple[Network, ...] = ()
    # Peers on a unix socket. They have no address, and REMOTE_ADDR is empty.
    unix: bool = False
    # Whether the deployment says anything, if only "none".
    is_stated: bool = False

    @classmethod
    def parse(cls, items: list[str]) -> TrustedProxies:
        """From addresses and networks, `unix`, or `none` alone.

        Raises `ValueError` for anything else, also for a network whose address has host bits.
        """
        if items == [NONE]:
            return cls(is_stated=True)
        networks = tuple(ipaddress.ip_network(item) for item in items if item != UNIX)
        return cls(networks, unix=UNIX in items, is_stated=bool(items))

    def __bool__(self) -> bool:
        return bool(self.networks) or self.unix

    def trusts(self, peer: str) -> bool:
        """Whether this peer is a proxy of the site; `peer` is "" on a unix socket."""
        if not peer:
            return self.unix
        address = parse_address(peer)
        return address is not None and any(
            address in network for network in self.networks if network.version == address.version
        )

    def client_address(self, peer: str, forwarded_for: str) -> str:
        """The address of the client: the first from the right that no proxy of the site has.

        An entry that is no address ends the search at the proxy that wrote it. "" on a unix socket
        without a header.
        """
        client = peer
        for entry in reversed(forwarded_for.split(",")):
            address = parse_address(entry) if self.trusts(client) else None
            if address is None:
                break
            client = str(address)
        return client


def parse_address(text: str) -> Address | None:
    """An address with or without port, brackets, quotes or zone; None for anything else.

    An IPv4 address inside an IPv6 one (`::ffff:192.0.2.1`) is the IPv4 address.
    """
    plain = text.strip().strip('"')
    if plain.startswith("["):
        plain, bracket, rest = plain[1:].partition("]")
        if not bracket or (rest and not _is_port(rest)):
            return None
    elif plain.count(":") == 1:
        plain, colon, port = plain.partition(":")
        if not _is_port(colon + port):
            return None
    try:
        address = ipaddress.ip_address(plain.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _is_port(text: str) -> bool:
    return text[:1] == ":" and text[1:].isascii() and text[1:].isdigit()


def client_network(address: str) -> str:
    """What counts as one client: an IPv4 address, or the /64 of an IPv6 address.

    What is no address (a unix socket) stays as it is.
    """
    parsed = parse_address(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, IPV6_CLIENT_PREFIX), strict=False))
    return str(parsed) if parsed else address
