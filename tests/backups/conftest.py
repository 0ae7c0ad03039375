"""Backups of the test databases in directories of the test, with keys of three holders."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from sermo.backups.services.configuration import STORES
from sermo.blinded_rows import epochs
from sermo.core.storage import storage_for


def run(command: str, *words: object) -> str:
    """What a command prints."""
    out = io.StringIO()
    call_command(command, *map(str, words), stdout=out)
    return out.getvalue()


def empty_storages() -> None:
    """Delete every file of the site."""
    for name in ("quarantine", "evidence", "images"):
        place: Any = storage_for(name)
        shutil.rmtree(place.location, ignore_errors=True)


@dataclass(frozen=True)
class Backups:
    """Where the archives are, and the files of the holders."""

    places: dict[str, Path]
    holders: tuple[Path, ...]

    def archives(self, store: str, kind: str = "backup") -> list[Path]:
        return sorted(self.places[store].glob(f"*.{kind}"))

    @property
    def keys(self) -> tuple[object, ...]:
        return ("--key", self.holders[0], "--key", self.holders[2])

    def restore(self, *words: object) -> str:
        """Restore with the keys of two holders, as an operator does."""
        epochs.forget_epochs()
        return run("restore", *self.keys, *words)


@pytest.fixture
def backups(tmp_path: Path, settings: Any) -> Iterator[Backups]:
    """Places and keys for both stores; the site's files are deleted afterwards."""
    printed = run("make_backup_key", tmp_path / "keys")
    public = dict(
        line.partition("  #")[0].split("=", 1) for line in printed.splitlines() if "_KEY=" in line
    )
    places = {store.name: tmp_path / "places" / store.name for store in STORES}
    settings.BACKUP_PLACES = {name: f"file:{path}" for name, path in places.items()}
    settings.BACKUP_KEYS = {name: public[f"SERMO_BACKUP_{name.upper()}_KEY"] for name in places}
    yield Backups(places, tuple(tmp_path / "keys" / f"holder{n}.key" for n in (1, 2, 3)))
    empty_storages()
