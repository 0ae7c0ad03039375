"""Key rotation inside the rows of credential slots: layers under the PEPPER and INNER keys.

The row itself is under the OUTER key, and the nightly renewal encrypts it again. The same renewal
moves custodians' ciphertexts to the INNER key in use.
"""

from __future__ import annotations

from collections import Counter

from accounts.models import SLOT_TABLE, SlotContents


def count_by_version(name: str) -> Counter[int]:
    """How many ciphertexts in slots are under each version of PEPPER or INNER."""
    counted: Counter[int] = Counter()
    for _, content in SLOT_TABLE.scan():
        counted.update(
            int.from_bytes(ciphertext[:2], "big")
            for ciphertext in _ciphertexts(SlotContents.decode(content), name)
        )
    return counted


def _ciphertexts(slots: SlotContents, name: str) -> list[bytes]:
    if name == "PEPPER":
        return [slots.password.wrapped] if slots.password else []
    return list(slots.custodians.by_pair.values()) if slots.custodians else []
