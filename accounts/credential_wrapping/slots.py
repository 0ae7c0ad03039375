"""Seals: the only place where a person and a member meet, and only for who can open one.

A pair is the member id (16 bytes) and the member secret (32 bytes). It is closed

    password    under HMAC-SHA256(PEPPER, Argon2id(password, own salt))
    device      under HKDF(secret of the device's cookie)
    recovery    under HKDF(recovery code)
    passkey     under HKDF(the authenticator's PRF output)
    custodians  for each pair (i, j) of three: a sealed box to j inside one to i inside one to INNER

(ANONYMITY.md §1). Both stores without PEPPER allow no guessing of a password.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from itertools import combinations
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from nacl import pwhash

from sermo.core import crypto, keys
from sermo.core.ids import ALPHABET

SALT_BYTES = pwhash.argon2id.SALTBYTES
MEMBER_ID_BYTES = 16
MEMBER_SECRET_BYTES = 32
# 32 letters of 5 bits: 160 bits, shown in groups of four.
RECOVERY_CODE_LENGTH = 32
RECOVERY_CODE_GROUP_LENGTH = 4
CUSTODIAN_KEYS = (
    keys.KeyName.CUSTODIAN_1_PUBLIC,
    keys.KeyName.CUSTODIAN_2_PUBLIC,
    keys.KeyName.CUSTODIAN_3_PUBLIC,
)


@dataclass(frozen=True)
class MemberCredential:
    """What a seal holds."""

    member_id: UUID
    secret: bytes = field(repr=False)

    def to_bytes(self) -> bytes:
        return self.member_id.bytes + self.secret

    @classmethod
    def from_bytes(cls, plain: bytes) -> MemberCredential:
        return cls(
            UUID(bytes=plain[:MEMBER_ID_BYTES]),
            plain[MEMBER_ID_BYTES : MEMBER_ID_BYTES + MEMBER_SECRET_BYTES],
        )


def derive_password_key(password: str, salt: bytes, pepper: keys.Key) -> bytes:
    """32 bytes; costs one Argon2id."""
    stretched = pwhash.argon2id.kdf(
        32,
        password.encode(),
        salt,
        opslimit=settings.PASSWORD_SLOT_OPSLIMIT,
        memlimit=settings.PASSWORD_SLOT_MEMLIMIT,
    )
    return hmac.new(pepper.derive("password-slot"), stretched, hashlib.sha256).digest()


def wrap_with_password(pair: MemberCredential, password: str) -> tuple[bytes, bytes]:
    """Salt and box; the box begins with the pepper's version."""
    salt, pepper = secrets.token_bytes(SALT_BYTES), keys.current(keys.KeyName.PEPPER)
    box = crypto.encrypt(derive_password_key(password, salt, pepper), pair.to_bytes())
    return salt, pepper.version.to_bytes(2, "big") + box


def unwrap_with_password(salt: bytes, box: bytes, password: str) -> MemberCredential:
    """Raises `DecryptionError`, `MissingKeyError`."""
    pepper = keys.version(keys.KeyName.PEPPER, int.from_bytes(box[:2], "big"))
    return MemberCredential.from_bytes(
        crypto.decrypt(derive_password_key(password, salt, pepper), box[2:])
    )


def uses_current_pepper(box: bytes) -> bool:
    """Whether the seal is closed under the pepper in use now."""
    return int.from_bytes(box[:2], "big") == keys.current(keys.KeyName.PEPPER).version


def equalise_timing(password: str) -> None:
    """The work of opening a password seal, where there is none to open (no oracle by time)."""
    derive_password_key(password, bytes(SALT_BYTES), keys.current(keys.KeyName.PEPPER))


def derive_token_key(token: str, purpose: str) -> bytes:
    """32 bytes from a secret that needs no stretching: at least 128 random bits."""
    return HKDF(hashes.SHA256(), 32, salt=None, info=f"seal:{purpose}".encode()).derive(
        token.encode()
    )


def derive_token_locator(token: str, purpose: str) -> bytes:
    """16 bytes by which the seal of a token is found."""
    return HKDF(hashes.SHA256(), 16, salt=None, info=f"locator:{purpose}".encode()).derive(
        token.encode()
    )


def wrap_with_token(pair: MemberCredential, token: str, purpose: str) -> bytes:
    return crypto.encrypt(derive_token_key(token, purpose), pair.to_bytes())


def unwrap_with_token(box: bytes, token: str, purpose: str) -> MemberCredential:
    """Raises `DecryptionError`."""
    return MemberCredential.from_bytes(crypto.decrypt(derive_token_key(token, purpose), box))


def new_recovery_code() -> str:
    """Eight groups of four letters and digits, 160 random bits."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(RECOVERY_CODE_LENGTH))
    return "-".join(
        letters[at : at + RECOVERY_CODE_GROUP_LENGTH]
        for at in range(0, RECOVERY_CODE_LENGTH, RECOVERY_CODE_GROUP_LENGTH)
    )


def normalise_recovery_code(typed: str) -> str:
    """A code as people type it: spaces, case and look-alike letters do not matter."""
    folded = typed.lower().translate(str.maketrans("oil", "011"))
    kept = "".join(letter for letter in folded if letter in ALPHABET)
    return "-".join(
        kept[at : at + RECOVERY_CODE_GROUP_LENGTH]
        for at in range(0, len(kept), RECOVERY_CODE_GROUP_LENGTH)
    )


def encrypt_for_custodian_pairs(plain: bytes) -> dict[str, bytes]:
    """One box for each pair of custodians: "1-2", "1-3", "2-3". Two people and INNER open one."""
    boxes = {}
    for first, second in combinations(range(len(CUSTODIAN_KEYS)), 2):
        inner = crypto.encrypt_to_public_key(CUSTODIAN_KEYS[second], plain)
        middle = crypto.encrypt_to_public_key(CUSTODIAN_KEYS[first], inner)
        boxes[f"{first + 1}-{second + 1}"] = crypto.encrypt_to_public_key(
            keys.KeyName.INNER_PUBLIC, middle
        )
    return boxes


def custodian_key_versions() -> bytes:
    """Which versions of the three keys close a box now; two bytes each."""
    return b"".join(keys.current(name).version.to_bytes(2, "big") for name in CUSTODIAN_KEYS)
