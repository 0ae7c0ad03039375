"""Loading one published file in one transaction: all of it, or nothing."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import TypeVar

from django.db import transaction
from django.utils import timezone

from sermo.audit.actions import Action
from sermo.audit.services import record
from verification.models import Exclusion, RegisterImport, RegisterRow, Taxonomy
from verification.registers import SAMPLES, gmc, leie, nppes, rpps
from verification.registers.rows import BadFile, Licence, sha256

T = TypeVar("T")
BATCH = 2_000
# A file that is a fifth smaller than the last one is not the whole file.
LEAST_SHARE = 0.8


def _batches(rows: Iterable[T]) -> Iterator[list[T]]:
    iterator = iter(rows)
    while batch := list(islice(iterator, BATCH)):
        yield batch


def _load_licences(scheme: str, licences: Iterable[Licence]) -> int:
    """Upsert what the file holds, delete what it no longer holds; mailboxes stay."""
    seen = uuid.uuid4()
    count = 0
    for batch in _batches(licences):
        by_number = {licence.number: licence for licence in batch}
        RegisterRow.objects.bulk_create(
            [RegisterRow(**asdict(licence), batch=seen) for licence in by_number.values()],
            update_conflicts=True,
            unique_fields=["scheme", "number"],
            update_fields=[*_WRITTEN, "batch"],
        )
        count += len(by_number)
    RegisterRow.objects.filter(scheme=scheme).exclude(batch=seen).delete()
    return count


_WRITTEN = (
    "given_names",
    "family_names",
    "birth_date",
    "status",
    "standing",
    "profession",
    "credential",
    "specialties",
    "degree_year",
)


def _load_mailboxes(path: Path) -> int:
    """Mailboxes of people the NPPES file already brought; all others are cleared."""
    count = 0
    RegisterRow.objects.filter(scheme="NPI").exclude(contact_email="").update(contact_email="")
    for batch in _batches(nppes.mailboxes(path)):
        mailbox_of = dict(batch)
        rows = list(RegisterRow.objects.filter(scheme="NPI", number__in=mailbox_of))
        for row in rows:
            row.contact_email = mailbox_of[row.number]
        RegisterRow.objects.bulk_update(rows, ["contact_email"])
        count += len(rows)
    return count


def _load_taxonomies(path: Path) -> int:
    rows = list(nppes.taxonomies(path))
    Taxonomy.objects.all().delete()
    Taxonomy.objects.bulk_create(rows, batch_size=BATCH)
    return len(rows)


def _load_exclusions(path: Path) -> int:
    """Reinstated people are simply no longer in the file, so the whole table is replaced."""
    Exclusion.objects.all().delete()
    return sum(len(Exclusion.objects.bulk_create(b)) for b in _batches(leie.exclusions(path)))


LOADERS: dict[str, Callable[[Path], int]] = {
    "nppes": lambda path: _load_licences("NPI", nppes.licences(path)),
    "nppes-endpoint": _load_mailboxes,
    "nucc": _load_taxonomies,
    "gmc": lambda path: _load_licences("GMC", gmc.licences(path)),
    "rpps": lambda path: _load_licences("RPPS", rpps.licences(path)),
    "leie": _load_exclusions,
}


@transaction.atomic(using="identity")
def load(kind: str, path: Path) -> int:
    """Load one file; the number of rows. Raises `BadFile`, and then nothing has changed."""
    digest = sha256(path)
    last = RegisterImport.objects.filter(kind=kind).order_by("-imported_at").first()
    count = LOADERS[kind](path)
    if count == 0:
        raise BadFile("the file holds no row")
    if last is not None and count < LEAST_SHARE * last.rows:
        raise BadFile(f"only {count} rows, where the last import had {last.rows}: is it whole?")
    RegisterImport.objects.create(kind=kind, rows=count, sha256=digest, imported_at=timezone.now())
    record(
        Action.REGISTER_IMPORTED,
        store="identity",
        actor="worker",
        target=f"register:{kind}",
        details={"rows": count, "sha256": digest},
    )
    return count


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
        if not RegisterImport.objects.filter(kind=kind).exists():
            loaded[kind] = load(kind, SAMPLES / name)
    return loaded
