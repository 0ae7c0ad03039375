"""Attacks on what a thief holds (ANONYMITY.md §4). Nothing here imports the product."""

from __future__ import annotations

from pathlib import Path

from sermo.drill.attacks import keyed, letters, likeness, linking, timing
from sermo.drill.attacks.claims import Claim, Finding
from sermo.drill.attacks.loot import Loot
from sermo.drill.attacks.structural import structure

__all__ = ["Claim", "Finding", "run", "structure"]

# What needs rows of posts to say anything.
_BY_ROWS = (
    linking.equality,
    linking.hashes,
    linking.sessions,
    keyed.aliases,
    timing.moments,
    letters.letters,
    timing.histories,
    timing.orders,
    timing.changes,
    likeness.attributes,
    likeness.pictures,
    likeness.style,
    keyed.capsules,
)


def run(capture: Path, stores: frozenset[str], keys: frozenset[str]) -> list[Claim]:
    """Every attack on these stores with these groups of keys; nothing else is opened."""
    loot = Loot(capture, stores, keys)
    guessed, pairs = keyed.guesses(loot)
    claims = guessed + keyed.with_pairs(loot, pairs)
    for attack in _BY_ROWS if loot.posts else ():
        claims += attack(loot)
    return claims
