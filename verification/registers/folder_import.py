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
    source = folder or settings.REGISTER_FOLDER
    imported: dict[str, int] = {}
    for kind in REGISTER_KINDS:
        path = _newest(source, kind) if source else None
        if path is None or not _is_new(kind, path):
            continue
        try:
            imported[kind] = import_file(kind, path)
        except InvalidRegisterFile as error:
            log.error("the file for %s was refused: %s", kind, error)
    return imported


def _newest(folder: Path, kind: str) -> Path | None:
    candidates = [folder / f"{kind}{ending}" for ending in (".csv", ".txt", ".zip")]
    existing = [path for path in candidates if path.is_file()]
    return max(existing, key=lambda path: path.stat().st_mtime, default=None)


def _is_new(kind: str, path: Path) -> bool:
    last = RegisterImport.objects.filter(kind=kind).order_by("-imported_at").first()
    modified_at = dt.datetime.fromtimestamp(path.stat().st_mtime, tz=dt.UTC)
    return last is None or modified_at > last.imported_at
