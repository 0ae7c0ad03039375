"""What the moderation pages need."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, Value, When
from django.db.models.functions import TruncMonth

from sermo.moderation import items
from sermo.moderation.items import Thing
from sermo.moderation.models import (
    Act,
    Decision,
    Reason,
    Report,
    Sanction,
    SanctionState,
    Unsealing,
    UnsealingState,
)

SHOWN = 100
LOG_PAGE = 30


@dataclass
class Reported:
    """One thing with its open reports, oldest first."""

    kind: str
    item: Thing
    reports: list[Report] = field(default_factory=list)

    @property
    def reasons(self) -> list[str]:
        return sorted({report.get_reason_display() for report in self.reports})

    @property
    def is_first(self) -> bool:
        """Somebody says a patient could be identified: before everything else."""
        return any(report.reason == Reason.PATIENT for report in self.reports)

    @property
    def title(self) -> str:
        """The case it stands in, or the poll's question."""
        case = items.case_of(self.item)
        return case.title if case is not None else getattr(self.item, "question", "")


def open_reports() -> list[Reported]:
    """At most 100 open reports by item: identified patients first, then the longest waiting."""
    opened = Report.objects.filter(resolved_at__isnull=True)
    is_other = Case(When(reason=Reason.PATIENT, then=Value(0)), default=Value(1))
    reports = list(opened.order_by(is_other, "reported_at", "id")[:SHOWN])
    found = items.things_by_id({(report.target_kind, report.target_id) for report in reports})
    grouped: dict[UUID, Reported] = {}
    for report in reports:
        item = found.get(report.target_id)
        if item is None:
            continue
        grouped.setdefault(item.pk, Reported(report.target_kind, item)).reports.append(report)
    return sorted(grouped.values(), key=lambda row: not row.is_first)


def waiting_sanctions() -> list[Sanction]:
    return list(Sanction.objects.filter(state=SanctionState.ASKED).select_related("asked_by"))


def history(item: Thing) -> dict[str, Any]:
    """Everything a moderator sees beside the item."""
    return {
        "reports": list(Report.objects.filter(target_id=item.pk)[:SHOWN]),
        "decisions": list(
            Decision.objects.filter(target_id=item.pk).select_related("moderator")[:SHOWN]
        ),
        "sanctions": list(
            Sanction.objects.filter(target_id=item.pk).select_related("asked_by", "confirmed_by")
        ),
    }


def log_page(before: str) -> tuple[list[Decision], str]:
    """Newest decisions first, and the cursor of the next page ("" at the end)."""
    rows = Decision.objects.select_related("moderator").order_by("-decided_at", "-id")
    last = _cursor(before)
    if last is not None:
        rows = rows.filter(decided_at__lt=last.decided_at) | rows.filter(
            decided_at=last.decided_at, pk__lt=last.pk
        )
    page = list(rows[: LOG_PAGE + 1])
    more = page[LOG_PAGE - 1].pk.hex if len(page) > LOG_PAGE else ""
    return page[:LOG_PAGE], more


def _cursor(before: str) -> Decision | None:
    try:
        return Decision.objects.filter(pk=UUID(before)).first()
    except ValueError:
        return None


def monthly_counts() -> list[dict[str, Any]]:
    """How many items were hidden, restored, and authors suspended, by month; public."""
    rows = (
        Decision.objects.annotate(month=TruncMonth("decided_at"))
        .values("month", "act")
        .annotate(n=Count("pk"))
        .order_by("-month", "act")[:120]
    )
    months: dict[Any, dict[str, Any]] = {}
    for row in rows:
        month = months.setdefault(row["month"], {"month": row["month"], "total": 0, "acts": []})
        month["acts"].append({"label": Act(row["act"]).label, "n": row["n"]})
        month["total"] += row["n"]
    return list(months.values())


def monthly_openings() -> list[dict[str, Any]]:
    """How many contributions custodians opened to one person, by month; public."""
    opened = Unsealing.objects.filter(state=UnsealingState.OPENED).order_by()
    counted = opened.values("opened_month").annotate(n=Count("pk")).order_by("-opened_month")
    return [{"month": row["opened_month"], "n": row["n"]} for row in counted[:60]]
