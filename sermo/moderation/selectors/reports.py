"""Queries for the pages of moderation: reports, sanctions, the public log."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, Value, When
from django.db.models.functions import TruncMonth

from sermo.moderation.models import (
    AuthorDisclosure,
    DecisionKind,
    DisclosureState,
    ModerationDecision,
    Report,
    ReportReason,
    Sanction,
    SanctionState,
)
from sermo.moderation.selectors import targets
from sermo.moderation.selectors.targets import ReportTarget

MAX_ROWS = 100
LOG_PAGE_SIZE = 30


@dataclass
class ReportedTarget:
    """A post with its open reports, oldest first."""

    kind: str
    item: ReportTarget
    reports: list[Report] = field(default_factory=list)

    @property
    def reasons(self) -> list[str]:
        return sorted({report.get_reason_display() for report in self.reports})

    @property
    def is_first(self) -> bool:
        """Whether a report says that a patient could be identified; such posts come first."""
        return any(report.reason == ReportReason.PATIENT for report in self.reports)

    @property
    def title(self) -> str:
        """The title of its case, or the poll's question."""
        case = targets.case_of(self.item)
        return case.title if case is not None else getattr(self.item, "question", "")


def open_reports() -> list[ReportedTarget]:
    """At most 100 open reports by item: identified patients first, then the longest waiting."""
    opened = Report.objects.filter(resolved_at__isnull=True)
    is_other = Case(When(reason=ReportReason.PATIENT, then=Value(0)), default=Value(1))
    reports = list(opened.order_by(is_other, "reported_at", "id")[:MAX_ROWS])
    by_id = targets.targets_by_id({(report.target_kind, report.target_id) for report in reports})
    grouped: dict[UUID, ReportedTarget] = {}
    for report in reports:
        item = by_id.get(report.target_id)
        if item is None:
            continue
        grouped.setdefault(item.pk, ReportedTarget(report.target_kind, item)).reports.append(report)
    return sorted(grouped.values(), key=lambda row: not row.is_first)


def waiting_sanctions() -> list[Sanction]:
    """Suspensions that wait for a second moderator."""
    return list(
        Sanction.objects.filter(state=SanctionState.REQUESTED).select_related("requested_by")
    )


def history(item: ReportTarget) -> dict[str, Any]:
    """Reports, decisions and sanctions of one post."""
    return {
        "reports": list(Report.objects.filter(target_id=item.pk)[:MAX_ROWS]),
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
