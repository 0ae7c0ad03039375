"""Clinical notes with labelled identifiers, and texts without any, in two sets.

The set "tuning" may be read while rules are written. Of "test", which has other sentences and
other values, only the figures are looked at. The handwritten notes came in several lots: each was
run once before anybody looked at its misses (docs/benchmarks.md has the figures), then those were
fixed; "test" are the last four lots.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from cases.deid.text import scan

Seed = Literal["tuning", "test"]

DATA = Path(__file__).parent / "data"
_MARK = re.compile(r"<(?P<kind>[a-z]+)\|(?P<text>[^>]+)>")
_SLOT = re.compile(r"(\{\w+\})")
# The kind of a slot that is not named for it.
_KIND_OF_SLOT = {
    "family": "name",
    "given": "name",
    "city": "place",
    "number": "record",
    "dni": "record",
}


def _load(name: str) -> dict[str, Any]:
    return tomllib.loads((DATA / f"{name}.toml").read_text("utf-8"))


GENERATED = _load("generated_notes")
HANDWRITTEN = _load("handwritten_notes")


@dataclass(frozen=True, slots=True)
class LabelledNote:
    """A text and its identifiers as (start, end, kind) in code points."""

    language: str
    text: str
    spans: tuple[tuple[int, int, str], ...]


def handwritten_notes(seed: Seed) -> list[LabelledNote]:
    """The notes of one set, their marks read."""
    return [
        _from_marks(language, marked)
        for language, notes in HANDWRITTEN[seed]["notes"].items()
        for marked in notes
    ]


def _from_marks(language: str, marked: str) -> LabelledNote:
    text, spans, at = "", [], 0
    for mark in _MARK.finditer(marked):
        text += marked[at : mark.start()]
        spans.append((len(text), len(text) + len(mark["text"]), mark["kind"]))
        text += mark["text"]
        at = mark.end()
    return LabelledNote(language, text + marked[at:], tuple(spans))


def generated_notes(seed: Seed, count: int = 12) -> list[LabelledNote]:
    """Every sentence of one set `count` times with other values; the same for the same set."""
    rng = random.Random(seed)
    pools = {name: values.split("|") for name, values in GENERATED[seed]["pools"].items()}
    return [
        _filled(language, sentence, pools, rng)
        for language, sentences in GENERATED[seed]["sentences"].items()
        for sentence in sentences
        for _ in range(count)
    ]


def _filled(
    language: str, sentence: str, pools: dict[str, list[str]], rng: random.Random
) -> LabelledNote:
    text, spans = "", []
    for part in _SLOT.split(sentence):
        if not part.startswith("{"):
            text += part
            continue
        pool = part[1:-1]
        value = rng.choice(pools[pool])
        kind = _KIND_OF_SLOT.get(pool, pool.split("_")[0])
        spans.append((len(text), len(text) + len(value), kind))
        text += value
    return LabelledNote(language, text, tuple(spans))


def recall(notes: list[LabelledNote]) -> tuple[Counter[str], Counter[str]]:
    """Counts of identifiers, and of those that the scan covers as a whole.

    By kind, by language in brackets, and "all".
    """
    planted: Counter[str] = Counter()
    covered: Counter[str] = Counter()
    for note in notes:
        reported = {at for span in scan(note.text) for at in range(span.start, span.end)}
        for start, end, kind in note.spans:
            is_covered = all(at in reported for at in range(start, end) if note.text[at].isalnum())
            for key in ("all", kind, f"[{note.language}]"):
                planted[key] += 1
                covered[key] += is_covered
    return planted, covered
