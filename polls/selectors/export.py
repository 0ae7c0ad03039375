"""The inputs of the arithmetic, without identities, for download."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from polls.models import Poll
from polls.selectors.answers import read_answers
from polls.selectors.results import MIN_GROUP_SIZE


def export_answers(poll: Poll) -> list[dict[str, Any]]:
    """One row for each answer, without the case author's, in the order of random keys.

    Keys: round (1 or 2), specialty, confidence, record (the record weight), ranked (labels, best
    first). Specialty and record are "" if fewer than `MIN_GROUP_SIZE` members share the value.
    """
    labels = {option.pk: option.label for option in poll.options.all()}
    answers = [answer for answer in read_answers(poll) if not answer.is_by_case_author]
    by_specialty: dict[str, set[bytes]] = defaultdict(set)
    by_weight: dict[int, set[bytes]] = defaultdict(set)
    for answer in answers:
        by_specialty[answer.specialty].add(answer.pseudonym)
        by_weight[answer.record_weight_quarters].add(answer.pseudonym)
    specialties = {name for name, group in by_specialty.items() if len(group) >= MIN_GROUP_SIZE}
    weights = {quarters for quarters, group in by_weight.items() if len(group) >= MIN_GROUP_SIZE}
    return [
        {
            "round": answer.round,
            "specialty": answer.specialty if answer.specialty in specialties else "",
            "confidence": answer.confidence,
            "record": answer.record_weight_quarters / 4
            if answer.record_weight_quarters in weights
            else "",
            "ranked": [labels[option] for option in answer.ranked],
        }
        for answer in sorted(answers, key=lambda answer: answer.id)
    ]
