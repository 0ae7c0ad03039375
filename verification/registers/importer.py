"""Import one published file: read it into a staging table, check it, replace the rows at once."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connections, transaction

from sermo.audit.models import AuditAction
from sermo.audit.services import record_audit_event
from sermo.core import clock
from sermo.routers import IDENTITY
from verification.models import RegisterImport
from verification.registers import SAMPLES
from verification.registers.files import InvalidRegisterFile, RegisterFile
from verification.registers.staging import IMPORT_PLANS, copy_to_staging, drop_staging, replace_rows

# A file that is 20 % smaller than the last one is incomplete.
MIN_ROW_SHARE = 0.8
REGISTER_KINDS = tuple(IMPORT_PLANS)
State = RegisterImport.State
Progress = Callable[[int, int], None]


def _no_progress(rows: int, percent: int) -> None:
    """Report no progress."""


def import_file(kind: str, path: Path, *, progress: Progress = _no_progress) -> int:
    """Import one file. Returns the number of rows; `progress` receives rows and percent.

    Raises `InvalidRegisterFile` for a broken or incomplete file; then no row has changed.
    """
    source = RegisterFile(path)
    with _exclusive(kind):
        running = RegisterImport.objects.create(
            kind=kind, state=State.RUNNING, imported_at=clock.now()
        )
        try:
            count = _copy_to_staging(running, source, progress)
            _refuse_incomplete(kind, count)
            _replace_rows(running, source, count)
        except BaseException as error:
            why = str(error) if isinstance(error, InvalidRegisterFile) else "it was stopped"
            _update_import(running, state=State.REFUSED, error=why[:200])
            raise
        drop_staging()
    return count


def _copy_to_staging(running: RegisterImport, source: RegisterFile, progress: Progress) -> int:
    count = 0
    for count in copy_to_staging(IMPORT_PLANS[running.kind], source):
        _update_import(running, rows=count, percent=source.percent)
        progress(count, source.percent)
    return count


def _update_import(running: RegisterImport, **fields: object) -> None:
    """Update the import's row outside the transaction that replaces rows, so that the admin shows
    it.
    """
    RegisterImport.objects.filter(pk=running.pk).update(**fields)


def _refuse_incomplete(kind: str, count: int) -> None:
    if count == 0:
        raise InvalidRegisterFile("the file holds no row")
    last = RegisterImport.objects.done().filter(kind=kind).order_by("-imported_at").first()
    if last is not None and count < MIN_ROW_SHARE * last.rows:
        raise InvalidRegisterFile(
            f"only {count} rows, where the last import had {last.rows}: is it whole?"
        )


@transaction.atomic(using=IDENTITY)
def _replace_rows(running: RegisterImport, source: RegisterFile, count: int) -> None:
    replace_rows(IMPORT_PLANS[running.kind])
    digest = source.digest.hexdigest()
    _update_import(
        running,
        state=State.DONE,
        rows=count,
        percent=100,
        sha256=digest,
        imported_at=clock.now(),
    )
    record_audit_event(
        AuditAction.REGISTER_IMPORTED,
        store="identity",
        actor="worker",
        target=f"register:{running.kind}",
        details={"rows": count, "sha256": digest},
    )


@contextmanager
def _exclusive(kind: str) -> Iterator[None]:
    """Allow one import of a kind at a time. An earlier one that is still marked running was
    stopped.
    """
    name = zlib.crc32(f"verification.registers.{kind}".encode())
    with connections[IDENTITY].cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [name])
        if not cursor.fetchone()[0]:
            raise InvalidRegisterFile("another import of this kind is running")
    try:
        RegisterImport.objects.filter(kind=kind, state=State.RUNNING).update(
            state=State.REFUSED, error="it was stopped"
        )
        yield
    finally:
        with connections[IDENTITY].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [name])


SAMPLE_FILES = {
    "nppes": "nppes.csv",
    "nppes-endpoint": "nppes_endpoint.csv",
    "nucc": "nucc.csv",
    "gmc": "gmc.csv",
    "rpps": "rpps.txt",
    "leie": "leie.csv",
}


def import_samples() -> dict[str, int]:
    """Import the shipped synthetic files. Returns the rows of each newly imported kind.

    A kind that has an import already is left alone.
    """
    loaded: dict[str, int] = {}
    for kind, name in SAMPLE_FILES.items():
        if not RegisterImport.objects.done().filter(kind=kind).exists():
            loaded[kind] = import_file(kind, SAMPLES / name)
    return loaded
