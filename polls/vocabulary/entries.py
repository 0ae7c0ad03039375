"""What every vocabulary consists of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class VocabularyEntry:
    """One diagnosis: its name, the slug of its specialty, its synonyms and its code."""

    name: str
    specialty: str = ""
    synonyms: tuple[str, ...] = ()
    code: str = ""
