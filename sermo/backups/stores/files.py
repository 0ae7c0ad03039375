"""The files of a store: those that its rows name, written to an archive and put back."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.db import connections

from sermo.backups.archives.records import PART_BYTES
from sermo.backups.errors import BackupError
from sermo.backups.stores.snapshot import Snapshot
from sermo.core.storage import StorageUnavailable, read_file, storage_for
from sermo.routers import COMMUNITY, IDENTITY

BATCH_FILES = 500
NO_STORAGE = "The storage of the site's files does not answer or is full. Run this again later."
# Every file that a row names: key of the row, label within the row, storage, name of the file.
REFERENCES = {
    COMMUNITY: """
      SELECT image.id, part.label, part.storage, part.name
        FROM cases_image image CROSS JOIN LATERAL (
          VALUES ('original', 'quarantine', image.original),
                 ('working', 'quarantine', image.working),
                 ('preview', 'quarantine', image.preview)
          UNION ALL
          SELECT rendition.key, 'images', rendition.value ->> 0
            FROM jsonb_each(image.renditions) rendition
        ) AS part (label, storage, name)
       WHERE part.name <> ''
    """,
    IDENTITY: """
      SELECT id, 'document' AS label, 'evidence' AS storage, name
        FROM verification_document WHERE name <> ''
    """,
}
STORAGES = {COMMUNITY: ("quarantine", "images"), IDENTITY: ("evidence",)}
_CURRENT_NAME = "SELECT name FROM ({references}) AS named WHERE id = %s AND label = %s"


class Reference(NamedTuple):
    """A file that a row names."""

    row: Any
    label: str
    storage: str
    name: str


@contextmanager
def references(snapshot: Snapshot) -> Iterator[Iterator[Reference]]:
    """Every file that the snapshot's rows name.

    Declared while the snapshot lasts and read afterwards: the server keeps the names, so that
    neither this process does nor the snapshot holds up the server while files are copied.
    """
    with snapshot.connection.cursor("references", withhold=True) as cursor:
        cursor.itersize = BATCH_FILES
        cursor.execute(REFERENCES[snapshot.alias])
        yield (Reference(*row) for row in cursor)


def read_reference(alias: str, reference: Reference) -> bytes | None:
    """The content of a file; None if it was deleted since the snapshot.

    A picture may have been written anew under another name meanwhile: then that is its content.
    """
    with contextlib.suppress(FileNotFoundError):
        return _read(reference.storage, reference.name)
    with connections[alias].cursor() as cursor:
        statement = _CURRENT_NAME.format(references=REFERENCES[alias])
        cursor.execute(statement, [reference.row, reference.label])
        row = cursor.fetchone()
    if row is None or row[0] == reference.name:
        return None
    with contextlib.suppress(FileNotFoundError):
        return _read(reference.storage, row[0])
    return None


def _read(storage: str, name: str) -> bytes:
    try:
        return read_file(storage, name)
    except StorageUnavailable:
        raise BackupError(NO_STORAGE) from None


def parts(content: bytes) -> Iterator[bytes]:
    """A content in parts of a record's size."""
    stream = io.BytesIO(content)
    while part := stream.read(PART_BYTES):
        yield part


class RestoredFiles:
    """Puts files back that a row names, and knows afterwards which rows lack one.

    The names are in a temporary table of the database, with which the connection ends.
    """

    def __init__(self, alias: str) -> None:
        self.alias = alias
        self.n_written = self.n_kept = self.n_unwanted = 0
        with connections[alias].cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS pg_temp.restored_file")
            cursor.execute(
                "CREATE TEMPORARY TABLE restored_file AS SELECT storage, name, id::text AS row_id,"  # noqa: S608  # constants, no value from outside
                f" label, false AS is_there FROM ({REFERENCES[alias]}) AS named"
            )
            cursor.execute("CREATE INDEX ON restored_file (name)")

    def put(self, storage: str, name: str, content: bytes) -> None:
        """Write the file if a row names it. One that is there already is kept."""
        if not self._mark(storage, name):
            self.n_unwanted += 1
            return
        place = storage_for(storage)
        if place.exists(name):
            if place.size(name) == len(content):
                self.n_kept += 1
                return
            place.delete(name)  # an interrupted restore has left a part of it
        try:
            place.save(name, ContentFile(content))
        except (OSError, BotoCoreError, ClientError):
            raise BackupError(NO_STORAGE) from None
        self.n_written += 1

    def lost(self) -> list[Reference]:
        """Rows that name a file which does not exist."""
        with connections[self.alias].cursor() as cursor:
            cursor.execute(
                "SELECT row_id, label, storage, name FROM restored_file WHERE NOT is_there"
            )
            rows = [Reference(*row) for row in cursor.fetchall()]
        return [row for row in rows if not storage_for(row.storage).exists(row.name)]

    def sweep(self) -> int:
        """Delete the files that no row names; how many."""
        n_deleted = 0
        for storage in STORAGES[self.alias]:
            place = storage_for(storage)
            for names in _batches(all_names(place)):
                for name in set(names) - self._named(storage, names):
                    place.delete(name)
                    n_deleted += 1
        return n_deleted

    def _mark(self, storage: str, name: str) -> bool:
        with connections[self.alias].cursor() as cursor:
            cursor.execute(
                "UPDATE restored_file SET is_there = true WHERE storage = %s AND name = %s",
                [storage, name],
            )
            return bool(cursor.rowcount)

    def _named(self, storage: str, names: list[str]) -> set[str]:
        with connections[self.alias].cursor() as cursor:
            cursor.execute(
                "SELECT name FROM restored_file WHERE storage = %s AND name = ANY(%s)",
                [storage, names],
            )
            return {row[0] for row in cursor.fetchall()}


@dataclass(frozen=True)
class _Folder:
    place: Storage
    path: str

    def names(self) -> Iterator[str]:
        try:
            folders, files = self.place.listdir(self.path)
        except FileNotFoundError:
            return
        prefix = f"{self.path}/" if self.path else ""
        yield from (f"{prefix}{name}" for name in files if name)
        for folder in folders:
            yield from _Folder(self.place, f"{prefix}{folder}").names()


def all_names(place: Storage) -> Iterator[str]:
    """The name of every file of a storage."""
    return _Folder(place, "").names()


def is_empty(alias: str) -> bool:
    """Whether the storages of a store have no file."""
    names = (all_names(storage_for(storage)) for storage in STORAGES[alias])
    return all(next(found, None) is None for found in names)


def _batches(names: Iterable[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    for name in names:
        batch.append(name)
        if len(batch) == BATCH_FILES:
            yield batch
            batch = []
    if batch:
        yield batch
