"""How a member's own email subscriptions are found."""

from __future__ import annotations

from uuid import UUID

from sermo.members.viewer import Viewer


def subscription_id(viewer: Viewer, about: UUID) -> UUID:
    """The key of the viewer's subscription to a case or comment. Only they can compute it."""
    return UUID(bytes=viewer.pseudonym(f"subscription:{about.hex}"))
