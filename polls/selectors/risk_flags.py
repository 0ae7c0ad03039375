"""Options and tests that members flagged as risky."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.db.models.functions import Coalesce

from polls.models import Poll, RiskFlag


@dataclass(frozen=True)
class RiskWarning:
    """One flag: what is risky, the reason, and who says so."""

    target: str
    text: str
    byline: str
    comment_id: str


def risk_warnings(poll: Poll) -> list[RiskWarning]:
    """Flags with a visible comment, in the order of the comments. One query.

    For members who may see the answers.
    """
    if poll.case_id is None:
        return []
    flags = (
        RiskFlag.objects.filter(Q(option__poll=poll) | Q(decisive_test__poll=poll))
        .filter(comment__hidden_at=None, comment__appears_at=None)
        .order_by("comment__position")
        .values_list(
            Coalesce("option__label", "decisive_test__text"),
            "comment__text",
            "comment__byline",
            "comment__public_id",
        )
    )
    return [RiskWarning(*flag) for flag in flags]
