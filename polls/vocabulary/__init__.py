"""Diagnoses to begin with: an own list, each with its specialty and other names."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from polls.services.concepts import Entry

STARTER = Path(__file__).with_name("starter.csv")


def starter() -> Iterator[Entry]:
    """The entries of starter.csv; synonyms are divided by "|"."""
    with STARTER.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            synonyms = tuple(filter(None, row["synonyms"].split("|")))
            yield Entry(row["name"], row["specialty"], synonyms)
