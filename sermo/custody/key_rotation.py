"""Changing keys while people are signed in.

1 every process learns the new version, last in its variable   2 it comes first, everywhere: new
things are closed with it   3 `rewrap` closes the old things anew, where the private half is held
4 once `status` counts nothing under the old version, it is taken out of the variable. Every step
leaves every process able to read what any other wrote.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from nacl.public import PrivateKey

from accounts.models import CredentialSlot, CredentialSlotKind
from sermo.audit.models import AuditAction
from sermo.audit.services import record_audit_event
from sermo.core import crypto, keys
from sermo.core.jobs import enqueue
from sermo.core.keys import KeyName
from sermo.core.redis import connection
from sermo.custody.encrypted_columns import Column, columns

PAIRED = {
    "MAIL": KeyName.MAIL_PUBLIC,
    "MODERATION": KeyName.MODERATION_PUBLIC,
    "INNER": KeyName.INNER_PUBLIC,
}
NAMES = (*(name.value for name in keys.SYMMETRIC), *PAIRED)
# Which process holds the private half, by the task that works there.
WORKED_BY = {"MAIL": "mail.rewrap", "MODERATION": "sealed.rewrap", "INNER": "sealed.rewrap"}
HERE = ("FIELD", "EMAIL", "BLIND_INDEX")
BY_ITSELF = {
    "PEPPER": "closed anew as each person signs in with the password",
    "SESSION": "sessions end after seven days",
    "CACHE": "counters end within the hour",
}


@dataclass(frozen=True)
class Held:
    """How many things one version of a key closes."""

    key: str
    version: int
    n: int
    is_current: bool


def named(name: str) -> KeyName:
    """The key of this name; the public half of a pair."""
    return PAIRED.get(name) or KeyName(name)


def fresh(name: str) -> dict[str, str]:
    """The next version, by variable. Nothing is stored: the operator carries it."""
    key = keys.current(named(name))
    if name not in PAIRED:
        return {
            f"SERMO_KEY_{name}": keys.format_key(
                key.version + 1, secrets.token_bytes(keys.KEY_BYTES), is_demo=key.is_demo
            )
        }
    private = PrivateKey.generate()
    halves = {"PUBLIC": bytes(private.public_key), "PRIVATE": bytes(private)}
    return {
        f"SERMO_KEY_{name}_{half}": keys.format_key(key.version + 1, material, is_demo=key.is_demo)
        for half, material in halves.items()
    }


def status(names: Iterable[str] = NAMES) -> list[Held]:
    """What each version of each key closes now."""
    return [held for name in names for held in _status(name)]


def _status(name: str) -> list[Held]:
    counted: Counter[int] = Counter({keys.current(named(name)).version: 0})
    if name == "PEPPER":
        slots = CredentialSlot.objects.filter(kind=CredentialSlotKind.PASSWORD)
        for slot in slots.only("wrapped_credential"):
            counted[int.from_bytes(bytes(slot.wrapped_credential)[:2], "big")] += 1
    elif name == "SESSION":
        for row in connection().scan_iter("s:*"):
            box = connection().get(row)
            if isinstance(box, bytes):
                counted[int.from_bytes(box[:2], "big")] += 1
    elif name == "BLIND_INDEX":
        counted += _indexes()
    for column in columns():
        if column.key == named(name):
            for _, value in column.rows():
                counted[column.version(value)] += 1
    current = keys.current(named(name)).version
    return [Held(name, version, n, version == current) for version, n in sorted(counted.items())]


def _indexes() -> Counter[int]:
    from sermo.custody import licences

    return licences.by_version()


def rewrap(name: str) -> int:
    """Close under the version in use what an older one closed; how many. Twice is once."""
    if name == "BLIND_INDEX":
        from sermo.custody import licences

        done = licences.rewrap()
    else:
        done = sum(_rewrap(column) for column in columns() if column.key == named(name))
    if done:
        record_audit_event(
            AuditAction.KEY_REWRAPPED,
            store="identity",
            actor="operator",
            target=f"key:{name}",
            details={"version": keys.current(named(name)).version},
        )
    return done


def _rewrap(column: Column) -> int:
    """Row by row: whoever writes meanwhile wins, and is found again by the next look."""
    current, done = keys.current(column.key).version, 0
    for pk, before in column.rows():
        if column.version(before) == current:
            continue
        try:
            after = column.rewrap(before)
        except (crypto.DecryptionError, keys.MissingKeyError):
            continue  # stays counted by `status`
        with transaction.atomic(using=column.alias):
            done += column.put(pk, before, after)
    return done


def order(names: Iterable[str]) -> dict[str, str]:
    """Rewrap what this process can, and have the others do theirs; what was done, by name."""
    said = {}
    for name in names:
        if name in HERE:
            said[name] = f"{rewrap(name)} closed anew"
        elif name in WORKED_BY:
            with transaction.atomic():
                enqueue(WORKED_BY[name])
            said[name] = "handed to the process that holds the private half"
        else:
            said[name] = BY_ITSELF[name]
    return said
