"""The offline halves: what a custodian does with a key that no machine of ours ever sees.

An errand is one thing to open, as a file that goes from hand to hand. The sealed worker has taken
off the outer layer; custodian i takes off theirs, then custodian j; what j finds is sealed at once
to the one person it is for, so that no file ever holds it in clear. Needs neither Django nor a
database: the machine of a custodian has none.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
from dataclasses import asdict, dataclass, replace

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from sermo.core import keys
from sermo.core.crypto import fingerprint

PAIRS = ("1-2", "1-3", "2-3")
# Opening one contribution to one person; giving a member back to their own.
OPENING, RECOVERY = "opening", "recovery"
FIRST_HALF, SECOND_HALF, BOTH_HALVES = 1, 2, 3


class Refused(Exception):
    """A rule of the ceremony says no; the message says which."""


@dataclass(frozen=True)
class Errand:
    """One box on its way. `step` says whose turn it is; `box` is never open."""

    id: str
    purpose: str
    pair: str
    expires_at: str
    # Public key of the person the content is for, base64.
    recipient: str
    box: str
    step: int = FIRST_HALF
    # Fingerprints of the keys that have taken off a layer.
    peeled_by: tuple[str, ...] = ()

    @property
    def recipient_fingerprint(self) -> str:
        return fingerprint(base64.b64decode(self.recipient))


@dataclass(frozen=True)
class CustodianKey:
    """A custodian's private key, every version they kept."""

    number: int
    versions: tuple[keys.Key, ...]


def new_errand(
    *, id: str, purpose: str, pair: str, expires_at: dt.datetime, recipient: bytes, box: bytes
) -> Errand:
    """What the sealed worker hands to the first custodian of the pair."""
    if pair not in PAIRS:
        raise Refused("There are three pairs of custodians: 1-2, 1-3 and 2-3.")
    return Errand(id, purpose, pair, expires_at.isoformat(), _text(recipient), _text(box))


def dump(errand: Errand) -> str:
    return json.dumps(asdict(errand), indent=2) + "\n"


def load(text: str) -> Errand:
    """Raises `Refused` for a file that is not an errand."""
    try:
        told = json.loads(text)
        return Errand(**{**told, "peeled_by": tuple(told["peeled_by"])})
    except (ValueError, TypeError, KeyError):
        raise Refused("This file is not one of a ceremony.") from None


def read_key(text: str) -> CustodianKey:
    """The file `make_custodians` wrote: `SERMO_KEY_CUSTODIAN_<n>_PRIVATE=…`. Raises `Refused`."""
    for line in text.splitlines():
        name, _, value = line.strip().partition("=")
        if name.startswith("SERMO_KEY_CUSTODIAN_") and name.endswith("_PRIVATE"):
            number = int(name.removeprefix("SERMO_KEY_CUSTODIAN_")[0])
            public = keys.KeyName(f"CUSTODIAN_{number}_PUBLIC")
            try:
                return CustodianKey(number, keys.parse(public, value))
            except keys.MissingKeyError:
                break
    raise Refused("This file holds no custodian's key.")


def peel(errand: Errand, key: CustodianKey, *, now: dt.datetime, told: str) -> Errand:
    """Take off this custodian's layer. Raises `Refused`.

    `told` is the fingerprint the person this is for has told the custodian by another way: a file
    in which somebody put another person's key is refused.
    """
    _refuse_out_of_turn(errand, key, now=now, told=told)
    opened, used = _open(base64.b64decode(errand.box), key)
    if errand.step == SECOND_HALF:
        opened = SealedBox(PublicKey(base64.b64decode(errand.recipient))).encrypt(opened)
    return replace(
        errand, box=_text(opened), step=errand.step + 1, peeled_by=(*errand.peeled_by, used)
    )


def _refuse_out_of_turn(errand: Errand, key: CustodianKey, *, now: dt.datetime, told: str) -> None:
    if now >= dt.datetime.fromisoformat(errand.expires_at):
        raise Refused("This request has expired; a new one needs a new reason.")
    if errand.step not in (FIRST_HALF, SECOND_HALF):
        raise Refused("Both halves are done.")
    if {_public(version) for version in key.versions} & set(errand.peeled_by):
        raise Refused("The same custodian cannot hold both halves.")
    turn = int(errand.pair.split("-")[errand.step - 1])
    if key.number != turn:
        raise Refused(f"It is custodian {turn}'s turn.")
    if told.replace("-", "").strip().lower() != errand.recipient_fingerprint.replace("-", ""):
        raise Refused("This file is for somebody else than told: the fingerprints differ.")


def _open(box: bytes, key: CustodianKey) -> tuple[bytes, str]:
    """What lies below, and the fingerprint of the key that opened it."""
    for version in key.versions:
        if version.version != int.from_bytes(box[:2], "big"):
            continue
        try:
            return SealedBox(PrivateKey(version.material)).decrypt(box[2:]), _public(version)
        except CryptoError:
            break
    raise Refused("This key does not open this box: it is another's, or the box was changed.")


def read_answer(errand: Errand, private: bytes) -> bytes:
    """What both halves brought, for the person whose private key this is. Raises `Refused`."""
    if errand.step != BOTH_HALVES or len(set(errand.peeled_by)) != 2:
        raise Refused("Two custodians have to take off a layer each.")
    try:
        return SealedBox(PrivateKey(private)).decrypt(base64.b64decode(errand.box))
    except CryptoError:
        raise Refused("This key does not open the answer.") from None


def closed_answer(errand: Errand) -> bytes:
    """The box for the recipient, as it is kept until they come for it."""
    return base64.b64decode(errand.box)


def _public(version: keys.Key) -> str:
    return fingerprint(bytes(PrivateKey(version.material).public_key))


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
