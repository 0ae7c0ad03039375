"""`manage.py bench_typeahead [--names 100000]`: how long a suggestion takes. Stores nothing."""

from __future__ import annotations

import random
import statistics
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from polls.models import Synonym
from polls.selectors import suggest_diagnoses
from tools.benchmarks.typeahead import fill_vocabulary, typed_queries

MIN_NAMES = 1000


class Command(BaseCommand):
    help = "Time suggestions over a vocabulary filled up with invented names."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--names", type=int, default=100_000)
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *_args: Any, names: int, seed: int, **_options: Any) -> None:
        """Print the times. Raises `CommandError` if no vocabulary is loaded."""
        if Synonym.objects.count() < MIN_NAMES:
            raise CommandError("Load the vocabulary first: manage.py load_vocabulary")
        rng = random.Random(seed)
        with transaction.atomic():
            fill_vocabulary(names, rng)
            self.stdout.write(f"{Synonym.objects.count()} names")
            for kind, queries in typed_queries(rng).items():
                self._print_times(kind, queries)
            transaction.set_rollback(True)

    def _print_times(self, kind: str, queries: Sequence[str]) -> None:
        times = []
        for typed in queries:
            started = time.perf_counter()
            suggest_diagnoses(typed)
            times.append(1000 * (time.perf_counter() - started))
        p95 = statistics.quantiles(times, n=20)[18]
        self.stdout.write(
            f"{kind:24} median {statistics.median(times):6.1f} ms, p95 {p95:6.1f} ms, "
            f"most {max(times):6.1f} ms, of {len(times)}"
        )
