"""What a member follows and how far they have read: private state that only they can decrypt.

    {"follows": {case: number read up to}, "muted": [case], "bookmarks": [case]}

Cases are written as 32 hexadecimal digits. A member's own cases, and those in which the member
commented anonymously, need no entry: `own_subjects` finds them by keys that follow from the member
secret. So posting anonymously writes nothing here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Max

from sermo.members.viewer import Viewer, private_state
from sermo.notifications.models import Event
from sermo.notifications.selectors.subjects import own_subjects

FOLLOWS_STATE = "follows"


@dataclass(frozen=True)
class Follows:
    """The decrypted state. `read_up_to` maps each followed case to the last event number read."""

    read_up_to: dict[UUID, int] = field(default_factory=dict)
    muted: frozenset[UUID] = frozenset()
    bookmarks: tuple[UUID, ...] = ()

    def is_following(self, subject: UUID) -> bool:
        return subject in self.read_up_to and subject not in self.muted

    def is_bookmarked(self, subject: UUID) -> bool:
        return subject in self.bookmarks


def load_follows(viewer: Viewer) -> Follows:
    """Decrypt the viewer's follows, muted cases and bookmarks. One query."""
    state = private_state.load_section(viewer, FOLLOWS_STATE)
    return Follows(
        read_up_to={UUID(key): number for key, number in state.get("follows", {}).items()},
        muted=frozenset(UUID(key) for key in state.get("muted", [])),
        bookmarks=tuple(UUID(key) for key in state.get("bookmarks", [])),
    )


def inbox_subjects(viewer: Viewer) -> dict[UUID, int]:
    """Each subject whose events belong in this inbox, and the last number read. Two queries."""
    follows = load_follows(viewer)
    return {
        subject: number
        for subject, number in (own_subjects(viewer) | follows.read_up_to).items()
        if subject not in follows.muted
    }


def last_number(subject: UUID) -> int:
    """The number of the subject's latest event; 0 if there is none."""
    last = Event.objects.filter(subject=subject).aggregate(last=Max("number"))["last"]
    return int(last or 0)
