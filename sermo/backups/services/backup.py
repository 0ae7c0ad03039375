"""Backups: each database at one moment, then the files that its rows name, in one archive.

The two stores have archives, places and keys of their own. Both moments are taken before the first
archive is written.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from django.utils import timezone

from sermo.backups.archives import recipients
from sermo.backups.archives.encryption import EncryptedWriter, Header
from sermo.backups.archives.places import Place
from sermo.backups.archives.records import Kind, RecordWriter, Tally
from sermo.backups.errors import BackupError
from sermo.backups.progress import Progress, Silent
from sermo.backups.services import configuration, reading, retention
from sermo.backups.services.configuration import BACKUP, STORES, Store
from sermo.backups.services.keep_lists import write_keep_list
from sermo.backups.stores import files, schema
from sermo.backups.stores.snapshot import Snapshot, open_snapshot
from sermo.core import coarse


@dataclass(frozen=True)
class Made:
    """An archive that was written. `n_missing` files were deleted while it was."""

    store: Store
    name: str
    n_rows: int
    n_files: int
    n_missing: int
    n_bytes: int
    file_key: bytes = field(repr=False)


def back_up(
    stores: Sequence[Store] = STORES, *, progress: Progress | None = None, reads_back: bool = True
) -> list[Made]:
    """Back up the stores, read each archive back, write keep lists, delete old archives.

    Raises `BackupError`; then the archive that failed is gone and older ones stay.
    """
    progress = progress or Silent()
    made = []
    with ExitStack() as stack:
        for store in stores:
            _ = store.place, store.public_key
            stack.enter_context(configuration.locked(store))
        snapshots = [stack.enter_context(open_snapshot(store.alias)) for store in stores]
        for store, snapshot in zip(stores, snapshots, strict=True):
            archive = _write_archive(store, snapshot, progress)
            if reads_back:
                _read_back(archive, progress)
            _record_success(archive)
            write_keep_list(store)
            retention.prune(store)
            made.append(archive)
    return made


def _header(store: Store, snapshot: Snapshot, migrations: list[schema.Migration]) -> Header:
    return Header(
        kind=BACKUP,
        store=store.name,
        id=uuid.uuid4().hex,
        made_at=snapshot.taken_at.isoformat(),
        generation=configuration.generation(store),
        recipient=recipients.key_fingerprint(store.public_key),
        schema=schema.schema_digest(migrations),
    )


def _write_archive(store: Store, snapshot: Snapshot, progress: Progress) -> Made:
    migrations = schema.applied_migrations(store.alias)
    header = _header(store, snapshot, migrations)
    name = configuration.archive_name(header)
    with store.place.new(name) as sink:
        stream = EncryptedWriter(sink, header, store.public_key)
        writer = RecordWriter(stream)
        proofs = configuration.key_proofs(stream.file_key)
        writer.write(Kind.BEGIN, {"migrations": migrations, "keys": proofs})
        n_rows = _write_tables(snapshot, writer, progress, store)
        with files.references(snapshot) as named:
            snapshot.end()
            n_files, n_missing = _write_files(store, named, writer, progress)
        writer.write(Kind.END, {"rows": n_rows, "files": n_files, "missing": n_missing})
        writer.close()
    return Made(store, name, n_rows, n_files, n_missing, stream.n_bytes, stream.file_key)


def _write_tables(
    snapshot: Snapshot, writer: RecordWriter, progress: Progress, store: Store
) -> int:
    progress.begin(f"{store.name} store, tables")
    n_rows = 0

    def emit(part: bytes) -> None:
        writer.write_rows(part)
        progress.advance(len(part))

    tables = snapshot.tables()
    for table in tables:
        writer.write(Kind.TABLE, {"name": table.name, "columns": table.columns})
        tally = snapshot.copy_table(table, emit)
        writer.write(Kind.TABLE_END, tally.rows())
        n_rows += tally.n_rows
    writer.write(Kind.DATABASE_END, {"tables": len(tables), "rows": n_rows})
    progress.end(f"{len(tables)} tables, {n_rows} rows")
    return n_rows


def _write_files(
    store: Store, named: Iterable[files.Reference], writer: RecordWriter, progress: Progress
) -> tuple[int, int]:
    """How many files were written, and how many are gone."""
    progress.begin(f"{store.name} store, files")
    n_files = n_missing = 0
    for reference in named:
        content = files.read_reference(store.alias, reference)
        if content is None:
            n_missing += 1
            continue
        tally = Tally()
        writer.write(Kind.FILE, {"storage": reference.storage, "name": reference.name})
        for part in files.parts(content):
            tally.add(part)
            writer.write_bytes(part)
        writer.write(Kind.FILE_END, tally.file())
        progress.advance(len(content))
        n_files += 1
    progress.end(f"{n_files} files, {n_missing} deleted meanwhile")
    return n_files, n_missing


def _read_back(made: Made, progress: Progress) -> None:
    """With the file key, which only this process knows. An archive that is not whole is deleted.

    Raises `DamagedArchiveError`.
    """
    place: Place = made.store.place
    try:
        reading.check(
            place,
            made.name,
            lambda _: made.file_key,
            store=made.store.name,
            kind=BACKUP,
            progress=progress,
        )
    except BackupError:
        place.delete(made.name)
        raise


def _record_success(made: Made) -> None:
    made.store.state._default_manager.filter(pk=1).update(
        finished_at=coarse.to_hour(timezone.now()), n_bytes=made.n_bytes
    )
