"""Loading one published file: read whole into a staging table, judged, then taken over at once."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connections, transaction

from sermo.audit.models import AuditAction
from sermo.audit.services import record_audit_event
from sermo.routers import IDENTITY
from verification import clock
from verification.models import RegisterImport
from verification.registers import SAMPLES
from verification.registers.source import BadFile, Source
from verification.registers.staging import PLANS, drop, stage, take_over

# A file that is a fifth smaller than the last one is not the whole file.
LEAST_SHARE = 0.8
LOADERS = tuple(PLANS)
State = RegisterImport.State
Progress = Callable[[int, int], None]


def _silent(rows: int, percent: int) -> None:
    """Nobody watches."""


def load(kind: str, path: Path, *, progress: Progress = _silent) -> int:
    """Load one file; the number of rows. `progress` is told rows and per cent of the file.

    Raises `BadFile`, and then no row of the register has changed: a broken or shrunken file is
    refused before the first one is replaced.
    """
    source = Source(path)
    with _alone(kind):
        running = RegisterImport.objects.create(
            kind=kind, state=State.RUNNING, imported_at=clock.now()
        )
        try:
            count = _stage(running, source, progress)
            _refuse_shrunken(kind, count)
            _take_over(running, source, count)
        except BaseException as error:
            why = str(error) if isinstance(error, BadFile) else "it was stopped"
            _note(running, state=State.REFUSED, trouble=why[:200])
            raise
        drop()
    return count


def _stage(running: RegisterImport, source: Source, progress: Progress) -> int:
    count = 0
    for count in stage(PLANS[running.kind], source):
        _note(running, rows=count, percent=source.percent)
        progress(count, source.percent)
    return count


def _note(running: RegisterImport, **fields: object) -> None:
    """Outside the transaction that takes the rows over, so that the admin shows it at once."""
    RegisterImport.objects.filter(pk=running.pk).update(**fields)


def _refuse_shrunken(kind: str, count: int) -> None:
    if count == 0:
        raise BadFile("the file holds no row")
    last = RegisterImport.objects.done().filter(kind=kind).order_by("-imported_at").first()
    if last is not None and count < LEAST_SHARE * last.rows:
        raise BadFile(f"only {count} rows, where the last import had {last.rows}: is it whole?")


@transaction.atomic(using=IDENTITY)
def _take_over(running: RegisterImport, source: Source, count: int) -> None:
    take_over(PLANS[running.kind])
    digest = source.digest.hexdigest()
    _note(
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
def _alone(kind: str) -> Iterator[None]:
    """One import of a kind at a time. What an earlier one left running was stopped."""
    name = zlib.crc32(f"verification.registers.{kind}".encode())
    with connections[IDENTITY].cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [name])
        if not cursor.fetchone()[0]:
            raise BadFile("another import of this kind is running")
    try:
        RegisterImport.objects.filter(kind=kind, state=State.RUNNING).update(
            state=State.REFUSED, trouble="it was stopped"
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


def load_samples() -> dict[str, int]:
    """The shipped synthetic files; rows of each newly loaded. Called twice it loads once.

    A kind of which somebody has imported another file is left alone.
    """
    loaded: dict[str, int] = {}
    for kind, name in SAMPLE_FILES.items():
        if not RegisterImport.objects.done().filter(kind=kind).exists():
            loaded[kind] = load(kind, SAMPLES / name)
    return loaded
