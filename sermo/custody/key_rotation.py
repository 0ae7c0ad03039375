"""Rotating keys while people are signed in.

1. Every process learns the new version, last in its variable.
2. The new version comes first in every process: new ciphertexts use it.
3. `rewrap` encrypts the old ciphertexts again, in the process that holds the private key.
4. When `status` counts nothing under the old version, it is removed from the variable.

After every step each process can decrypt what any other process has encrypted.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from nacl.public import PrivateKey

from accounts.services.credential_slots import rewrap_for_inner_key
from sermo.audit.models import AuditAction
from sermo.audit.services import record_audit_event
from sermo.blinded_rows.epochs import key_versions
from sermo.core import crypto, keys
from sermo.core.jobs import enqueue
from sermo.core.keys import KeyName
from sermo.core.redis import connection
from sermo.custody import escrow_rotation, licence_number_index, slot_rotation
from sermo.custody.encrypted_columns import EncryptedColumn, encrypted_columns

KEY_PAIRS = {
    "MAIL": KeyName.MAIL_PUBLIC,
    "MODERATION": KeyName.MODERATION_PUBLIC,
    "INNER": KeyName.INNER_PUBLIC,
}
NAMES = (*(name.value for name in keys.SYMMETRIC), *KEY_PAIRS)
# The task of the process that holds the private key.
REWRAP_TASKS = {"MAIL": "mail.rewrap", "MODERATION": "sealed.rewrap", "INNER": "sealed.rewrap"}
# Keys that every process holds, so that the command itself rewraps.
REWRAPPED_HERE = ("FIELD", "EMAIL", "BLIND_INDEX")
# Keys of ciphertexts inside credential slots.
SLOT_KEYS = ("PEPPER", "INNER")
# Keys that need no rewrapping, with the reason for the operator.
REWRAPPED_BY_USE = {
    "PEPPER": "closed anew as each person signs in with the password",
    "OUTER": "closed anew when the rows are renewed in the next night",
    "SESSION": "sessions end after seven days",
}


@dataclass(frozen=True)
class VersionCount:
    """How many ciphertexts are under one version of a key."""

    key: str
    version: int
    n: int
    is_current: bool


def _key_name(name: str) -> KeyName:
    """The key of this name; the public key of a pair."""
    return KEY_PAIRS.get(name) or KeyName(name)


def new_version(name: str) -> dict[str, str]:
    """The next version of a key, by variable. Nothing is stored: the operator carries it."""
    key = keys.current(_key_name(name))
    if name not in KEY_PAIRS:
        material = secrets.token_bytes(keys.KEY_BYTES)
        return {
            f"SERMO_KEY_{name}": keys.format_key(key.version + 1, material, is_demo=key.is_demo)
        }
    private_key = PrivateKey.generate()
    halves = {"PUBLIC": bytes(private_key.public_key), "PRIVATE": bytes(private_key)}
    return {
        f"SERMO_KEY_{name}_{half}": keys.format_key(key.version + 1, material, is_demo=key.is_demo)
        for half, material in halves.items()
    }


def status(names: Iterable[str] = NAMES) -> list[VersionCount]:
    """How many ciphertexts each version of each key has now."""
    return [count for name in names for count in _status(name)]


def _status(name: str) -> list[VersionCount]:
    counted: Counter[int] = Counter({keys.current(_key_name(name)).version: 0})
    if name in SLOT_KEYS:
        counted.update(slot_rotation.count_by_version(name))
    elif name == "OUTER":
        counted.update(key_versions())
    elif name == "SESSION":
        for row in connection().scan_iter("s:*"):
            ciphertext = connection().get(row)
            if isinstance(ciphertext, bytes):
                counted[int.from_bytes(ciphertext[:2], "big")] += 1
    elif name == "BLIND_INDEX":
        counted.update(licence_number_index.count_by_version())
    if name == "INNER":
        counted.update(escrow_rotation.count_by_version())
    for column in encrypted_columns():
        if column.key == _key_name(name):
            for _, value in column.rows():
                counted[column.version(value)] += 1
    current = keys.current(_key_name(name)).version
    return [
        VersionCount(name, version, n, version == current) for version, n in sorted(counted.items())
    ]


def rewrap(name: str) -> int:
    """Encrypt under the version in use what an older one encrypted; how many rows. Idempotent."""
    if name == "BLIND_INDEX":
        n_rewrapped = licence_number_index.recompute()
    else:
        columns = [column for column in encrypted_columns() if column.key == _key_name(name)]
        n_rewrapped = sum(_rewrap(column) for column in columns)
    if name == "INNER":
        n_rewrapped += rewrap_for_inner_key() + escrow_rotation.rewrap_escrows()
    if n_rewrapped:
        record_audit_event(
            AuditAction.KEY_REWRAPPED,
            store="identity",
            actor="operator",
            target=f"key:{name}",
            details={"version": keys.current(_key_name(name)).version},
        )
    return n_rewrapped


def _rewrap(column: EncryptedColumn) -> int:
    """Row by row, without locks: a value that somebody else changes meanwhile is left alone."""
    current, n_rewrapped = keys.current(column.key).version, 0
    for pk, before in column.rows():
        if column.version(before) == current:
            continue
        try:
            after = column.rewrap(before)
        except (crypto.DecryptionError, keys.MissingKeyError):
            continue  # `status` still counts it
        with transaction.atomic(using=column.alias):
            n_rewrapped += column.compare_and_set(pk, before, after)
    return n_rewrapped


def rewrap_everywhere(names: Iterable[str]) -> dict[str, str]:
    """Rewrap what this process can, queue the rest; what was done, by name, for the operator."""
    results = {}
    for name in names:
        if name in REWRAPPED_HERE:
            results[name] = f"{rewrap(name)} closed anew"
        elif name in REWRAP_TASKS:
            with transaction.atomic():
                enqueue(REWRAP_TASKS[name])
            results[name] = "handed to the process that holds the private half"
        else:
            results[name] = REWRAPPED_BY_USE[name]
    return results
