"""Follow and bookmark cases. Both are stored in the member's private state only."""

from __future__ import annotations

from cases.models import Case, Comment
from cases.policies import is_author
from sermo.core.quotas import FOLLOWS
from sermo.members.pseudonyms import case_scope
from sermo.members.services import encrypt_contact_email, spend_quota
from sermo.members.viewer import Viewer
from sermo.notifications import services as notifications
from sermo.notifications.selectors.follows import load_follows


def follow(*, viewer: Viewer, case: Case, on: bool) -> None:
    """Follow the case, by email too if the member asked for it; or stop following.

    No email where the viewer has posted anonymously, because the times of the emails would tell
    whose posts they are (docs/decisions/0013). Raises `QuotaReached`.
    """
    spend_quota(viewer=viewer, quota=FOLLOWS)
    if not on:
        notifications.unfollow(viewer=viewer, subject=case.pk)
        return
    by_email = viewer.email and not _has_posted_anonymously(viewer, case)
    contact_email = encrypt_contact_email(viewer.email) if by_email else None
    notifications.follow(
        viewer=viewer,
        subject=case.pk,
        capsule=contact_email,
        for_author=is_author(viewer, case),
    )


def _has_posted_anonymously(viewer: Viewer, case: Case) -> bool:
    pseudonym = viewer.pseudonym(case_scope(case.pk))
    if case.pseudonym == pseudonym:
        return True
    return Comment.objects.filter(case=case, pseudonym=pseudonym).exists()


def bookmark(*, viewer: Viewer, case: Case, on: bool) -> None:
    """Add or remove a bookmark. Raises `QuotaReached`."""
    spend_quota(viewer=viewer, quota=FOLLOWS)
    notifications.bookmark(viewer=viewer, subject=case.pk, on=on)


def follow_after_posting(*, viewer: Viewer, comment: Comment) -> None:
    """Follow a case after posting under a name, unless the member follows or muted it before.

    Never after an anonymous comment, which must write nothing about the member. Its author hears of
    replies all the same (`cases.selectors.own_items`).
    """
    if comment.author_id is None:
        return
    follows = load_follows(viewer)
    if comment.case_id not in follows.read_up_to and comment.case_id not in follows.muted:
        notifications.follow(viewer=viewer, subject=comment.case_id)
