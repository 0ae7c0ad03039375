"""What a member keeps of cases for themselves: on their shelf, in no table."""

from __future__ import annotations

from cases.models import Case, Comment
from cases.policies import is_author
from sermo.members.pseudonyms import case_scope
from sermo.members.services import encrypt_contact_email
from sermo.members.viewer import Viewer
from sermo.notifications import services as notifications
from sermo.notifications.selectors.follows import load_follows


def follow(*, viewer: Viewer, case: Case, on: bool) -> None:
    """News of the case in the inbox, and by mail for who asked for mail; or no more of it.

    Never by mail where the viewer speaks anonymously: letters tell by their times whose they are
    (decision 0013).
    """
    if not on:
        notifications.unfollow(viewer=viewer, subject=case.pk)
        return
    by_mail = viewer.email and not _speaks_anonymously(viewer, case)
    capsule = encrypt_contact_email(viewer.email) if by_mail else None
    mine = is_author(viewer, case)
    notifications.follow(viewer=viewer, subject=case.pk, capsule=capsule, for_author=mine)


def _speaks_anonymously(viewer: Viewer, case: Case) -> bool:
    tag = viewer.pseudonym(case_scope(case.pk))
    return case.pseudonym == tag or Comment.objects.filter(case=case, pseudonym=tag).exists()


def bookmark(*, viewer: Viewer, case: Case, on: bool) -> None:
    notifications.bookmark(viewer=viewer, subject=case.pk, on=on)


def follow_after_posting(*, viewer: Viewer, case: Case) -> None:
    """Follow what one has taken part in under one's name, unless that was decided already."""
    follows = load_follows(viewer)
    if case.pk not in follows.read_up_to and case.pk not in follows.muted:
        notifications.follow(viewer=viewer, subject=case.pk)
