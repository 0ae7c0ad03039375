"""Prints how many of the identifiers in the synthetic notes the scanner finds.

python -m tools.benchmarks.deid.note_recall
"""

from __future__ import annotations

import time
from collections import Counter
from typing import get_args

from cases.deid.text import scan
from tests.deid import handwritten_notes as freehands
from tests.deid.generated_notes import CLEAN, HARD, LabelledNote, Seed, notes
from tests.deid.handwritten_notes import handwritten_notes


def recall(made: list[LabelledNote]) -> tuple[Counter[str], Counter[str]]:
    """Identifiers planted and found, by kind and by language; found is covered as a whole."""
    planted: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for note in made:
        covered = {at for span in scan(note.text) for at in range(span.start, span.end)}
        for start, end, kind in note.spans:
            is_found = all(at in covered for at in range(start, end) if note.text[at].isalnum())
            for key in ("all", kind, f"[{note.language}]"):
                planted[key] += 1
                found[key] += is_found
    return planted, found


def flagged(texts: tuple[str, ...]) -> int:
    return sum(bool(scan(text)) for text in texts)


def milliseconds(words: int = 2000) -> float:
    """Best of five: what the scan costs while nobody else has the processor."""
    text = " ".join(" ".join(note.text for note in notes("tuning", 40)).split()[:words])
    times = []
    for _ in range(5):
        started = time.thread_time()
        scan(text)
        times.append(1000 * (time.thread_time() - started))
    return min(times)


def main() -> None:
    for seed in get_args(Seed):
        planted, found = recall(notes(seed))
        rates = "  ".join(f"{key} {100 * found[key] / planted[key]:.1f}" for key in sorted(planted))
        print(f"{seed}: recall in % of {planted['all']}: {rates}")
        planted, found = recall(handwritten_notes(seed))
        rates = "  ".join(f"{key} {found[key]}/{planted[key]}" for key in sorted(planted))
        print(f"{seed}, by hand: {rates}")
        print(
            f"{seed}, by hand: flagged {flagged(freehands.CLEAN[seed])} of "
            f"{len(freehands.CLEAN[seed])} clean, {flagged(freehands.HARD[seed])} of "
            f"{len(freehands.HARD[seed])} hard negatives"
        )
        print(
            f"{seed}: flagged {flagged(CLEAN[seed])} of {len(CLEAN[seed])} clean, "
            f"{flagged(HARD[seed])} of {len(HARD[seed])} hard negatives"
        )
    print(f"2,000 words: {milliseconds():.0f} ms of processor time")


if __name__ == "__main__":
    main()
