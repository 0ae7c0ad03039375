"""Encryption for pairs of custodians: two persons and the INNER key can decrypt, nobody alone."""

from __future__ import annotations

from itertools import combinations

from sermo.core import crypto, keys

CUSTODIAN_KEYS = (
    keys.KeyName.CUSTODIAN_1_PUBLIC,
    keys.KeyName.CUSTODIAN_2_PUBLIC,
    keys.KeyName.CUSTODIAN_3_PUBLIC,
)


def encrypt_for_custodian_pairs(plaintext: bytes) -> dict[str, bytes]:
    """One ciphertext for each pair of custodians, by "1-2", "1-3" and "2-3"."""
    ciphertexts = {}
    for first, second in combinations(range(len(CUSTODIAN_KEYS)), 2):
        to_second = crypto.encrypt_to_public_key(CUSTODIAN_KEYS[second], plaintext)
        to_first = crypto.encrypt_to_public_key(CUSTODIAN_KEYS[first], to_second)
        ciphertexts[f"{first + 1}-{second + 1}"] = crypto.encrypt_to_public_key(
            keys.KeyName.INNER_PUBLIC, to_first
        )
    return ciphertexts


def custodian_key_versions() -> bytes:
    """The versions of the three custodian keys in use now; two bytes each."""
    return b"".join(keys.current(name).version.to_bytes(2, "big") for name in CUSTODIAN_KEYS)


def with_current_inner_layer(ciphertext: bytes) -> bytes:
    """The ciphertext of a pair, its outer layer under the INNER key in use; else unchanged.

    In the sealed worker only. Raises `DecryptionError`, `MissingKeyError`.
    """
    if int.from_bytes(ciphertext[:2], "big") == keys.current(keys.KeyName.INNER_PUBLIC).version:
        return ciphertext
    to_first = crypto.decrypt_with_private_key(keys.KeyName.INNER_PRIVATE, ciphertext)
    return crypto.encrypt_to_public_key(keys.KeyName.INNER_PUBLIC, to_first)
