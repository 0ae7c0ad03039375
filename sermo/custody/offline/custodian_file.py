"""One ciphertext on its way through two custodians, as a file handed from person to person.

The sealed worker has removed the outer layer (INNER). Custodian i removes theirs, then custodian j.
What j decrypts is encrypted at once to the recipient, so no file ever holds it in clear.
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
from sermo.custody.errors import CustodyRefusal

CUSTODIAN_PAIRS = ("1-2", "1-3", "2-3")
# Purposes: disclosing an author to one person; returning a membership to its owner.
DISCLOSURE, RECOVERY = "disclosure", "recovery"
# Steps: whose turn it is.
FIRST_CUSTODIAN, SECOND_CUSTODIAN, BOTH_DONE = 1, 2, 3


@dataclass(frozen=True)
class CustodianFile:
    """A ciphertext with what the two custodians have to know."""

    id: str
    purpose: str
    custodian_pair: str
    # ISO 8601, with time zone.
    expires_at: str
    # Public key of the person the content is for; base64.
    recipient_public_key: str
    # Base64.
    ciphertext: str
    step: int = FIRST_CUSTODIAN
    # Fingerprints of the keys that have removed a layer.
    decrypted_by: tuple[str, ...] = ()

    @property
    def recipient_fingerprint(self) -> str:
        return fingerprint(base64.b64decode(self.recipient_public_key))


@dataclass(frozen=True)
class CustodianKey:
    """A custodian's private key: every version the custodian has."""

    number: int
    versions: tuple[keys.Key, ...]


def new_custodian_file(
    *,
    id: str,
    purpose: str,
    custodian_pair: str,
    expires_at: dt.datetime,
    recipient_public_key: bytes,
    ciphertext: bytes,
) -> CustodianFile:
    """The file for the first custodian of the pair. Raises `CustodyRefusal` for an unknown pair."""
    refuse_unknown_pair(custodian_pair)
    return CustodianFile(
        id,
        purpose,
        custodian_pair,
        expires_at.isoformat(),
        _base64(recipient_public_key),
        _base64(ciphertext),
    )


def refuse_unknown_pair(custodian_pair: str) -> None:
    """Raises `CustodyRefusal` for anything but "1-2", "1-3" and "2-3"."""
    if custodian_pair not in CUSTODIAN_PAIRS:
        raise CustodyRefusal("There are three pairs of custodians: 1-2, 1-3 and 2-3.")


def dump(file: CustodianFile) -> str:
    """The file as JSON."""
    return json.dumps(asdict(file), indent=2) + "\n"


def load(text: str) -> CustodianFile:
    """What `dump` wrote. Raises `CustodyRefusal` for any other text."""
    try:
        fields = json.loads(text)
        return CustodianFile(**{**fields, "decrypted_by": tuple(fields["decrypted_by"])})
    except (ValueError, TypeError, KeyError):
        raise CustodyRefusal("This file is not one of a ceremony.") from None


def read_custodian_key(text: str) -> CustodianKey:
    """The key in a file of `make_custodians`: `SERMO_KEY_CUSTODIAN_<n>_PRIVATE=…`.

    Raises `CustodyRefusal` for any other text.
    """
    for line in text.splitlines():
        name, _, value = line.strip().partition("=")
        if name.startswith("SERMO_KEY_CUSTODIAN_") and name.endswith("_PRIVATE"):
            number = int(name.removeprefix("SERMO_KEY_CUSTODIAN_")[0])
            public = keys.KeyName(f"CUSTODIAN_{number}_PUBLIC")
            try:
                return CustodianKey(number, keys.parse(public, value))
            except keys.MissingKeyError:
                break
    raise CustodyRefusal("This file holds no custodian's key.")


def decrypt_layer(
    file: CustodianFile, key: CustodianKey, *, now: dt.datetime, confirmed_fingerprint: str
) -> CustodianFile:
    """Remove this custodian's layer.

    `confirmed_fingerprint` is what the recipient has told the custodian by telephone: a file with
    another person's key is refused. Raises `CustodyRefusal`.
    """
    _refuse_expired_or_out_of_turn(file, key, now=now)
    if _digits(confirmed_fingerprint) != _digits(file.recipient_fingerprint):
        raise CustodyRefusal("This file is for somebody else than told: the fingerprints differ.")
    content, key_fingerprint = _decrypt(base64.b64decode(file.ciphertext), key)
    if file.step == SECOND_CUSTODIAN:
        recipient = PublicKey(base64.b64decode(file.recipient_public_key))
        content = SealedBox(recipient).encrypt(content)
    return replace(
        file,
        ciphertext=_base64(content),
        step=file.step + 1,
        decrypted_by=(*file.decrypted_by, key_fingerprint),
    )


def _refuse_expired_or_out_of_turn(
    file: CustodianFile, key: CustodianKey, *, now: dt.datetime
) -> None:
    if now >= dt.datetime.fromisoformat(file.expires_at):
        raise CustodyRefusal("This request has expired; a new one needs a new reason.")
    if file.step not in (FIRST_CUSTODIAN, SECOND_CUSTODIAN):
        raise CustodyRefusal("Both halves are done.")
    if {_key_fingerprint(version) for version in key.versions} & set(file.decrypted_by):
        raise CustodyRefusal("The same custodian cannot hold both halves.")
    number = int(file.custodian_pair.split("-")[file.step - 1])
    if key.number != number:
        raise CustodyRefusal(f"It is custodian {number}'s turn.")


def _digits(typed: str) -> str:
    return typed.replace("-", "").strip().lower()


def _decrypt(ciphertext: bytes, key: CustodianKey) -> tuple[bytes, str]:
    """The content, and the fingerprint of the key version that decrypted it.

    The first two bytes of the ciphertext name the version.
    """
    for version in key.versions:
        if version.version != int.from_bytes(ciphertext[:2], "big"):
            continue
        try:
            content = SealedBox(PrivateKey(version.material)).decrypt(ciphertext[2:])
        except CryptoError:
            break
        return content, _key_fingerprint(version)
    raise CustodyRefusal(
        "This key does not open this box: it is another's, or the box was changed."
    )


def decrypt_result(file: CustodianFile, private_key: bytes) -> bytes:
    """What both custodians decrypted, with the recipient's private key. Raises `CustodyRefusal`."""
    try:
        return SealedBox(PrivateKey(private_key)).decrypt(result_ciphertext(file))
    except CryptoError:
        raise CustodyRefusal("This key does not open the answer.") from None


def result_ciphertext(file: CustodianFile) -> bytes:
    """The result, still encrypted to the recipient.

    Raises `CustodyRefusal` before two different custodians have removed their layers.
    """
    if file.step != BOTH_DONE or len(set(file.decrypted_by)) != 2:
        raise CustodyRefusal("Two custodians have to take off a layer each.")
    return base64.b64decode(file.ciphertext)


def _key_fingerprint(version: keys.Key) -> str:
    return fingerprint(bytes(PrivateKey(version.material).public_key))


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
