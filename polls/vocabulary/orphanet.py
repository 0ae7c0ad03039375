"""Names of rare diseases from Orphanet, as the HPO annotation of 2025-01-16 lists them.

Orphanet's nomenclature is under CC BY 4.0 and is attributed on the page of sources (SOURCES.md).
The annotation's OMIM names are left out, because their licence does not allow this use.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from polls.vocabulary.entries import VocabularyEntry

FILE = Path(__file__).with_name("orphanet.csv")
MAX_NAME_LENGTH = 200


def orphanet() -> Iterator[VocabularyEntry]:
    """The entries of orphanet.csv. Names that are too long for the database are left out."""
    with FILE.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if len(row["name"]) <= MAX_NAME_LENGTH:
                yield VocabularyEntry(row["name"], "", (), row["code"])
