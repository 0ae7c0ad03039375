"""Restoring a store from an archive, and erasing again what was erased since.

The rows are written, and what the keep list does not name is taken away, in one transaction: nobody
who was erased is there for a moment, and an interrupted restore starts again with an empty
database. Files come afterwards, those alone that a row names.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction

from sermo.backups.archives.places import Place
from sermo.backups.archives.records import Kind
from sermo.backups.erasure.replay import apply_keep_list
from sermo.backups.errors import DamagedArchiveError, RefusedError
from sermo.backups.progress import Progress, Silent
from sermo.backups.services import configuration, reading, target
from sermo.backups.services.configuration import BACKUP, KEEP_LIST, Store
from sermo.backups.services.keep_lists import newest_list_for
from sermo.backups.services.reading import OpenArchive, Unseal
from sermo.backups.stores import loading, schema
from sermo.backups.stores.files import Reference, RestoredFiles
from sermo.blinded_rows import epochs


@dataclass(frozen=True)
class Request:
    """What is to be restored: a store, from where, with which key, and what is allowed."""

    store: Store
    place: Place
    unseal: Unseal
    # Empty: the newest.
    archive: str = ""
    replaces: bool = False
    # Whether it goes on where no keep list is newer than the backup.
    without_keep_list: bool = False


@dataclass
class Restored:
    """What a restore did."""

    store: Store
    archive: str
    made_at: dt.datetime
    # When the keep list was made; what was erased later has come back.
    erased_until: dt.datetime | None = None
    n_rows: int = 0
    erased: Counter[str] = field(default_factory=Counter)
    n_mended_links: int = 0
    n_files: int = 0
    n_files_left_out: int = 0
    lost: list[Reference] = field(default_factory=list)
    n_swept: int = 0


def restore(requests: Iterable[Request], *, progress: Progress | None = None) -> list[Restored]:
    """Restore the stores, one after the other. Raises `BackupError`; then run it again."""
    return [_restore_store(request, progress or Silent()) for request in requests]


def _restore_store(request: Request, progress: Progress) -> Restored:
    store = request.store
    target.refuse_while_used(store)
    with configuration.locked(store):
        is_taken_up = target.is_interrupted(store)
        if not (request.replaces or is_taken_up or target.is_empty(store)):
            raise RefusedError(
                f"The {store.name} store is not empty. To lose what it holds now, say --replace."
            )
        name = request.archive or _newest(request)
        header = configuration.header_of(request.place, name)
        made_at = dt.datetime.fromisoformat(header.made_at)
        keep_list = _keep_list(request, header.generation, made_at)
        if request.replaces:  # what is there now is deleted only for an archive that is whole
            reading.check(
                request.place,
                name,
                request.unseal,
                store=store.name,
                kind=BACKUP,
                progress=progress,
            )
        result = Restored(store, name, made_at)
        _restore_archive(request, result, keep_list, progress)
        target.finish(store)
    return result


def _newest(request: Request) -> str:
    found = configuration.archives(request.store, BACKUP, request.place)
    if not found:
        raise RefusedError(f"There is no backup of the {request.store.name} store in this place.")
    return found[-1].name


def _keep_list(request: Request, generation: str, made_at: dt.datetime) -> str:
    """The name of the list to apply; empty for none."""
    found = newest_list_for(request.store, request.place, generation=generation, made_at=made_at)
    if found is None and not request.without_keep_list:
        raise RefusedError(
            f"No keep list of the {request.store.name} store is newer than this backup: people who"
            " were erased since would come back. To restore all the same, say --without-keep-list."
        )
    return found.name if found else ""


def _restore_archive(
    request: Request, result: Restored, keep_list: str, progress: Progress
) -> None:
    store = request.store
    with request.place.open(result.archive) as source:
        archive = OpenArchive(source, request.unseal, store=store.name, kind=BACKUP)
        configuration.refuse_other_keys(archive.manifest["keys"], archive.file_key)
        migrations = [(app, name) for app, name in archive.manifest["migrations"]]
        schema.refuse_unknown(store.alias, migrations)
        progress.begin(f"{store.name} store, tables")
        target.prepare(store, migrations)
        with transaction.atomic(using=store.alias, durable=True):
            keys = loading.drop_foreign_keys(store.alias)
            result.n_rows = loading.load_tables(store.alias, archive.records)
            epochs.forget_epochs()
            if keep_list:
                _erase_again(request, result, keep_list)
            result.n_mended_links = loading.add_foreign_keys(store.alias, keys)
            store.state._default_manager.update_or_create(
                pk=1, defaults={"generation": uuid.uuid4()}
            )
        schema.upgrade(store.alias)
        progress.end(f"{result.n_rows} rows, {result.erased.total()} erased again")
        _restore_files(archive, result, progress)


def _erase_again(request: Request, result: Restored, keep_list: str) -> None:
    store = request.store
    with request.place.open(keep_list) as source:
        listed = OpenArchive(source, request.unseal, store=store.name, kind=KEEP_LIST)
        # Anybody can encrypt to the public key; a list of another maker could erase everything.
        configuration.refuse_other_keys(listed.manifest["keys"], listed.file_key)
        result.erased_until = dt.datetime.fromisoformat(listed.header.made_at)
        if result.erased_until < result.made_at:
            raise DamagedArchiveError("The keep list is older than the backup.")
        salt = bytes.fromhex(listed.manifest["salt"])
        result.erased = apply_keep_list(store.alias, listed.records, salt)


def _restore_files(archive: OpenArchive, result: Restored, progress: Progress) -> None:
    """The files that rows name, then those of the storage that none does, and rows without one."""
    progress.begin(f"{result.store.name} store, files")
    put = RestoredFiles(result.store.alias)
    for record in archive.records:
        if record.kind is Kind.END:
            break
        content = reading.read_content(archive)
        put.put(record.fields["storage"], record.fields["name"], content)
        progress.advance(len(content))
    result.n_files, result.n_files_left_out = put.n_written + put.n_kept, put.n_unwanted
    result.lost, result.n_swept = put.lost(), put.sweep()
    progress.end(f"{result.n_files} files, {len(result.lost)} lost")
