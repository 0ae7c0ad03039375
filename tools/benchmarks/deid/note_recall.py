"""Prints how many of the identifiers in the synthetic notes the scanner finds.

python -m tools.benchmarks.deid.note_recall
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import get_args

from cases.deid.text import scan
from tests.deid.labelled_notes import (
    GENERATED,
    HANDWRITTEN,
    Seed,
    generated_notes,
    handwritten_notes,
    recall,
)


def flagged(texts: Sequence[str]) -> str:
    """How many of the texts, none of which has an identifier, get a span all the same."""
    return f"{sum(bool(scan(text)) for text in texts)} of {len(texts)}"


def milliseconds(words: int = 2000) -> float:
    """Best of five: the processor time of one scan of so many words."""
    notes = generated_notes("tuning", 40)
    text = " ".join(" ".join(note.text for note in notes).split()[:words])
    times = []
    for _ in range(5):
        started = time.thread_time()
        scan(text)
        times.append(1000 * (time.thread_time() - started))
    return min(times)


def main() -> None:
    for seed in get_args(Seed):
        planted, covered = recall(generated_notes(seed))
        rates = (f"{key} {100 * covered[key] / planted[key]:.1f}" for key in sorted(planted))
        print(f"{seed}: recall in % of {planted['all']}: {'  '.join(rates)}")
        planted, covered = recall(handwritten_notes(seed))
        counts = (f"{key} {covered[key]}/{planted[key]}" for key in sorted(planted))
        print(f"{seed}, by hand: {'  '.join(counts)}")
        for name, texts in ((f"{seed}, by hand", HANDWRITTEN[seed]), (seed, GENERATED[seed])):
            clean, hard = flagged(texts["clean"]), flagged(texts["hard_negatives"])
            print(f"{name}: flagged {clean} clean, {hard} hard negatives")
    print(f"2,000 words: {milliseconds():.0f} ms of processor time")


if __name__ == "__main__":
    main()
