"""The identity escrow: the user's id, encrypted for each pair of custodians, in one column.

for "1-2", "1-3", "2-3": length of the ciphertext (two bytes), ciphertext
"""

from __future__ import annotations

from collections.abc import Mapping

CUSTODIAN_PAIRS = ("1-2", "1-3", "2-3")
LENGTH_BYTES = 2


def pack_identity_escrow(ciphertexts: Mapping[str, bytes]) -> bytes:
    """The column, from one ciphertext for each pair."""
    return b"".join(
        len(ciphertext).to_bytes(LENGTH_BYTES, "big") + ciphertext
        for _, ciphertext in sorted(ciphertexts.items())
    )


def unpack_identity_escrow(identity_escrow: bytes) -> dict[str, bytes]:
    """What `pack_identity_escrow` packed; empty for a member who has left."""
    ciphertexts, start = {}, 0
    for pair in CUSTODIAN_PAIRS if identity_escrow else ():
        length = int.from_bytes(identity_escrow[start : start + LENGTH_BYTES], "big")
        start += LENGTH_BYTES
        ciphertexts[pair] = identity_escrow[start : start + length]
        start += length
    return ciphertexts
