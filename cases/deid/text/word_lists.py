"""The lists of words/, made by hand: they tell a name from what only looks like one."""

from __future__ import annotations

from pathlib import Path

DIRECTORY = Path(__file__).parent / "words"


def _read(name: str) -> frozenset[str]:
    """The words of one file. Its first line says what they are."""
    _, words = (DIRECTORY / f"{name}.txt").read_text("utf-8").split("\n", 1)
    return frozenset(words.split())


NOT_NAMES = _read("not_names")
EPONYMS = _read("eponyms")
GIVEN_NAMES = _read("given_names")
GENERIC_PLACES = _read("generic_places")
WIDE_PLACES = _read("wide_places")
MEDICAL_NOUNS = _read("medical_nouns")
ROLES = _read("roles")
TITLES = _read("titles")
