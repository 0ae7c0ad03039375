"""Attacks on stolen data (docs/design/anonymity.md). Nothing here imports the product."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from tools.breach_drill.attacks import keyed, nights, orders, redis_files, times
from tools.breach_drill.attacks import write_ahead as log
from tools.breach_drill.attacks.claims import Claim
from tools.breach_drill.attacks.stolen import Stolen

__all__ = ["Claim", "run"]
WITHOUT_KEYS = (
    times.attack,
    times.pages,
    orders.attack,
    nights.attack,
    log.attack,
)


def run(capture: Path, stores: frozenset[str], keys: frozenset[str]) -> list[Claim]:
    """Every attack on these stores with these keys or groups of keys."""
    stolen = Stolen(capture, stores, keys)
    claims = [*_without_keys(capture, stores), *redis_files.attack(stolen)]
    return [*claims, *keyed.attack(stolen)] if keys else claims


@lru_cache(maxsize=2)
def _without_keys(capture: Path, stores: frozenset[str]) -> tuple[Claim, ...]:
    """Thefts of the same stores follow each other."""
    stolen = Stolen(capture, stores, frozenset())
    return tuple(claim for attack in WITHOUT_KEYS for claim in attack(stolen))
