"""Anonymous cases and comments come into sight after a random wait (ANONYMITY.md §2, time)."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from cases.models import AskedSpecialty, Case, CaseSearch, CaseStats

AT_ONCE = 500


def appear() -> int:
    """List every case whose time has come; how many."""
    due = Case.objects.filter(appears_at__lte=timezone.now()).order_by("id")
    return sum(let_appear(key) for key in due.values_list("pk", flat=True)[:500])


@transaction.atomic
def let_appear(case_id: UUID) -> bool:
    """List an anonymous case whose wait is over. False if it is listed already."""
    appeared = Case.objects.filter(pk=case_id, appears_at__isnull=False).update(appears_at=None)
    if appeared:
        visible = Case.objects.filter(pk=case_id, hidden_at__isnull=True).exists()
        for model in (CaseStats, AskedSpecialty, CaseSearch):
            model._default_manager.filter(case_id=case_id).update(is_listed=visible)
    return bool(appeared)
