"""Comparing folded names that may be misspelt: trigrams, deletions and the edit distance."""

from __future__ import annotations

MIN_WORD_LENGTH = 4


def trigrams(folded: str) -> list[str]:
    """The trigrams of each word, padded as PostgreSQL's pg_trgm pads them; sorted, each once."""
    return sorted({part for word in folded.split() for part in _trigrams_of(f"  {word} ")})


def adjacent_trigrams(folded: str, n: int = 3) -> list[list[str]]:
    """Each group of n neighbouring trigrams of a word. One error leaves some groups intact."""
    words = [_trigrams_of(f"  {word} ") for word in folded.split()]
    return [parts[at : at + n] for parts in words for at in range(max(1, len(parts) - n + 1))]


def prefix_trigrams(folded: str) -> list[str]:
    """The trigrams of every name whose words begin with these words; sorted, each once."""
    return sorted({part for word in folded.split() for part in _trigrams_of(f"  {word}")})


def _trigrams_of(padded: str) -> list[str]:
    return [padded[at : at + 3] for at in range(len(padded) - 2)]


def is_correctable(word: str) -> bool:
    """True for a word without digits that is long enough to be recognised with one error."""
    return len(word) >= MIN_WORD_LENGTH and not any(sign.isdigit() for sign in word)


def deletions(word: str) -> list[str]:
    """The word, and the word without each one of its letters; sorted.

    Two words that differ by one letter (wrong, missing, extra or swapped) share one of these forms
    (symmetric deletion), so that a misspelling is found by equality.
    """
    return sorted({word, *(word[:at] + word[at + 1 :] for at in range(len(word)))})


def edit_distance(word: str, other: str) -> int:
    """Optimal string alignment distance: letters wrong, missing, extra, or swapped."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(word, start=1):
        last, before, row = before, row, [i]
        for j, b in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and word[i - 2] == b:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]
