"""The inbox, computed in its owner's session from the shelf of marks and the events of cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sermo.members.viewer import Viewer
from sermo.notifications import ports, shelf
from sermo.notifications.models import Event, Kind
from sermo.notifications.services import me_in

NEWEST_OF_EACH = 6
CASES_SHOWN = 40
COUNTED = 99

_TO_ME = {
    Kind.ANSWER: "Answers to your case",
    Kind.COMMENT: "A comment on your case",
    Kind.REPLY: "A reply to your comment",
    Kind.REMINDER: "How did it end? Tell those who answered what it was",
    Kind.MODERATION: "Moderators look at your case, or have decided; it says what comes next",
}
_FOR_ADDRESSEE = {Kind.REMINDER, Kind.MODERATION}

_NEWEST = """
SELECT event.*
  FROM unnest(%s::uuid[], %s::int[]) AS mine(subject, seen)
 CROSS JOIN LATERAL (
   SELECT * FROM notifications_event e
    WHERE e.subject = mine.subject AND e.number > mine.seen
    ORDER BY e.number DESC LIMIT %s
 ) AS event
"""


@dataclass(frozen=True)
class Line:
    """One event in words."""

    number: int
    words: str
    path: str
    event: Event
    is_new: bool
    is_to_me: bool

    @property
    def is_of_the_week(self) -> bool:
        """Its time is the Monday before: answers tell no day."""
        return self.event.kind == Kind.ANSWER


@dataclass(frozen=True)
class Group:
    """The news of one case, newest first."""

    subject: UUID
    title: str
    url: str
    lines: list[Line]
    n_new: int

    @property
    def key(self) -> str:
        return self.subject.hex


def inbox(viewer: Viewer) -> list[Group]:
    """Up to 40 cases with their newest events, those with news first; four statements."""
    seen = shelf.subjects(viewer)
    by_subject: dict[UUID, list[Event]] = {}
    for event in _newest(dict.fromkeys(seen, 0), NEWEST_OF_EACH):
        if _is_for(viewer, event):
            by_subject.setdefault(event.subject, []).append(event)
    newest = sorted(
        by_subject.items(),
        key=lambda item: (
            any(event.number > seen[item[0]] for event in item[1]),
            max((event.happened_at, event.number) for event in item[1]),
        ),
        reverse=True,
    )[:CASES_SHOWN]
    described = ports.describe(viewer, [subject for subject, _ in newest])
    return [
        _group(viewer, subject, described[subject], events, seen[subject])
        for subject, events in newest
        if subject in described
    ]


def unread(viewer: Viewer) -> int:
    """How many events are new, up to 99; three statements."""
    return min(
        COUNTED,
        sum(_is_for(viewer, event) for event in _newest(shelf.subjects(viewer), NEWEST_OF_EACH)),
    )


def _is_for(viewer: Viewer, event: Event) -> bool:
    """Not one's own act, and not what asks somebody else."""
    me = me_in(viewer, event.subject)
    if event.kind in _FOR_ADDRESSEE:
        return event.addressee in me
    return event.actor is None or event.actor not in me


def _newest(seen: Mapping[UUID, int], of_each: int) -> list[Event]:
    if not seen:
        return []
    return list(Event.objects.raw(_NEWEST, [list(seen), list(seen.values()), of_each]))


def _group(
    viewer: Viewer, subject: UUID, about: ports.Description, events: list[Event], seen: int
) -> Group:
    me = me_in(viewer, subject)
    lines = [
        Line(
            number=event.number,
            words=_words(event, event.addressee in me),
            path=event.path,
            event=event,
            is_new=event.number > seen,
            is_to_me=event.addressee in me,
        )
        for event in sorted(events, key=lambda event: event.number, reverse=True)
    ]
    return Group(subject, about.title, about.url, lines, sum(line.is_new for line in lines))


def _words(event: Event, is_to_me: bool) -> str:
    """Says that something happened, and never what was said."""
    if is_to_me and event.kind in _TO_ME:
        return _TO_ME[Kind(event.kind)]
    label = Kind(event.kind).label
    return label[:1].upper() + label[1:]
