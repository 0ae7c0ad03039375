"""Rotation of the INNER key in the identity escrows, which are inside members' records."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from sermo.core import crypto, keys
from sermo.core.keys import KeyName
from sermo.members.records import Record, all_records, change_record
from sermo.members.services import pack_identity_escrow, unpack_identity_escrow


def count_by_version() -> Counter[int]:
    """How many escrows are under each version of the INNER key."""
    return Counter(
        _version(record.identity_escrow) for _, record in all_records() if record.identity_escrow
    )


def rewrap_escrows() -> int:
    """In the sealed worker: encrypt the outer layer of older escrows again; how many."""
    current = keys.current(KeyName.INNER_PUBLIC).version
    older = [
        member_id
        for member_id, record in all_records()
        if record.identity_escrow and _version(record.identity_escrow) != current
    ]
    for member_id in older:
        change_record(member_id, _rewrap)
    return len(older)


def _version(escrow: bytes) -> int:
    """The version of the first of the ciphertexts, which begin with two bytes of length."""
    return int.from_bytes(escrow[2:4], "big")


def _rewrap(record: Record) -> Record:
    ciphertexts = {
        pair: crypto.encrypt_to_public_key(
            KeyName.INNER_PUBLIC, crypto.decrypt_with_private_key(KeyName.INNER_PRIVATE, ciphertext)
        )
        for pair, ciphertext in unpack_identity_escrow(record.identity_escrow).items()
    }
    return replace(record, identity_escrow=pack_identity_escrow(ciphertexts))
