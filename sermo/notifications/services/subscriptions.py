"""Requests for email about a case or about replies to a comment."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sermo.members.viewer import Viewer
from sermo.notifications.models import EmailSubscription
from sermo.notifications.selectors.subscriptions import subscription_id


def subscribe_by_email(
    *,
    viewer: Viewer,
    subject: UUID,
    capsule: bytes,
    replies_to: UUID | None = None,
    for_author: bool = False,
) -> None:
    """Request email about the subject, or about replies to one comment only.

    A second request changes nothing.
    """
    EmailSubscription.objects.bulk_create(
        [
            EmailSubscription(
                id=subscription_id(viewer, replies_to or subject),
                subject=subject,
                replies_to=replies_to,
                capsule=capsule,
                for_author=for_author,
            )
        ],
        ignore_conflicts=True,
    )


def end_subscriptions(*, viewer: Viewer, subjects: Collection[UUID]) -> None:
    """Delete the viewer's requests about these subjects, also those about replies to a comment."""
    rows = EmailSubscription.objects.filter(subject__in=subjects).only(
        "pk", "subject", "replies_to"
    )
    own = [
        row.pk for row in rows if row.pk == subscription_id(viewer, row.replies_to or row.subject)
    ]
    EmailSubscription.objects.filter(pk__in=own).delete()
