"""The two stores, their places and their public keys, as the settings name them."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

from django.conf import settings
from django.db import connections

from sermo.backups.archives import recipients
from sermo.backups.archives.encryption import Header, read_header
from sermo.backups.archives.places import Place, S3Access, place_for
from sermo.backups.errors import AlreadyRunningError, RefusedError
from sermo.backups.models import AbstractBackupState, CommunityBackup, IdentityBackup
from sermo.core import keys
from sermo.core.advisory_lock import exclusive
from sermo.routers import COMMUNITY, IDENTITY

BACKUP, KEEP_LIST = "backup", "keep-list"
LOCK = "backup"
_STAMP = "%Y%m%dT%H%M%S%fZ"


@dataclass(frozen=True)
class Store:
    """One of the two stores. The identity store is read first: see docs/operations.md."""

    name: str
    alias: str
    state: type[AbstractBackupState]

    @property
    def address(self) -> str:
        return str(settings.BACKUP_PLACES[self.name])

    @property
    def place(self) -> Place:
        """Raises `RefusedError` if the settings name none."""
        if not self.address:
            raise RefusedError(f"SERMO_BACKUP_{self.name.upper()} is not set: see .env.example.")
        return place_at(self.address)

    @property
    def public_key(self) -> bytes:
        return recipients.parse_public(settings.BACKUP_KEYS[self.name])


def place_at(address: str) -> Place:
    """The place of an address of the form that the settings take. Raises `RefusedError`."""
    if address.startswith("s3:") and not settings.BACKUP_S3:
        raise RefusedError("A bucket for backups needs SERMO_BACKUP_S3_…: see .env.example.")
    return place_for(
        address,
        S3Access(**cast("dict[str, str]", settings.BACKUP_S3)) if settings.BACKUP_S3 else None,
    )


STORES = (
    Store("identity", IDENTITY, IdentityBackup),
    Store("community", COMMUNITY, CommunityBackup),
)


def store_named(name: str) -> Store:
    """The store with this name."""
    return next(store for store in STORES if store.name == name)


def is_configured() -> bool:
    """Whether the settings name places for backups."""
    return all(store.address for store in STORES)


@contextmanager
def locked(store: Store) -> Iterator[None]:
    """The only backup or restore of this store. Raises `AlreadyRunningError`.

    `sermo.custody.physical_order` rewrites no table meanwhile.
    """
    with exclusive(LOCK, using=store.alias) as held:
        if not held:
            raise AlreadyRunningError(f"Another backup of the {store.name} store is running.")
        yield


@dataclass(frozen=True)
class Archive:
    """An archive in a place: its name and what the name says."""

    name: str
    kind: str
    made_at: dt.datetime


def archive_name(header: Header) -> str:
    """community-20261201T031500000000Z-1a2b3c4d.backup"""
    stamp = dt.datetime.fromisoformat(header.made_at).strftime(_STAMP)
    return f"{header.store}-{stamp}-{header.id[:8]}.{header.kind}"


def archives(store: Store, kind: str, place: Place | None = None) -> list[Archive]:
    """Archives of one kind, oldest first. Other files in the place are not ours."""
    found = []
    for name in (place or store.place).names():
        stem, _, suffix = name.rpartition(".")
        parts = stem.split("-")
        if suffix != kind or len(parts) != 3 or parts[0] != store.name:
            continue
        try:
            made_at = dt.datetime.strptime(parts[1], _STAMP).replace(tzinfo=dt.UTC)
        except ValueError:
            continue
        found.append(Archive(name, kind, made_at))
    return sorted(found, key=lambda archive: archive.made_at)


def header_of(place: Place, name: str) -> Header:
    """The header of an archive, which is not authenticated. Raises `DamagedArchiveError`."""
    with place.open(name) as source:
        return read_header(source)[0]


def generation(store: Store) -> str:
    """The generation of a store's database."""
    state, _ = store.state._default_manager.get_or_create(pk=1)
    return state.generation.hex


def now(alias: str) -> dt.datetime:
    """The database's time, which orders backups and keep lists."""
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: dt.datetime = cursor.fetchone()[0]
    return moment.astimezone(dt.UTC)


# Without them a restored database cannot be read. Sessions are not restored.
NEEDED_KEYS = tuple(name for name in keys.SYMMETRIC if name is not keys.KeyName.SESSION)


def key_proofs(file_key: bytes) -> dict[str, dict[str, str]]:
    """For each version of each key a proof that the archive's maker held it, and no key.

    Anybody can encrypt to a public key; only this site can give these proofs.
    """
    return {
        name.value: {str(key.version): _proof(key, file_key) for key in keys.versions(name)}
        for name in NEEDED_KEYS
    }


def refuse_other_keys(proofs: dict[str, dict[str, str]], file_key: bytes) -> None:
    """Raises `RefusedError` unless this process holds every key that the archive needs."""
    for name in NEEDED_KEYS:
        held = {str(key.version): _proof(key, file_key) for key in keys.versions(name)}
        wrong = [
            version
            for version, proof in proofs.get(name.value, {"?": ""}).items()
            if not hmac.compare_digest(held.get(version, ""), proof)
        ]
        if wrong:
            raise RefusedError(
                f"The archive needs version {wrong[0]} of SERMO_KEY_{name.value}, and this process"
                " does not hold it. Put the keys of that time back: docs/operations.md."
            )


def _proof(key: keys.Key, file_key: bytes) -> str:
    return hmac.new(key.derive("backups.proof"), file_key, hashlib.sha256).hexdigest()
