"""Attacks on stolen data (docs/design/anonymity.md). Nothing here imports the product."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from tools.breach_drill.attacks import (
    cleartext,
    email_times,
    keyed,
    linking,
    order,
    pages,
    similarity,
    timing,
)
from tools.breach_drill.attacks.claims import Claim, StructuralFinding
from tools.breach_drill.attacks.stolen_data import StolenData
from tools.breach_drill.attacks.structural import structure

__all__ = ["Claim", "StructuralFinding", "run", "structure"]

# Attacks that need rows of posts but no key. Their claims are the same for all thefts of the same
# stores.
_BY_ROWS = (
    linking.equality,
    linking.sessions,
    keyed.aliases,
    timing.moments,
    timing.answers,
    email_times.email_times,
    timing.histories,
    timing.orders,
    order.ranks,
    order.beside,
    cleartext.side_by_side,
    timing.changes,
    similarity.attributes,
    similarity.pictures,
    similarity.style,
)
_BY_KEYS = (linking.hashes, keyed.capsules)


def run(capture: Path, stores: frozenset[str], keys: frozenset[str]) -> list[Claim]:
    """Run every attack on these stores with these groups of keys."""
    plain, claims = _without_keys(capture, stores)
    stolen = plain.with_keys(keys)
    guessed, pairs = keyed.guesses(stolen)
    matches = [*guessed, *keyed.with_pairs(stolen, pairs), *claims]
    for attack in _BY_KEYS if stolen.posts else ():
        matches += attack(stolen)
    if pages.STORE in stores:
        matches += pages.claims(capture)
    return list(_of_votes(stolen, matches))


def _of_votes(stolen: StolenData, claims: list[Claim]) -> Iterator[Claim]:
    """Claims with kinds of their own for answers, because no key links an answer to its voter.

    Pairs with an answer are left out.
    """
    votes = {key for key, post in stolen.posts.items() if post.is_vote}
    for claim in claims:
        if claim.left not in votes:
            if claim.right not in votes:
                yield claim
        elif claim.kind != "alias_pair":
            yield claim._replace(kind=claim.kind.replace("anonymous_", "vote_"))


@lru_cache(maxsize=1)
def _without_keys(capture: Path, stores: frozenset[str]) -> tuple[StolenData, tuple[Claim, ...]]:
    """Cached for the last call: thefts of the same stores follow each other."""
    stolen = StolenData(capture, stores, frozenset())
    attacks = _BY_ROWS if stolen.posts else ()
    return stolen, tuple(claim for attack in attacks for claim in attack(stolen))
