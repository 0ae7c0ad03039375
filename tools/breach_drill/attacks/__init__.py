"""Attacks on stolen data (docs/design/anonymity.md). Nothing here imports the product."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from tools.breach_drill.attacks import files, keyed, nights, times
from tools.breach_drill.attacks.stolen import Claim, Stolen

__all__ = ["Claim", "run"]
WITHOUT_KEYS = (times.attack, times.pages, times.attack_orders, nights.attack, files.attack_log)


def run(capture: Path, stores: frozenset[str], keys: frozenset[str]) -> list[Claim]:
    """Every attack on these stores with these keys or groups of keys."""
    stolen = Stolen(capture, stores, keys)
    claims = [*_without_keys(capture, stores), *files.attack_redis(stolen)]
    return [*claims, *keyed.attack(stolen)] if keys else claims


@lru_cache(maxsize=2)
def _without_keys(capture: Path, stores: frozenset[str]) -> tuple[Claim, ...]:
    """Thefts of the same stores follow each other."""
    stolen = Stolen(capture, stores, frozenset())
    return tuple(claim for attack in WITHOUT_KEYS for claim in attack(stolen))
