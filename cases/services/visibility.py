"""Hide cases, comments and pictures, and show them again. Hidden content is never deleted."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from cases.models import AskedSpecialty, Case, CaseSearchEntry, CaseStats, Comment, Image


@transaction.atomic
def hide_case(*, case: Case) -> bool:
    """Remove the case from every list. Its author and moderators still see it.

    Returns False if it was already hidden.
    """
    is_hidden = Case.objects.filter(pk=case.pk, hidden_at__isnull=True).update(
        hidden_at=timezone.now()
    )
    if is_hidden:
        _set_listed(case.pk, is_listed=False)
    return bool(is_hidden)


@transaction.atomic
def restore_case(*, case: Case) -> bool:
    """List the case again. Returns False if it was not hidden."""
    is_restored = Case.objects.filter(pk=case.pk, hidden_at__isnull=False).update(hidden_at=None)
    if is_restored:
        _set_listed(case.pk, is_listed=case.appears_at is None)
    return bool(is_restored)


@transaction.atomic
def publish_delayed_case(*, case_id: UUID) -> bool:
    """List an anonymous case after its random delay, unless it is hidden.

    Returns False if it was already shown (docs/design/anonymity.md, time).
    """
    is_delayed = Case.objects.filter(pk=case_id, appears_at__isnull=False)
    if not is_delayed.update(appears_at=None):
        return False
    is_visible = Case.objects.filter(pk=case_id, hidden_at__isnull=True).exists()
    _set_listed(case_id, is_listed=is_visible)
    return True


def _set_listed(case_id: UUID, *, is_listed: bool) -> None:
    for model in (CaseStats, AskedSpecialty, CaseSearchEntry):
        model._default_manager.filter(case_id=case_id).update(is_listed=is_listed)


@transaction.atomic
def hide_comment(*, comment: Comment) -> bool:
    """Hide the text of the comment; its place in the thread stays.

    Returns False if it was already hidden.
    """
    is_hidden = Comment.objects.filter(pk=comment.pk, hidden_at__isnull=True).update(
        hidden_at=timezone.now()
    )
    if is_hidden:
        CaseStats.objects.filter(case_id=comment.case_id).update(n_comments=F("n_comments") - 1)
    return bool(is_hidden)


@transaction.atomic
def restore_comment(*, comment: Comment) -> bool:
    """Show the comment again. Returns False if it was not hidden."""
    is_restored = Comment.objects.filter(pk=comment.pk, hidden_at__isnull=False).update(
        hidden_at=None
    )
    if is_restored:
        CaseStats.objects.filter(case_id=comment.case_id).update(n_comments=F("n_comments") + 1)
    return bool(is_restored)


@transaction.atomic
def hide_image(*, image: Image) -> bool:
    """Hide the picture; its author and moderators still see it. False if already hidden."""
    visible = Image.objects.filter(pk=image.pk, hidden_at__isnull=True)
    return bool(visible.update(hidden_at=timezone.now()))


@transaction.atomic
def restore_image(*, image: Image) -> bool:
    """Show the picture again. Returns False if it was not hidden."""
    return bool(Image.objects.filter(pk=image.pk, hidden_at__isnull=False).update(hidden_at=None))


def close_discussion(*, case: Case) -> bool:
    """Allow no further comments. Returns False if the discussion was already closed."""
    return bool(
        Case.objects.filter(pk=case.pk, closed_to_comments_at__isnull=True).update(
            closed_to_comments_at=timezone.now()
        )
    )
