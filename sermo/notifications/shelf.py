"""The shelf "marks": what a member follows and how far they have read. Only they can open it.

    {"follows": {case: number read up to}, "muted": [case], "bookmarks": [case]}    (cases as hex)

A member's own cases need no entry: they are known from the shelf of drafts, whose keys are the
keys of the cases they become.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from sermo.members.viewer import Viewer, private_state
from sermo.members.viewer.private_state import PrivateSection

MARKS = "marks"
OWN = "drafts"


@dataclass(frozen=True)
class Marks:
    """The opened shelf."""

    follows: dict[UUID, int] = field(default_factory=dict)
    muted: frozenset[UUID] = frozenset()
    bookmarks: tuple[UUID, ...] = ()

    def is_following(self, subject: UUID) -> bool:
        return subject in self.follows and subject not in self.muted

    def is_bookmarked(self, subject: UUID) -> bool:
        return subject in self.bookmarks


def marks(viewer: Viewer) -> Marks:
    """One statement."""
    return _marks(private_state.load_section(viewer, MARKS))


def subjects(viewer: Viewer) -> dict[UUID, int]:
    """Everything whose events belong in this inbox, and how far each was read; two statements."""
    opened = marks(viewer)
    own = {UUID(key): 0 for key in private_state.load_section(viewer, OWN)}
    return {
        subject: seen
        for subject, seen in (own | opened.follows).items()
        if subject not in opened.muted
    }


def follow(viewer: Viewer, subject: UUID, seen: int) -> None:
    def put(shelf: PrivateSection) -> None:
        follows = shelf.setdefault("follows", {})
        follows[subject.hex] = max(seen, follows.get(subject.hex, 0))
        shelf["muted"] = [key for key in shelf.get("muted", []) if key != subject.hex]

    _change(viewer, put)


def unfollow(viewer: Viewer, subject: UUID) -> None:
    def put(shelf: PrivateSection) -> None:
        shelf.setdefault("follows", {}).pop(subject.hex, None)
        shelf["muted"] = sorted({*shelf.get("muted", []), subject.hex})

    _change(viewer, put)


def read_up_to(viewer: Viewer, numbers: dict[UUID, int]) -> None:
    """Remember the last number seen of each; never backwards."""

    def put(shelf: PrivateSection) -> None:
        follows = shelf.setdefault("follows", {})
        for subject, number in numbers.items():
            follows[subject.hex] = max(number, follows.get(subject.hex, 0))

    if numbers:
        _change(viewer, put)


def bookmark(viewer: Viewer, subject: UUID, *, on: bool) -> None:
    def put(shelf: PrivateSection) -> None:
        kept = [key for key in shelf.get("bookmarks", []) if key != subject.hex]
        shelf["bookmarks"] = [*kept, subject.hex] if on else kept

    _change(viewer, put)


def _marks(shelf: PrivateSection) -> Marks:
    return Marks(
        follows={UUID(key): seen for key, seen in shelf.get("follows", {}).items()},
        muted=frozenset(UUID(key) for key in shelf.get("muted", [])),
        bookmarks=tuple(UUID(key) for key in shelf.get("bookmarks", [])),
    )


def _change(viewer: Viewer, function: Callable[[PrivateSection], None]) -> None:
    private_state.update_section(viewer, MARKS, function)
