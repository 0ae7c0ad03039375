"""Hide cases, comments and pictures, and show them again. Hidden content is never deleted."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from cases.imaging import storage as image_storage
from cases.models import AskedSpecialty, Case, CaseSearchEntry, CaseStats, Comment, Image
from sermo.core.coarse import to_hour


@transaction.atomic
def hide_case(*, case: Case) -> bool:
    """Remove the case from every list. Its author and moderators still see it.

    Returns False if it was already hidden.
    """
    is_hidden = Case.objects.filter(pk=case.pk, hidden_at__isnull=True).update(
        hidden_at=to_hour(timezone.now())
    )
    if is_hidden:
        _set_listed(case.pk, is_listed=False)
    return bool(is_hidden)


@transaction.atomic
def restore_case(*, case: Case) -> bool:
    """List the case again. Returns False if it was not hidden."""
    is_restored = Case.objects.filter(pk=case.pk, hidden_at__isnull=False).update(hidden_at=None)
    if is_restored:
        appeared = Case.objects.filter(pk=case.pk, appears_at__isnull=True)
        _set_listed(case.pk, is_listed=appeared.exists())
    return bool(is_restored)


def _set_listed(case_id: UUID, *, is_listed: bool) -> None:
    for model in (CaseStats, AskedSpecialty, CaseSearchEntry):
        model._default_manager.filter(case_id=case_id).update(is_listed=is_listed)


@transaction.atomic
def hide_comment(*, comment: Comment) -> bool:
    """Hide the text of the comment; its place in the thread stays.

    Returns False if it was already hidden.
    """
    is_hidden = Comment.objects.filter(pk=comment.pk, hidden_at__isnull=True).update(
        hidden_at=to_hour(timezone.now())
    )
    if is_hidden:
        _change_count(comment, -1)
    return bool(is_hidden)


@transaction.atomic
def restore_comment(*, comment: Comment) -> bool:
    """Show the comment again. Returns False if it was not hidden."""
    is_restored = Comment.objects.filter(pk=comment.pk, hidden_at__isnull=False).update(
        hidden_at=None
    )
    if is_restored:
        _change_count(comment, 1)
    return bool(is_restored)


def _change_count(comment: Comment, change: int) -> None:
    """A comment that still waits is not counted yet."""
    if Comment.objects.filter(pk=comment.pk, appears_at__isnull=True).exists():
        CaseStats.objects.filter(case_id=comment.case_id).update(
            n_comments=F("n_comments") + change
        )


@transaction.atomic
def hide_image(*, image: Image) -> bool:
    """Hide the picture; its author and moderators still see it. False if already hidden."""
    visible = Image.objects.filter(pk=image.pk, hidden_at__isnull=True)
    return bool(visible.update(hidden_at=to_hour(timezone.now())))


@transaction.atomic
def restore_image(*, image: Image) -> bool:
    """Show the picture again. Returns False if it was not hidden."""
    return bool(Image.objects.filter(pk=image.pk, hidden_at__isnull=False).update(hidden_at=None))


@transaction.atomic
def cover_image(*, image: Image) -> bool:
    """Show a sentence instead of the picture to all but its author and moderators.

    Returns False if it was already covered.
    """
    visible = Image.objects.filter(pk=image.pk, covered_at__isnull=True)
    return bool(visible.update(covered_at=to_hour(timezone.now())))


@transaction.atomic
def uncover_image(*, image: Image) -> bool:
    """Undo `cover_image`. Returns False if the picture was not covered."""
    return bool(Image.objects.filter(pk=image.pk, covered_at__isnull=False).update(covered_at=None))


@transaction.atomic
def delete_published_image(*, image: Image) -> bool:
    """Delete a picture of a published case, with its files. Returns False if it was gone."""
    row = Image.objects.select_for_update().filter(pk=image.pk).first()
    if row is None or row.case_id is None:
        return False
    files = image_storage.all_files(row)
    row.delete()
    CaseStats.objects.filter(case_id=row.case_id, n_images__gt=0).update(n_images=F("n_images") - 1)
    transaction.on_commit(partial(image_storage.delete_files, files))
    return True


def open_discussion(*, case: Case) -> bool:
    """Allow comments again. Returns False if the discussion was open."""
    return bool(
        Case.objects.filter(pk=case.pk, closed_to_comments_at__isnull=False).update(
            closed_to_comments_at=None
        )
    )


def close_discussion(*, case: Case) -> bool:
    """Allow no further comments. Returns False if the discussion was already closed."""
    return bool(
        Case.objects.filter(pk=case.pk, closed_to_comments_at__isnull=True).update(
            closed_to_comments_at=timezone.now()
        )
    )
