"""A table of blinded rows: reading, writing, and the renewal that moves all rows to a new epoch.

    locator    = first 16 bytes of HMAC-SHA256(locator key of the epoch, name)
    ciphertext = encrypt(content key of the epoch, name, content padded to one length)

A thief without the OUTER key sees rows of one size in random order, and on the next night other
rows. During a renewal a row is under the old or under the next salt, never under both.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, connections, transaction

from sermo.blinded_rows import epochs
from sermo.blinded_rows.epochs import Epoch, EpochKeys
from sermo.blinded_rows.models import BlindedRow
from sermo.core import crypto
from sermo.core.advisory_lock import exclusive
from sermo.routers import store_of

CHUNK_ROWS = 2000
# A row that a renewal moves while a writer waits for it is found at the second look.
LOOKS = 2
# Rows that a renewal leaves behind. More are a wrong key.
MAX_UNREADABLE_ROWS = 20

log = logging.getLogger(__name__)

# Name and content to what they become; None deletes the row.
Transform = Callable[[bytes, bytes], tuple[bytes, bytes] | None]
# Where the wanted rows are in an epoch.
Locators = Callable[[Epoch], Iterable[bytes]]


class MissingRowError(LookupError):
    """The table has no row with this name."""


class UnreadableRowsError(Exception):
    """More rows than can be left do not decrypt: nothing was moved in this chunk."""


class RenewalRunningError(RuntimeError):
    """Another process renews the table."""


def unchanged(name: bytes, content: bytes) -> tuple[bytes, bytes]:
    """The transform that keeps every row."""
    return name, content


@dataclass(frozen=True)
class BlindedTable:
    """Names have `name_bytes` bytes; contents have at most `content_bytes` - 2."""

    model: type[BlindedRow]
    name_bytes: int
    content_bytes: int

    @property
    def alias(self) -> str:
        return store_of(self.model._meta.app_label, self.model._meta.model_name)

    @property
    def name(self) -> str:
        return self.model._meta.db_table

    def epoch(self) -> Epoch:
        """The epoch as this process knows it; no statement after the first."""
        return epochs.known_epoch(self.alias, self.name)

    def reread_epoch(self) -> Epoch:
        """The epoch as the database has it. One statement."""
        return epochs.read_epoch(self.alias, self.name)

    def hold_epoch(self) -> Epoch:
        """The epoch, which stays until the caller's transaction ends. One statement."""
        return epochs.hold_epoch(self.alias, self.name)

    def get(self, *names: bytes) -> dict[bytes, bytes]:
        """Contents by name. One statement; two or three if the first of the names is missing."""
        epoch = self.epoch()
        found = self.read(epoch, names)
        if names[0] in found:
            return found
        fresh = self.reread_epoch()
        return found if fresh == epoch else self.read(fresh, names)

    def read(self, epoch: Epoch, names: Iterable[bytes]) -> dict[bytes, bytes]:
        """Contents by name, under the keys of this epoch. One statement."""
        rows = self.model._default_manager.filter(locator__in=self.locators(epoch, *names))
        return dict(self.open(epoch, row.epoch, row.ciphertext) for row in rows)

    def first_of(self, locators_of: Locators) -> tuple[Epoch, bytes, bytes] | None:
        """The first of these rows that exists: the database's epoch, locator and ciphertext.

        One statement, repeated when the epoch has changed since this process read it: a row that
        was written under the next epoch is not overlooked.
        """
        epoch = self.epoch()
        while True:
            state, locator, ciphertext = self._first_at(list(locators_of(epoch)))
            if state == epoch.state:
                return None if locator is None else (epoch, bytes(locator), bytes(ciphertext))
            epoch = self.reread_epoch()

    def _first_at(self, locators: list[bytes]) -> tuple[int | None, Any, Any]:
        """The state of the epoch, and in the same moment locator and ciphertext, or None."""
        with connections[self.alias].cursor() as cursor:
            cursor.execute(
                f"SELECT {epochs.STATE_SQL}, found.* "  # noqa: S608  # a table cannot be a parameter
                f"FROM {epochs.epoch_table(self.alias)} LEFT JOIN LATERAL ("
                f"SELECT locator, ciphertext FROM {self.name} WHERE locator = ANY(%s) "
                'ORDER BY array_position(%s, locator) LIMIT 1) found ON true WHERE "table" = %s',
                [locators, locators, self.name],
            )
            return cursor.fetchone() or (None, None, None)

    def locators(self, epoch: Epoch, *names: bytes) -> list[bytes]:
        """Where rows with these names can be."""
        return [keys.locator(name) for keys in epoch.both for name in names]

    def open(self, epoch: Epoch, number: int, ciphertext: bytes) -> tuple[bytes, bytes]:
        """Name and content of a row. Raises `DecryptionError`."""
        keys = epoch.by_number(number)
        if keys is None:
            raise crypto.DecryptionError
        plain = crypto.decrypt(keys.content_key, bytes(ciphertext))
        return plain[: self.name_bytes], crypto.unpad(plain[self.name_bytes :])

    def insert(self, name: bytes, content: bytes) -> bool:
        """Write a new row; False if there is one with this name."""
        return self.insert_all({name: content})

    def insert_all(self, contents: Mapping[bytes, bytes]) -> bool:
        """Write new rows; False, and none is written, if there is one with one of the names."""
        with transaction.atomic(using=self.alias):
            epoch = self.hold_epoch()
            if epoch.next is not None and self.read(epoch, contents):
                return False
            return self.insert_under(epoch, contents)

    def insert_under(self, epoch: Epoch, contents: Mapping[bytes, bytes]) -> bool:
        """Write new rows, in the random order of their locators; False if one of them exists.

        The caller holds the epoch, and names that can have a row under an older one are no matter.
        """
        rows = [self._new_row(epoch.newest, *item) for item in contents.items()]
        rows.sort(key=lambda row: row.locator)
        try:
            with transaction.atomic(using=self.alias):
                self.model._default_manager.bulk_create(rows)
        except IntegrityError:
            return False
        return True

    def update(self, name: bytes, change: Callable[[bytes], bytes]) -> bytes:
        """Replace the content under a row lock; the new one. Raises `MissingRowError`."""
        with transaction.atomic(using=self.alias):
            epoch = self.hold_epoch()
            for _ in range(LOOKS):
                row = (
                    self.model._default_manager.select_for_update()
                    .filter(locator__in=self.locators(epoch, name))
                    .first()
                )
                if row is not None:
                    keys = epoch.by_number(row.epoch)
                    content = change(self.open(epoch, row.epoch, row.ciphertext)[1])
                    row.ciphertext = self._seal(keys or epoch.newest, name, content)
                    row.save(update_fields=["ciphertext"])
                    return content
        raise MissingRowError

    def delete(self, *names: bytes) -> int:
        """Delete rows; how many there were."""
        with transaction.atomic(using=self.alias):
            epoch = self.hold_epoch()
            deleted = 0
            for _ in range(LOOKS):
                rows = self.model._default_manager.filter(locator__in=self.locators(epoch, *names))
                deleted += rows.delete()[0]
        return deleted

    def scan(self) -> Iterator[tuple[bytes, bytes]]:
        """Name and content of every readable row, by locator. Rows that move may come twice."""
        epoch, after = self.reread_epoch(), b""
        while rows := self._chunk(after):
            for _, number, ciphertext in rows:
                with contextlib.suppress(crypto.DecryptionError):
                    yield self.open(epoch, number, ciphertext)
            after = bytes(rows[-1][0])

    def begin_renewal(self) -> Epoch:
        """Choose the next salt, unless that was done: from now on writers use the next epoch."""
        return epochs.begin_renewal(self.alias, self.name)

    def renew(self, transform: Transform = unchanged) -> int:
        """Move every row to a new epoch; how many were moved.

        Each chunk has its own transaction, so that readers and writers never wait for more than a
        chunk. A renewal that was broken off continues. A few rows that cannot be decrypted stay as
        they are, and stop nobody else's. Raises `RenewalRunningError`, and `UnreadableRowsError`
        if there are many: then the key is wrong, not the rows.
        """
        with exclusive(f"renewal:{self.name}", using=self.alias) as held:
            if not held:
                raise RenewalRunningError(self.name)
            epoch, moved, unreadable = self.begin_renewal(), 0, 0
            # A chunk can be empty because its rows were deleted while it waited for their locks.
            while self._count_rows(epoch.current) > unreadable:
                n, unreadable = self._renew_rows(epoch, transform)
                moved += n
            epochs.end_renewal(self.alias, self.name)
        if unreadable:
            log.error("%s: %d rows cannot be decrypted and were left", self.name, unreadable)
        return moved

    def replace(
        self, locators: list[bytes], keys: EpochKeys, renewed: Iterable[tuple[bytes, bytes]]
    ) -> None:
        """Delete the old rows and copy in the new ones, in the caller's transaction."""
        with connections[self.alias].cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {self.name} WHERE locator = ANY(%s)",  # noqa: S608  # a table cannot be a parameter
                [locators],
            )
        self._copy_in(keys, renewed)

    def vacuum(self) -> None:
        """Let new rows use the space of deleted ones. Not within a transaction."""
        with connections[self.alias].cursor() as cursor:
            cursor.execute(f"VACUUM (ANALYZE) {self.name}")

    def _copy_in(self, keys: EpochKeys, named: Iterable[tuple[bytes, bytes]]) -> None:
        """Write new rows."""
        self._copy(
            keys, ((keys.locator(name), self._seal(keys, name, text)) for name, text in named)
        )

    def _copy(self, keys: EpochKeys, rows: Iterable[tuple[bytes, bytes]]) -> None:
        """Write locators and ciphertexts, in the random order of the locators.

        What makes the rows may ask the database, so all are made before COPY takes the connection.
        """
        ordered = sorted(rows)
        columns = f"{self.name} (locator, epoch, ciphertext)"
        with (
            connections[self.alias].cursor() as cursor,
            cursor.copy(f"COPY {columns} FROM STDIN (FORMAT BINARY)") as copy,
        ):
            copy.set_types(("bytea", "int4", "bytea"))
            for locator, ciphertext in ordered:
                copy.write_row((locator, keys.number, ciphertext))

    def _count_rows(self, keys: EpochKeys) -> int:
        return self.model._default_manager.filter(epoch=keys.number).count()

    def _renew_rows(self, epoch: Epoch, transform: Transform) -> tuple[int, int]:
        """Move the rows of the ending epoch; how many were moved, and how many not readable."""
        if epoch.next is None:
            raise RuntimeError("a renewal has a next salt")
        moved, unreadable, after = 0, 0, b""
        while True:
            with transaction.atomic(using=self.alias):
                rows = self._take(epoch.current, after)
                if not rows:
                    return moved, unreadable
                after = max(locator for locator, _ in rows)
                opened, left = self._open_all(epoch, rows)
                unreadable += len(left)
                if unreadable > MAX_UNREADABLE_ROWS:
                    raise UnreadableRowsError(self.name)
                renewed = (transform(name, content) for name, content in opened)
                self._copy_in(epoch.next, (row for row in renewed if row is not None))
                self._copy(epoch.current, left)
                moved += len(opened)

    def _open_all(
        self, epoch: Epoch, rows: list[tuple[bytes, bytes]]
    ) -> tuple[list[tuple[bytes, bytes]], list[tuple[bytes, bytes]]]:
        """Names and contents of the rows of the ending epoch, and the rows that do not open."""
        opened, left = [], []
        for locator, ciphertext in rows:
            try:
                opened.append(self.open(epoch, epoch.current.number, ciphertext))
            except crypto.DecryptionError:
                left.append((locator, ciphertext))
        return opened, left

    def _take(self, keys: EpochKeys, after: bytes) -> list[tuple[bytes, bytes]]:
        """Delete the next rows of the epoch by locator: locators and ciphertexts, in any order."""
        with connections[self.alias].cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {self.name} WHERE locator = ANY(ARRAY("  # noqa: S608  # a table cannot be a parameter
                f"SELECT locator FROM {self.name} WHERE locator > %s AND epoch = %s "
                "ORDER BY locator LIMIT %s)) AND epoch = %s RETURNING locator, ciphertext",
                [after, keys.number, CHUNK_ROWS, keys.number],
            )
            return [(bytes(locator), bytes(ciphertext)) for locator, ciphertext in cursor]

    def _seal(self, keys: EpochKeys, name: bytes, content: bytes) -> bytes:
        if len(name) != self.name_bytes:
            raise ValueError(f"a name of {self.name} has {self.name_bytes} bytes")
        return crypto.encrypt(keys.content_key, name + crypto.pad(content, self.content_bytes))

    def _new_row(self, keys: EpochKeys, name: bytes, content: bytes) -> BlindedRow:
        return self.model(
            locator=keys.locator(name),
            epoch=keys.number,
            ciphertext=self._seal(keys, name, content),
        )

    def _chunk(self, after: bytes) -> list[tuple[bytes, int, bytes]]:
        """The next rows by locator: locator, epoch and ciphertext."""
        with connections[self.alias].cursor() as cursor:
            cursor.execute(
                f"SELECT locator, epoch, ciphertext FROM {self.name} "  # noqa: S608  # a table cannot be a parameter
                "WHERE locator > %s ORDER BY locator LIMIT %s",
                [after, CHUNK_ROWS],
            )
            rows: list[tuple[bytes, int, bytes]] = cursor.fetchall()
            return rows
