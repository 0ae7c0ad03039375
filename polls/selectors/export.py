"""The inputs of the arithmetic, without identities, for download."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

from polls.models import Poll
from polls.selectors.released_answers import released_rows
from polls.selectors.results import MIN_GROUP_SIZE


def export_answers(poll: Poll) -> list[dict[str, Any]]:
    """One row for each released answer, without the case author's, ordered by content.

    Answers are released in steps of several (`polls.selectors.released_answers`), so two downloads
    never differ by one answer. Keys: round (1 or 2), specialty, confidence, record (the record
    weight), ranked (labels, best first). Specialty and record are "" if fewer than `MIN_GROUP_SIZE`
    members share the value.
    """
    labels = {option.pk: option.label for option in poll.options.all()}
    answers = released_rows(poll)
    by_specialty: dict[str, set[bytes]] = defaultdict(set)
    by_weight: dict[int, set[bytes]] = defaultdict(set)
    for answer in answers:
        by_specialty[answer.specialty].add(answer.pseudonym)
        by_weight[answer.record_weight_quarters].add(answer.pseudonym)
    specialties = {name for name, group in by_specialty.items() if len(group) >= MIN_GROUP_SIZE}
    weights = {quarters for quarters, group in by_weight.items() if len(group) >= MIN_GROUP_SIZE}
    rows = [
        {
            "round": answer.round,
            "specialty": answer.specialty if answer.specialty in specialties else "",
            "confidence": answer.confidence,
            "record": answer.record_weight_quarters / 4
            if answer.record_weight_quarters in weights
            else "",
            "ranked": [labels[option] for option in answer.ranked],
        }
        for answer in answers
    ]
    return sorted(rows, key=lambda row: json.dumps(row, sort_keys=True))
