"""Taking an item out of sight and putting it back. Content is hidden, never deleted."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from cases.models import (
    AskedSpecialty,
    Case,
    CaseSearchEntry,
    CaseStats,
    Comment,
    Image,
)


@transaction.atomic
def hide_case(*, case: Case) -> bool:
    """Out of every list; author and moderators still see it. False if it was hidden already."""
    hidden = Case.objects.filter(pk=case.pk, hidden_at__isnull=True).update(
        hidden_at=timezone.now()
    )
    if hidden:
        _list(case, is_listed=False)
    return bool(hidden)


@transaction.atomic
def restore_case(*, case: Case) -> bool:
    """Back into its lists. False if it was not hidden."""
    restored = Case.objects.filter(pk=case.pk, hidden_at__isnull=False).update(hidden_at=None)
    if restored:
        _list(case, is_listed=case.appears_at is None)
    return bool(restored)


def _list(case: Case, *, is_listed: bool) -> None:
    for model in (CaseStats, AskedSpecialty, CaseSearchEntry):
        model._default_manager.filter(case_id=case.pk).update(is_listed=is_listed)


@transaction.atomic
def hide_comment(*, comment: Comment) -> bool:
    """Its place stays, its text is gone for everybody but moderators. False if hidden already."""
    hidden = Comment.objects.filter(pk=comment.pk, hidden_at__isnull=True).update(
        hidden_at=timezone.now()
    )
    if hidden:
        CaseStats.objects.filter(case_id=comment.case_id).update(n_comments=F("n_comments") - 1)
    return bool(hidden)


@transaction.atomic
def restore_comment(*, comment: Comment) -> bool:
    """False if it was not hidden."""
    restored = Comment.objects.filter(pk=comment.pk, hidden_at__isnull=False).update(hidden_at=None)
    if restored:
        CaseStats.objects.filter(case_id=comment.case_id).update(n_comments=F("n_comments") + 1)
    return bool(restored)


@transaction.atomic
def hide_image(*, image: Image) -> bool:
    """Only its author and moderators still see it. False if it was hidden already."""
    hidden = Image.objects.filter(pk=image.pk, hidden_at__isnull=True)
    return bool(hidden.update(hidden_at=timezone.now()))


@transaction.atomic
def restore_image(*, image: Image) -> bool:
    """False if it was not hidden."""
    return bool(Image.objects.filter(pk=image.pk, hidden_at__isnull=False).update(hidden_at=None))


def close_discussion(*, case: Case) -> bool:
    """No further comments. False if it was closed already."""
    return bool(
        Case.objects.filter(pk=case.pk, closed_to_comments_at__isnull=True).update(
            closed_to_comments_at=timezone.now()
        )
    )
