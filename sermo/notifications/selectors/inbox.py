"""The inbox, computed in its owner's session from what they follow and the events of cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sermo.members.pseudonyms import case_scope
from sermo.members.viewer import Viewer
from sermo.notifications.models import Event, EventKind
from sermo.notifications.selectors.follows import inbox_subjects
from sermo.notifications.selectors.subjects import SubjectDescription, describe_subjects

MAX_EVENTS_PER_CASE = 6
MAX_CASES = 40
MAX_COUNTED = 99

_TEXT_FOR_ADDRESSEE = {
    EventKind.ANSWER: "Answers to your case",
    EventKind.COMMENT: "A comment on your case",
    EventKind.REPLY: "A reply to your comment",
    EventKind.REMINDER: "How did it end? Tell those who answered what it was",
    EventKind.COVER: "A colleague reported patient details in your post. Correct it now",
    EventKind.MODERATION: "Moderators look at your case, or have decided; it says what comes next",
}
_ADDRESSEE_ONLY = {EventKind.REMINDER, EventKind.MODERATION, EventKind.COVER}

_NEWEST_EVENTS_SQL = """
SELECT event.*
  FROM unnest(%s::uuid[], %s::int[]) AS inbox(subject, read_up_to)
 CROSS JOIN LATERAL (
   SELECT * FROM notifications_event e
    WHERE e.subject = inbox.subject AND e.number > inbox.read_up_to
    ORDER BY e.number DESC LIMIT %s
 ) AS event
"""


@dataclass(frozen=True)
class InboxItem:
    """One event and its text."""

    number: int
    text: str
    path: str
    event: Event
    is_new: bool
    is_to_me: bool

    @property
    def has_week_only(self) -> bool:
        """Its time is the Monday of its week: events about answers tell no day."""
        return self.event.kind == EventKind.ANSWER


@dataclass(frozen=True)
class InboxGroup:
    """The events of one case, newest first."""

    subject: UUID
    title: str
    url: str
    items: list[InboxItem]
    n_new: int

    @property
    def key(self) -> str:
        return self.subject.hex


def inbox(viewer: Viewer) -> list[InboxGroup]:
    """Up to `MAX_CASES` cases with their newest events, those with new ones first. Four queries."""
    read_up_to = inbox_subjects(viewer)
    by_subject: dict[UUID, list[Event]] = {}
    for event in _newest_events(dict.fromkeys(read_up_to, 0)):
        if _is_for(viewer, event):
            by_subject.setdefault(event.subject, []).append(event)
    newest = sorted(
        by_subject.items(),
        key=lambda item: (
            any(event.number > read_up_to[item[0]] for event in item[1]),
            max((event.happened_at, event.number) for event in item[1]),
        ),
        reverse=True,
    )[:MAX_CASES]
    described = describe_subjects(viewer, [subject for subject, _ in newest])
    return [
        _group(viewer, subject, described[subject], events, read_up_to[subject])
        for subject, events in newest
        if subject in described
    ]


def count_unread(viewer: Viewer) -> int:
    """The number of new events, at most `MAX_COUNTED`. Three queries."""
    events = _newest_events(inbox_subjects(viewer))
    return min(MAX_COUNTED, sum(_is_for(viewer, event) for event in events))


def own_identities(viewer: Viewer, subject: UUID) -> set[bytes]:
    """The bytes by which events of this case can name the viewer: member key and pseudonym."""
    return {viewer.member.pk.bytes, viewer.pseudonym(case_scope(subject))}


def _is_for(viewer: Viewer, event: Event) -> bool:
    """False for the viewer's own act, and for a question to somebody else."""
    own = own_identities(viewer, event.subject)
    if event.kind in _ADDRESSEE_ONLY:
        return event.addressee in own
    return event.actor is None or event.actor not in own


def _newest_events(read_up_to: Mapping[UUID, int]) -> list[Event]:
    if not read_up_to:
        return []
    numbers = list(read_up_to.values())
    return list(
        Event.objects.raw(_NEWEST_EVENTS_SQL, [list(read_up_to), numbers, MAX_EVENTS_PER_CASE])
    )


def _group(
    viewer: Viewer,
    subject: UUID,
    about: SubjectDescription,
    events: list[Event],
    read_up_to: int,
) -> InboxGroup:
    own = own_identities(viewer, subject)
    items = [
        InboxItem(
            number=event.number,
            text=_text(event, event.addressee in own),
            path=event.path,
            event=event,
            is_new=event.number > read_up_to,
            is_to_me=event.addressee in own,
        )
        for event in sorted(events, key=lambda event: event.number, reverse=True)
    ]
    return InboxGroup(subject, about.title, about.url, items, sum(item.is_new for item in items))


def _text(event: Event, is_to_me: bool) -> str:
    """What kind of thing happened, without its content."""
    if is_to_me and event.kind in _TEXT_FOR_ADDRESSEE:
        return _TEXT_FOR_ADDRESSEE[EventKind(event.kind)]
    label = EventKind(event.kind).label
    return label[:1].upper() + label[1:]
