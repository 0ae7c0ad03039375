"""Queries for the pages of moderation: reports, sanctions, the public log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Case, Count, Min, Q, Value, When
from django.db.models.functions import TruncMonth
from django.utils import timezone

from sermo.moderation.models import (
    AuthorDisclosure,
    CoverState,
    DecisionKind,
    DisclosureState,
    ModerationDecision,
    Report,
    ReportReason,
    Sanction,
    SanctionState,
)
from sermo.moderation.selectors import targets
from sermo.moderation.selectors.reporters import reports_of
from sermo.moderation.selectors.targets import ReportTarget

MAX_ROWS = 100
LOG_PAGE_SIZE = 30


@dataclass(frozen=True)
class ReportedTarget:
    """A post with open reports: one row of the queue, however many members reported it."""

    kind: str
    item: ReportTarget
    n_reports: int
    reasons: list[str]
    is_covered: bool
    """Whether a report hides something of it now."""
    is_overdue: bool
    """Whether it has waited longer than `settings.COVER_REVIEW_HOURS`."""

    @property
    def title(self) -> str:
        """The title of its case, or the poll's question."""
        case = targets.case_of(self.item)
        return case.title if case is not None else getattr(self.item, "question", "")


def open_reports() -> list[ReportedTarget]:
    """At most 100 reported posts: those that a report hides, then other reports of patient details.

    Within each group the longest waiting first. At most five statements.
    """
    is_hiding = Q(cover__in=[CoverState.COVERED, CoverState.TAKEN_DOWN])
    rows = list(
        Report.objects.filter(resolved_at__isnull=True)
        .order_by()
        .values("target_kind", "target_id")
        .annotate(
            n=Count("pk"),
            first=Min("reported_at"),
            reasons=ArrayAgg("reason", distinct=True),
            n_hiding=Count("pk", filter=is_hiding),
            n_patient=Count("pk", filter=Q(reason=ReportReason.PATIENT)),
        )
        .order_by(
            Case(
                When(n_hiding__gt=0, then=Value(0)),
                When(n_patient__gt=0, then=Value(1)),
                default=Value(2),
            ),
            "first",
            "target_id",
        )[:MAX_ROWS]
    )
    items = targets.targets_by_id({(row["target_kind"], row["target_id"]) for row in rows})
    return [_reported(row, items[row["target_id"]]) for row in rows if row["target_id"] in items]


def _reported(row: Mapping[str, Any], item: ReportTarget) -> ReportedTarget:
    oldest = timezone.now() - dt.timedelta(hours=settings.COVER_REVIEW_HOURS)
    is_covered = row["n_hiding"] > 0
    return ReportedTarget(
        kind=row["target_kind"],
        item=item,
        n_reports=row["n"],
        reasons=sorted(str(ReportReason(reason).label) for reason in row["reasons"]),
        is_covered=is_covered,
        is_overdue=is_covered and row["first"] < oldest,
    )


def waiting_sanctions() -> list[Sanction]:
    """Suspensions that wait for a second moderator."""
    return list(
        Sanction.objects.filter(state=SanctionState.REQUESTED).select_related("requested_by")
    )


def history(item: ReportTarget) -> dict[str, Any]:
    """Reports with their reporters, decisions and sanctions of one post. Five statements."""
    return {
        "reports": reports_of(item),
        "decisions": list(
            ModerationDecision.objects.filter(target_id=item.pk).select_related("moderator")[
                :MAX_ROWS
            ]
        ),
        "sanctions": list(
            Sanction.objects.filter(target_id=item.pk).select_related(
                "requested_by", "confirmed_by"
            )
        ),
    }


def log_page(before: str) -> tuple[list[ModerationDecision], str]:
    """Newest decisions first, and the cursor of the next page ("" at the end)."""
    rows = ModerationDecision.objects.select_related("moderator").order_by("-decided_at", "-id")
    last = _cursor(before)
    if last is not None:
        rows = rows.filter(decided_at__lt=last.decided_at) | rows.filter(
            decided_at=last.decided_at, pk__lt=last.pk
        )
    page = list(rows[: LOG_PAGE_SIZE + 1])
    more = page[LOG_PAGE_SIZE - 1].pk.hex if len(page) > LOG_PAGE_SIZE else ""
    return page[:LOG_PAGE_SIZE], more


def _cursor(before: str) -> ModerationDecision | None:
    try:
        return ModerationDecision.objects.filter(pk=UUID(before)).first()
    except ValueError:
        return None


def monthly_counts() -> list[dict[str, Any]]:
    """How many posts were hidden or restored and authors suspended, by month; public."""
    rows = (
        ModerationDecision.objects.annotate(month=TruncMonth("decided_at"))
        .values("month", "kind")
        .annotate(n=Count("pk"))
        .order_by("-month", "kind")[:120]
    )
    months: dict[Any, dict[str, Any]] = {}
    for row in rows:
        month = months.setdefault(row["month"], {"month": row["month"], "total": 0, "kinds": []})
        month["kinds"].append({"label": DecisionKind(row["kind"]).label, "n": row["n"]})
        month["total"] += row["n"]
    return list(months.values())


def monthly_disclosures() -> list[dict[str, Any]]:
    """In how many cases custodians disclosed an author, by month; public."""
    disclosed = AuthorDisclosure.objects.filter(state=DisclosureState.OPENED).order_by()
    counted = disclosed.values("opened_month").annotate(n=Count("pk")).order_by("-opened_month")
    return [{"month": row["opened_month"], "n": row["n"]} for row in counted[:60]]
