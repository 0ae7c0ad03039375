"""Who is believed about the client's address, and what of it."""

from __future__ import annotations

import ipaddress
import os
import subprocess
import sys
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client, RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from sermo import env
from sermo.core import health, untrusted_forwarding
from sermo.core.http import client_country, client_network
from sermo.core.middleware import FORWARDING_HEADERS, trusted_proxy
from sermo.core.redis import connection
from sermo.core.trusted_proxies import TrustedProxies
from sermo.local_stack.ephemeral import production
from sermo.local_stack.paths import project
from tests.waiting import MAX_WAIT_SECONDS

PROXIES = TrustedProxies.parse(["10.0.0.0/24", "2001:db8:f::/48", "unix"])


@pytest.mark.parametrize(
    ("peer", "header", "client"),
    [
        # The proxy overwrites, or adds at the end of what a client sent.
        ("10.0.0.2", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.2", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.2", "10.0.0.9, 203.0.113.9", "203.0.113.9"),
        # Two proxies of the site, one behind the other, also with two headers joined by WSGI.
        ("10.0.0.2", "198.51.100.1,203.0.113.9, 10.0.0.7", "203.0.113.9"),
        ("2001:db8:f::1", "203.0.113.9,10.0.0.7", "203.0.113.9"),
        # A peer that is not named is the client, whatever it writes.
        ("203.0.113.5", "198.51.100.1", "203.0.113.5"),
        ("10.0.1.2", "198.51.100.1", "10.0.1.2"),
        ("2001:db8:e::1", "198.51.100.1", "2001:db8:e::1"),
        # Forms of an address.
        ("10.0.0.2", "203.0.113.9:4711", "203.0.113.9"),
        ("10.0.0.2", "2001:db8::9", "2001:db8::9"),
        ("10.0.0.2", "[2001:db8::9]", "2001:db8::9"),
        ("10.0.0.2", '"[2001:DB8::9]:4711"', "2001:db8::9"),
        ("10.0.0.2", "fe80::9%eth0", "fe80::9"),
        ("10.0.0.2", "::ffff:203.0.113.9", "203.0.113.9"),
        ("::ffff:10.0.0.2", "203.0.113.9", "203.0.113.9"),
        # Nothing that can be used: the proxy that wrote it stands for its clients.
        ("10.0.0.2", "", "10.0.0.2"),
        ("10.0.0.2", "unknown", "10.0.0.2"),
        ("10.0.0.2", "203.0.113.9, unknown", "10.0.0.2"),
        ("10.0.0.2", "203.0.113.9, ", "10.0.0.2"),
        ("10.0.0.2", "203.0.113.999", "10.0.0.2"),
        ("10.0.0.2", "203.0.113.9:x", "10.0.0.2"),
        ("10.0.0.2", "[2001:db8::9", "10.0.0.2"),
        ("10.0.0.2", "[2001:db8::9]x", "10.0.0.2"),
        ("10.0.0.2", "unknown, 10.0.0.7", "10.0.0.7"),
        ("10.0.0.2", "10.0.0.5, 10.0.0.6", "10.0.0.5"),
        # A unix socket.
        ("", "203.0.113.9", "203.0.113.9"),
        ("", "", ""),
    ],
)
def test_the_client_is_the_first_from_the_right_that_is_no_proxy(
    peer: str, header: str, client: str
) -> None:
    assert PROXIES.client_address(peer, header) == client


ADDRESSES = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)).map(str)
OUTSIDE = ADDRESSES.filter(lambda address: not PROXIES.trusts(address))
INSIDE = st.integers(1, 250).map(lambda number: f"10.0.0.{number}")


@given(lies=st.lists(st.text(max_size=20) | ADDRESSES), client=OUTSIDE, chain=st.lists(INSIDE))
def test_no_header_of_a_client_moves_its_address(
    lies: list[str], client: str, chain: list[str]
) -> None:
    """The client writes what it likes; each proxy of the chain adds its peer."""
    header = ",".join([*lies, client, *chain])

    found = PROXIES.client_address("10.0.0.251", header)

    real = ipaddress.ip_address(client)
    mapped = real.ipv4_mapped if isinstance(real, ipaddress.IPv6Address) else None
    assert ipaddress.ip_address(found) == (mapped or real)


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_makes_the_reader_raise(peer: str, header: str) -> None:
    assert isinstance(PROXIES.client_address(peer, header), str)


@pytest.mark.parametrize("peer", ["", "10.0.0.2", "203.0.113.5", "::1"])
def test_without_named_proxies_nobody_is_believed(peer: str) -> None:
    for nobody in (TrustedProxies(), TrustedProxies.parse(["none"])):
        assert nobody.client_address(peer, "198.51.100.1") == peer
        assert not nobody


@pytest.mark.parametrize(
    "value", ["none,10.0.0.1", "10.0.0.1/24", "proxy.example", "10.0.0.0/33", "*", "2001:db8::/200"]
)
def test_a_list_that_is_no_list_of_networks_stops_the_start(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERMO_TRUSTED_PROXIES", value)

    with pytest.raises(ImproperlyConfigured, match="SERMO_TRUSTED_PROXIES"):
        env.trusted_proxies("SERMO_TRUSTED_PROXIES")


def arrive(settings: Any, peer: str, *, trusted: str = "10.0.0.0/24", **headers: str) -> Any:
    """The request as a view sees it, behind the middleware."""
    settings.TRUSTED_PROXIES = TrustedProxies.parse([trusted])
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.COUNTRY_HEADER = "X-Country"
    seen = []

    def view(request: Any) -> Any:
        seen.append(request)

    trusted_proxy(view)(RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers))
    return seen[0]


ALL_HEADERS = {
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Proto": "https",
    "X-Country": "FR",
    "X-Real-IP": "203.0.113.9",
    "Forwarded": "for=203.0.113.9;proto=https",
}


def test_a_trusted_proxy_is_believed(settings: Any) -> None:
    request = arrive(settings, "10.0.0.2", **ALL_HEADERS)

    assert client_network(request) == "203.0.113.9"
    assert request.is_secure()
    assert client_country(request) == "FR"


@pytest.mark.parametrize(("peer", "trusted"), [("203.0.113.5", "10.0.0.0/24"), ("", "10.0.0.1")])
def test_of_anybody_else_no_header_is_left(settings: Any, peer: str, trusted: str) -> None:
    request = arrive(settings, peer, trusted=trusted, **ALL_HEADERS)

    assert client_network(request) == peer
    assert not request.is_secure()
    assert client_country(request) == ""
    assert not set(FORWARDING_HEADERS) & set(request.META)


@pytest.mark.parametrize(
    ("written", "is_secure"),
    [("https", True), ("http", False), ("https, http", False), ("http,https", True), ("", False)],
)
def test_the_scheme_is_the_one_that_the_proxy_wrote_last(
    settings: Any, written: str, is_secure: bool
) -> None:
    request = arrive(settings, "10.0.0.2", **{"X-Forwarded-Proto": written})

    assert request.is_secure() is is_secure


@pytest.mark.parametrize(
    ("address", "one_client"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:0:1::9", "2001:db8:0:1::/64"),
        ("2001:db8:0:1:ffff::", "2001:db8:0:1::/64"),
        ("2001:db8:0:2::9", "2001:db8:0:2::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("", ""),
    ],
)
def test_an_ipv6_network_counts_as_one_client(address: str, one_client: str) -> None:
    assert client_network(RequestFactory().get("/", REMOTE_ADDR=address)) == one_client


@pytest.fixture
def _nothing_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    connection().delete(untrusted_forwarding.KEY)
    monkeypatch.setattr(untrusted_forwarding, "_reported_at", None)
    monkeypatch.setattr(untrusted_forwarding, "_waiting", 0)


@pytest.mark.usefixtures("_nothing_counted")
@pytest.mark.django_db(databases=["default", "identity"])
def test_a_proxy_that_is_not_named_shows_in_readyz_and_the_log_without_an_address(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert health.warnings() == []

    for _ in range(3):
        Client().get("/healthz", headers={"X-Forwarded-For": "203.0.113.9"})
    answer = Client().get("/readyz")

    assert answer.json()["warnings"] == [
        "Forwarding headers come from a peer that SERMO_TRUSTED_PROXIES does not name."
    ]
    assert untrusted_forwarding.recent_requests() == 1  # the other two wait for the next minute
    assert caplog.text.count("SERMO_TRUSTED_PROXIES") == 1
    assert "203.0.113" not in caplog.text


def start(**changes: str) -> subprocess.CompletedProcess[str]:
    """Load the settings of a production process."""
    stated = {"PATH": os.environ["PATH"], **production(), **changes}
    return subprocess.run(
        [sys.executable, "-c", "import django; django.setup()"],
        env={**stated, "DJANGO_SETTINGS_MODULE": "sermo.settings"},
        cwd=project(),
        capture_output=True,
        text=True,
        timeout=MAX_WAIT_SECONDS,
        check=False,
    )


def test_production_does_not_start_without_a_word_about_its_proxy() -> None:
    silent = start(SERMO_TRUSTED_PROXIES="")

    assert silent.returncode != 0
    assert "SERMO_TRUSTED_PROXIES is not set. Name the proxy" in silent.stderr
    for stated in ("none", "192.0.2.1", "unix"):
        assert start(SERMO_TRUSTED_PROXIES=stated).returncode == 0, stated
    assert start(SERMO_TRUSTED_PROXIES="", SERMO_PROCESS="beat").returncode == 0


def test_gunicorn_trusts_the_same_proxies_and_takes_no_scheme_or_path_from_a_header() -> None:
    loaded = gunicorn_config("10.0.0.0/24,2001:db8::1", "127.0.0.1:8000")

    assert loaded == "['10.0.0.0/24', '2001:db8::1/128'] {} [] drop"


@pytest.mark.parametrize(
    ("stated", "starts"), [("10.0.0.1", False), ("none", False), ("unix", True)]
)
def test_a_unix_socket_needs_a_proxy_that_is_trusted_there(stated: str, starts: bool) -> None:
    loaded = gunicorn_config(stated, "unix:/tmp/no-such-socket")

    assert ("Add unix to SERMO_TRUSTED_PROXIES" in loaded) is not starts


def gunicorn_config(proxies: str, bind: str) -> str:
    """What gunicorn makes of sermo.gunicorn, or why it refuses to start."""
    program = (
        "from types import SimpleNamespace\n"
        "from gunicorn.app.wsgiapp import WSGIApplication\n"
        "cfg = WSGIApplication().cfg\n"
        "cfg.on_starting(SimpleNamespace(cfg=cfg))\n"
        "print(cfg.forwarded_allow_ips, cfg.secure_scheme_headers, cfg.forwarder_headers,"
        " cfg.header_map)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "-c", "python:sermo.gunicorn", "sermo.wsgi"],
        env={**os.environ, "SERMO_TRUSTED_PROXIES": proxies, "SERMO_BIND": bind},
        cwd=project(),
        capture_output=True,
        text=True,
        timeout=MAX_WAIT_SECONDS,
        check=False,
    )
    return (done.stdout + done.stderr).strip()
