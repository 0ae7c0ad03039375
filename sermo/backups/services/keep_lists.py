"""Keep lists: written each hour, whole, whether or not anything was erased."""

from __future__ import annotations

import datetime as dt
import logging
import secrets
import uuid

from sermo.backups.archives import recipients
from sermo.backups.archives.encryption import EncryptedWriter, Header
from sermo.backups.archives.places import Place
from sermo.backups.archives.records import Kind, RecordWriter, doubled_size
from sermo.backups.erasure.facts import SALT_BYTES
from sermo.backups.erasure.keep_list import write_facts
from sermo.backups.services import configuration
from sermo.backups.services.configuration import KEEP_LIST, STORES, Archive, Store
from sermo.backups.stores import schema
from sermo.backups.stores.snapshot import open_snapshot
from sermo.core.advisory_lock import exclusive

log = logging.getLogger(__name__)
# Lists of the running generation that are kept; each replaces all before it.
KEPT_LISTS = 2


def write_keep_lists() -> int:
    """Write the list of each store, if there are places for backups; how many."""
    if not configuration.is_configured():
        return 0
    return sum(write_keep_list(store) for store in STORES)


def write_keep_list(store: Store) -> bool:
    """Write the list of this moment, then delete the older ones. False if another writes it now.

    Raises `BackupError`.
    """
    with exclusive("keep-list", using=store.alias) as held:
        if held:
            generation = configuration.generation(store)
            _write(store, generation)
            _delete_older(store, generation)
    return held


def _write(store: Store, generation: str) -> None:
    migrations = schema.applied_migrations(store.alias)
    with open_snapshot(store.alias) as snapshot:
        header = Header(
            kind=KEEP_LIST,
            store=store.name,
            id=uuid.uuid4().hex,
            made_at=snapshot.taken_at.isoformat(),
            generation=generation,
            recipient=recipients.key_fingerprint(store.public_key),
            schema=schema.schema_digest(migrations),
        )
        with store.place.new(configuration.archive_name(header)) as sink:
            stream = EncryptedWriter(sink, header, store.public_key)
            writer = RecordWriter(stream)
            salt = secrets.token_bytes(SALT_BYTES)
            proofs = configuration.key_proofs(stream.file_key)
            writer.write(Kind.BEGIN, {"salt": salt.hex(), "keys": proofs})
            n_facts = write_facts(snapshot, writer, salt)
            writer.write(Kind.END, {"rows": n_facts, "files": 0, "missing": 0})
            writer.close(doubled_size)


def _delete_older(store: Store, generation: str) -> None:
    """Of this generation. Those of earlier ones go with their backups (`retention`)."""
    place = store.place
    own = [
        archive.name
        for archive in configuration.archives(store, KEEP_LIST, place)
        if configuration.header_of(place, archive.name).generation == generation
    ]
    for name in own[:-KEPT_LISTS]:
        place.delete(name)


def newest_list_for(
    store: Store, place: Place, *, generation: str, made_at: dt.datetime
) -> Archive | None:
    """The newest list of the backup's generation, if it is not older than the backup."""
    for archive in reversed(configuration.archives(store, KEEP_LIST, place)):
        if archive.made_at < made_at:
            return None
        if configuration.header_of(place, archive.name).generation == generation:
            return archive
    return None
