"""Import each new file that an operator or a download job puts into one folder."""

from __future__ import annotations

import datetime as dt
import logging
from pathlib import Path

from django.conf import settings

from verification.models import RegisterImport
from verification.registers.files import InvalidRegisterFile
from verification.registers.importer import REGISTER_KINDS, import_file

log = logging.getLogger(__name__)


def import_new_files(folder: Path | None = None) -> dict[str, int]:
    """Import files newer than the last attempt of their kind. Returns the rows of each kind.

    A file is named by its kind, such as `nppes.zip` or `leie.csv`. A refused file is not tried
    again until it is replaced; the admin shows the reason.
    """
    place = folder or settings.REGISTER_FOLDER
    taken: dict[str, int] = {}
    for kind in REGISTER_KINDS:
        path = _newest(place, kind) if place else None
        if path is None or not _is_new(kind, path):
            continue
        try:
            taken[kind] = import_file(kind, path)
        except InvalidRegisterFile as refused:
            log.error("the file for %s was refused: %s", kind, refused)
    return taken


def _newest(folder: Path, kind: str) -> Path | None:
    found = [folder / f"{kind}{ending}" for ending in (".csv", ".txt", ".zip")]
    there = [path for path in found if path.is_file()]
    return max(there, key=lambda path: path.stat().st_mtime, default=None)


def _is_new(kind: str, path: Path) -> bool:
    last = RegisterImport.objects.filter(kind=kind).order_by("-imported_at").first()
    put_there = dt.datetime.fromtimestamp(path.stat().st_mtime, tz=dt.UTC)
    return last is None or put_there > last.imported_at
