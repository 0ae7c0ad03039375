"""Names and misspellings for the type-ahead benchmark."""

from __future__ import annotations

import random
from collections.abc import Callable

from polls.models import Concept, ConceptSource, Synonym
from polls.services.vocabulary import index_words, refresh_table_statistics
from polls.vocabulary.folding import fold
from polls.vocabulary.spelling import trigrams

N_QUERIES = 150
SAMPLE_SIZE = 4000
BATCH_SIZE = 5000


def fill_vocabulary(n_names: int, rng: random.Random) -> None:
    """Add names made of words of known names, until there are `n_names` in all."""
    words = sorted({w for name in _sample_names(rng) for w in name.split() if len(w) > 3})
    missing = max(0, n_names - Synonym.objects.count())
    concepts = [
        Concept(name=" ".join(rng.sample(words, rng.randint(2, 5))), source=ConceptSource.ICD10CM)
        for _ in range(missing)
    ]
    Concept.objects.bulk_create(concepts, batch_size=BATCH_SIZE)
    Synonym.objects.bulk_create(
        [
            Synonym(
                concept=concept,
                text=concept.name,
                folded=fold(concept.name),
                trigrams=trigrams(concept.name),
            )
            for concept in concepts
        ],
        batch_size=BATCH_SIZE,
    )
    index_words(fold(concept.name) for concept in concepts)
    refresh_table_statistics()


def _sample_names(rng: random.Random) -> list[str]:
    listed = Synonym.objects.exclude(concept__source=ConceptSource.FREE).order_by("folded", "id")
    return rng.sample(list(listed.values_list("folded", flat=True)), SAMPLE_SIZE)


def typed_queries(rng: random.Random) -> dict[str, list[str]]:
    """What people type, by kind: prefixes, words within, abbreviations, misspellings."""
    names = [name for name in _sample_names(rng) if len(name) > 8][:N_QUERIES]
    short = Synonym.objects.filter(
        concept__source=ConceptSource.STARTER, folded__regex=r"^[a-z0-9]{2,5}$"
    )
    abbreviations = short.values_list("folded", flat=True).order_by("id")[:N_QUERIES]
    return {
        "two letters": [name[:2] for name in names],
        "beginning of four": [name[:4] for name in names],
        "beginning of a word": [rng.choice(name.split())[:5] for name in names],
        "two words begun": [" ".join(word[:4] for word in name.split()[:2]) for name in names],
        "whole name": names,
        "abbreviation": list(abbreviations),
        "two letters swapped": [_misspell(name, rng, _swap) for name in names],
        "one letter left out": [_misspell(name, rng, _leave_out) for name in names],
        "one letter wrong": [_misspell(name, rng, _replace) for name in names],
    }


def _misspell(name: str, rng: random.Random, how: Callable[[str, int], str]) -> str:
    """One error within the longest word, not at its beginning."""
    longest = max(name.split(), key=len)
    if len(longest) < 4:
        return name
    at = rng.randrange(1, len(longest) - 1)
    return name.replace(longest, how(longest, at), 1)


def _swap(word: str, at: int) -> str:
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _leave_out(word: str, at: int) -> str:
    return word[:at] + word[at + 1 :]


def _replace(word: str, at: int) -> str:
    return word[:at] + ("x" if word[at] != "x" else "y") + word[at + 1 :]
