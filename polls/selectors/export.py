"""The inputs of the arithmetic, without identities."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from polls.models import Poll
from polls.selectors.ballots import read_ballots
from polls.selectors.results import K_FOLD


def export_rows(poll: Poll) -> list[dict[str, Any]]:
    """Every answer: round, confidence, ranked names; specialty and record where k share them.

    In the order of random keys, so that the order tells nothing; the author's guess is left out.
    """
    names = {option.pk: option.label for option in poll.options.all()}
    ballots = [ballot for ballot in read_ballots(poll) if not ballot.by_case_author]
    members: dict[str, set[bytes]] = defaultdict(set)
    for ballot in ballots:
        members[ballot.specialty].add(ballot.pseudonym)
    held: dict[int, set[bytes]] = defaultdict(set)
    for ballot in ballots:
        held[ballot.record_quarters].add(ballot.pseudonym)
    records = {quarters: len(tags) >= K_FOLD for quarters, tags in held.items()}
    return [
        {
            "round": ballot.round,
            "specialty": ballot.specialty if len(members[ballot.specialty]) >= K_FOLD else "",
            "confidence": ballot.confidence,
            "record": ballot.record_quarters / 4 if records[ballot.record_quarters] else "",
            "ranked": [names[option] for option in ballot.ranked],
        }
        for ballot in sorted(ballots, key=lambda ballot: ballot.id)
    ]
