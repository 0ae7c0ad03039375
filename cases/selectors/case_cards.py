"""Cases as the cards of a list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from cases.imaging.presentation import Picture, picture_of
from cases.models import CaseStats, CaseStatus, Image, Urgency
from cases.policies import question_text
from sermo.core import specialties
from sermo.members.credential_lines.labels import credential_line_label
from sermo.members.models import ShownAs

_MINUTES_PER_HOUR, _HOURS_PER_DAY, _DAYS_BEFORE_DATE = 60, 24, 30


@dataclass(frozen=True)
class CaseCard:
    """One case in a list."""

    public_id: str
    url: str
    title: str
    question: str
    status: str
    status_label: str
    urgency: str
    urgency_label: str
    specialty: str
    byline: str
    is_anonymous: bool
    credential: str
    posted_at: dt.datetime
    age: str
    n_answers: int
    n_comments: int
    picture: Picture | None
    is_hidden: bool
    # When it appears to others; None once it has.
    appears_at: dt.datetime | None


def case_cards(rows: Sequence[CaseStats]) -> list[CaseCard]:
    """The cards of these rows, whose cases are joined. Makes one query, for the pictures."""
    pictures = _first_pictures([row.pk for row in rows if row.n_images])
    now = timezone.now()
    return [_card(row, pictures.get(row.pk), now) for row in rows]


def _first_pictures(case_ids: list[UUID]) -> dict[UUID, Picture]:
    images = (
        Image.objects.shown()
        .filter(case_id__in=case_ids)
        .order_by("case_id", "position", "id")
        .distinct("case_id")
    )
    return {
        image.case_id: picture_of(image) for image in images if image.case_id and image.renditions
    }


def _card(row: CaseStats, picture: Picture | None, now: dt.datetime) -> CaseCard:
    case = row.case
    is_anonymous = case.shown_as == ShownAs.ANONYMOUS
    return CaseCard(
        public_id=case.public_id,
        url=case.get_absolute_url(),
        title=case.title,
        question=question_text(case.preset, case.question),
        status=row.status,
        status_label=str(CaseStatus(row.status).label),
        urgency=row.urgency,
        urgency_label=str(Urgency(row.urgency).label),
        specialty=specialties.name(row.specialty),
        byline=case.byline,
        is_anonymous=is_anonymous,
        credential=credential_line_label(case),
        posted_at=case.posted_at,
        age=age_text(case.posted_at, now, is_coarse=is_anonymous),
        n_answers=row.n_answers,
        n_comments=row.n_comments,
        picture=picture,
        is_hidden=case.hidden_at is not None,
        appears_at=case.appears_at,
    )


def age_text(at: dt.datetime, now: dt.datetime, *, is_coarse: bool) -> str:
    """Such as "12 min", "3 h" or "5 d", and the date after a month. No minutes if coarse."""
    minutes = max(0, int((now - at).total_seconds() // 60))
    if minutes < _MINUTES_PER_HOUR:
        return "< 1 h" if is_coarse else f"{minutes or '< 1'} min"
    hours = minutes // _MINUTES_PER_HOUR
    if hours < _HOURS_PER_DAY:
        return f"{hours} h"
    days = hours // _HOURS_PER_DAY
    return f"{days} d" if days < _DAYS_BEFORE_DATE else f"{at:%d %b %Y}".lstrip("0")
