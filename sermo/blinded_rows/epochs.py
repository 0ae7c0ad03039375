"""The epoch of a table: its salts, and the keys that follow from them and from the OUTER key."""

from __future__ import annotations

import hmac
import secrets
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from django.db import transaction
from django.utils import timezone

from sermo.blinded_rows.models import (
    LOCATOR_BYTES,
    SALT_BYTES,
    AbstractEpoch,
    CommunityEpoch,
    IdentityEpoch,
)
from sermo.core import keys
from sermo.core.hkdf import hkdf_sha256
from sermo.routers import COMMUNITY, IDENTITY

# One number for each state of an epoch row: it grows when a renewal begins and when it ends.
STATE_SQL = "number * 2 + least(next_key_version, 1)"


@dataclass(frozen=True)
class EpochKeys:
    """The two keys of one epoch, 32 bytes each."""

    number: int
    locator_key: bytes
    content_key: bytes

    def locator(self, name: bytes) -> bytes:
        """Where the row with this name is; 16 bytes."""
        return hmac.digest(self.locator_key, name, "sha256")[:LOCATOR_BYTES]


@dataclass(frozen=True)
class Epoch:
    """One state of a table: the keys of its rows, and those of a running renewal."""

    current: EpochKeys
    next: EpochKeys | None

    @property
    def both(self) -> tuple[EpochKeys, ...]:
        """Where a row can be: under one of these."""
        return (self.current,) if self.next is None else (self.current, self.next)

    @property
    def newest(self) -> EpochKeys:
        """Under which new rows are written."""
        return self.next or self.current

    @property
    def state(self) -> int:
        """What STATE_SQL gives for this epoch."""
        return self.current.number * 2 + (self.next is not None)

    def by_number(self, number: int) -> EpochKeys | None:
        """The keys of the epoch with this number; None if its time is over."""
        return next((keys_ for keys_ in self.both if keys_.number == number), None)


# What this process knows: (alias, table) to epoch. A row that is missing makes it read again.
_known: dict[tuple[str, str], Epoch] = {}


_HOLD = {
    COMMUNITY: 'SELECT * FROM blinded_rows_communityepoch WHERE "table" = %s FOR SHARE',
    IDENTITY: 'SELECT * FROM blinded_rows_identityepoch WHERE "table" = %s FOR SHARE',
}


def known_epoch(alias: str, table: str) -> Epoch:
    """The epoch as this process knows it; it may be over."""
    return _known.get((alias, table)) or read_epoch(alias, table)


def forget_epochs() -> None:
    """Forget what this process knows, as a new process does."""
    _known.clear()


def read_epoch(alias: str, table: str) -> Epoch:
    """The epoch as the database has it. One statement."""
    row = _model(alias)._default_manager.using(alias).filter(pk=table).first()
    return _remember(alias, table, row or _create(alias, table))


def hold_epoch(alias: str, table: str) -> Epoch:
    """Read the epoch and keep it until the caller's transaction ends. One statement.

    A renewal waits for this transaction before it begins and before it ends.
    """
    model = _model(alias)
    # Django has no lock that several writers can hold at once.
    rows = model._default_manager.using(alias).raw(_HOLD[alias], [table])
    row = next(iter(rows), None)
    return _remember(alias, table, row or _create(alias, table))


def epoch_table(alias: str) -> str:
    """The table with the epochs of this store."""
    return _model(alias)._meta.db_table


def begin_renewal(alias: str, table: str) -> Epoch:
    """Choose the next salt; one that a broken renewal has chosen stays."""
    with transaction.atomic(using=alias):
        row = _lock(alias, table)
        if not row.next_salt:
            row.next_salt = secrets.token_bytes(SALT_BYTES)
            row.next_key_version = keys.current(keys.KeyName.OUTER).version
            row.save(using=alias, update_fields=["next_salt", "next_key_version"])
    return _remember(alias, table, row)


def end_renewal(alias: str, table: str) -> None:
    """The next salt becomes the salt. The caller has moved every row."""
    with transaction.atomic(using=alias):
        row = _lock(alias, table)
        row.number += 1
        row.salt, row.key_version = row.next_salt, row.next_key_version
        row.next_salt, row.next_key_version = b"", 0
        row.renewed_on = timezone.localdate()
        row.save(using=alias)
    _remember(alias, table, row)


def key_versions() -> Counter[int]:
    """How many tables have rows under each version of the OUTER key."""
    counted: Counter[int] = Counter()
    for model in (CommunityEpoch, IdentityEpoch):
        counted.update(model._default_manager.values_list("key_version", flat=True))
    return counted


def _model(alias: str) -> type[CommunityEpoch] | type[IdentityEpoch]:
    return IdentityEpoch if alias == IDENTITY else CommunityEpoch


def first_salt() -> bytes:
    """The salt of a table that had none."""
    return secrets.token_bytes(SALT_BYTES)


def _create(alias: str, table: str) -> AbstractEpoch:
    row, _ = (
        _model(alias)
        ._default_manager.using(alias)
        .get_or_create(
            pk=table,
            defaults={
                "salt": first_salt(),
                "key_version": keys.current(keys.KeyName.OUTER).version,
            },
        )
    )
    return row


def _lock(alias: str, table: str) -> AbstractEpoch:
    _create(alias, table)
    return _model(alias)._default_manager.using(alias).select_for_update().get(pk=table)


def _remember(alias: str, table: str, row: AbstractEpoch) -> Epoch:
    outer = keys.version(keys.KeyName.OUTER, row.key_version)
    current = _derive(outer, table, row.number, bytes(row.salt))
    following = None
    if row.next_salt:
        outer = keys.version(keys.KeyName.OUTER, row.next_key_version)
        following = _derive(outer, table, row.number + 1, bytes(row.next_salt))
    _known[alias, table] = epoch = Epoch(current, following)
    return epoch


@lru_cache(maxsize=64)
def _derive(outer: keys.Key, table: str, number: int, salt: bytes) -> EpochKeys:
    locator_key, content_key = (
        hkdf_sha256(outer.material, info=f"blinded-rows:{table}:{purpose}", salt=salt)
        for purpose in ("locator", "content")
    )
    return EpochKeys(number, locator_key, content_key)
