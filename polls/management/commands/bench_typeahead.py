"""How long a suggestion takes: `manage.py bench_typeahead [--names 100000]`. Writes nothing."""

from __future__ import annotations

import random
import statistics
import time
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from polls.folding import fold, trigrams
from polls.models import Concept, Source, Synonym
from polls.selectors import suggest
from polls.services.concepts import count_anew, learn_words

ROUNDS = 150
FEWEST = 1000


class Command(BaseCommand):
    help = "Time suggestions over a vocabulary filled up with invented names."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--names", type=int, default=100_000)
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *_args: Any, names: int, seed: int, **_options: Any) -> None:
        if Synonym.objects.count() < FEWEST:
            raise CommandError("Load the vocabulary first: manage.py load_vocabulary")
        chance = random.Random(seed)  # noqa: S311  # invented names, no secret
        with transaction.atomic():
            fill(names, chance)
            self.stdout.write(f"{Synonym.objects.count()} names")
            for kind, typed in kinds(chance).items():
                self._time(kind, typed)
            transaction.set_rollback(True)

    def _time(self, kind: str, typed: Sequence[str]) -> None:
        took = []
        for text in typed:
            begun = time.perf_counter()
            suggest(text)
            took.append(1000 * (time.perf_counter() - begun))
        p95 = statistics.quantiles(took, n=20)[18]
        self.stdout.write(
            f"{kind:24} median {statistics.median(took):6.1f} ms, p95 {p95:6.1f} ms, "
            f"most {max(took):6.1f} ms, of {len(took)}"
        )


def fill(names: int, chance: random.Random) -> None:
    """Names made of the words of known ones, until there are so many."""
    words = sorted({w for one in _names(chance, 4000) for w in one.split() if len(w) > 3})
    missing = max(0, names - Synonym.objects.count())
    made = [
        Concept(name=" ".join(chance.sample(words, chance.randint(2, 5))), source=Source.ICD10CM)
        for _ in range(missing)
    ]
    Concept.objects.bulk_create(made, batch_size=5000)
    Synonym.objects.bulk_create(
        [
            Synonym(concept=one, text=one.name, folded=fold(one.name), trigrams=trigrams(one.name))
            for one in made
        ],
        batch_size=5000,
    )
    learn_words(fold(one.name) for one in made)
    count_anew()


def _names(chance: random.Random, n: int) -> list[str]:
    listed = Synonym.objects.exclude(concept__source=Source.FREE).order_by("folded", "id")
    return chance.sample(list(listed.values_list("folded", flat=True)), n)


def kinds(chance: random.Random) -> dict[str, list[str]]:
    """What people type: beginnings, inner words, two beginnings, abbreviations, slips."""
    names = [name for name in _names(chance, 4000) if len(name) > 8][:ROUNDS]
    short = Synonym.objects.filter(concept__source=Source.STARTER, folded__regex=r"^[a-z0-9]{2,5}$")
    return {
        "two letters": [name[:2] for name in names],
        "beginning of four": [name[:4] for name in names],
        "beginning of a word": [chance.choice(name.split())[:5] for name in names],
        "two words begun": [" ".join(word[:4] for word in name.split()[:2]) for name in names],
        "whole name": names,
        "abbreviation": list(short.values_list("folded", flat=True).order_by("id")[:ROUNDS]),
        "two letters swapped": [_slip(name, chance, _swapped) for name in names],
        "one letter left out": [_slip(name, chance, _left_out) for name in names],
        "one letter wrong": [_slip(name, chance, _wrong) for name in names],
    }


def _slip(name: str, chance: random.Random, how: Callable[[str, int], str]) -> str:
    """One slip within the longest word, not at its beginning."""
    longest = max(name.split(), key=len)
    if len(longest) < 4:
        return name
    at = chance.randrange(1, len(longest) - 1)
    return name.replace(longest, how(longest, at), 1)


def _swapped(word: str, at: int) -> str:
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _left_out(word: str, at: int) -> str:
    return word[:at] + word[at + 1 :]


def _wrong(word: str, at: int) -> str:
    return word[:at] + ("x" if word[at] != "x" else "y") + word[at + 1 :]
