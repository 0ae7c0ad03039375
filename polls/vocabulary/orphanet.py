"""Rare diseases by the names Orphanet gives them, as the HPO annotation of 2025-01-16 lists them.

Orphanet's nomenclature is under CC BY 4.0 and is attributed on the page of sources (SOURCES.md).
The annotation's OMIM names are left out: their licence does not allow it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from polls.services.concepts import Entry

FILE = Path(__file__).with_name("orphanet.csv")
LONGEST = 200


def orphanet() -> Iterator[Entry]:
    with FILE.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if len(row["name"]) <= LONGEST:
                yield Entry(row["name"], "", (), row["code"])
