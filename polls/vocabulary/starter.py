"""Our own list of common diagnoses, each with its specialty and synonyms."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from polls.vocabulary.entries import VocabularyEntry

FILE = Path(__file__).with_name("starter.csv")


def starter() -> Iterator[VocabularyEntry]:
    """The entries of starter.csv. Its column `synonyms` is separated by "|"."""
    with FILE.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            synonyms = tuple(filter(None, row["synonyms"].split("|")))
            yield VocabularyEntry(row["name"], row["specialty"], synonyms)
