"""manage.py bench_credential_lines [--deposits N]: time of the nightly step of credential lines."""

from __future__ import annotations

import random
import secrets
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from sermo.core import coarse, countries, specialties
from sermo.core.redis import connection
from sermo.members.credential_lines import deposits, release, tallies
from sermo.members.credential_lines.k_anonymity import MemberFacts
from sermo.members.models import YearsBand

# Ciphertexts that the deposits share: encrypting is the work of the acts, not of the night.
CIPHERTEXTS = 5000
CHUNK = 10_000


class Command(BaseCommand):
    help = "Print the microseconds that the nightly step needs for each deposit; keeps nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--deposits", type=int, default=1_000_000)

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.SERMO_ENV == "production":
            raise CommandError("This command fills the store of deposits.")
        self.n = options["deposits"]
        week = coarse.to_week(timezone.localdate())
        _fill(self.n)
        try:
            with transaction.atomic():
                self._time("moved to the database", lambda: _store(week))
                counted = self._time("counted", lambda: tallies.count_deposits(week))
                self._time("lines", lambda: release.publish_lines({week: counted}, this_week=week))
                self._time("tally", lambda: tallies.store_tally(week, counted))
                transaction.set_rollback(True)
        finally:
            connection().delete(deposits.PENDING)

    def _time(self, what: str, work: Callable[[], Any]) -> Any:
        begun = time.perf_counter()
        result = work()
        taken = time.perf_counter() - begun
        self.stdout.write(f"{what:24} {taken:8.1f} s {taken / self.n * 1e6:8.1f} µs a deposit")
        return result


def _store(week: Any) -> None:
    deposits.store_pending_deposits(this_week=week, oldest_week=week)


def _fill(n: int) -> None:
    """Leave deposits of members with random facts, the common ones more often."""
    chance = random.Random(1)
    week = coarse.to_week(timezone.localdate())
    areas, places = sorted(specialties.NAMES), sorted(countries.NAMES)
    facts = Counter(
        MemberFacts(
            areas[int(len(areas) * chance.random() ** 2)],
            chance.choice(YearsBand.values),
            places[int(len(places) * chance.random() ** 3)],
        )
        for _ in range(CIPHERTEXTS)
    )
    values = [deposits.pack(week, deposits.encrypt_facts(what)) for what in facts.elements()]
    for start in range(0, n, CHUNK):
        rows = {
            secrets.token_bytes(16): chance.choice(values) for _ in range(min(CHUNK, n - start))
        }
        connection().hset(deposits.PENDING, mapping=rows)  # type: ignore[arg-type]
