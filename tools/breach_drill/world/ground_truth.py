"""The ground truth: which account belongs to which person, and who wrote what.

It is written next to the copies, never into one.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from cases.models import Comment
from polls.models import Answer, WaitingAnswer
from tools.breach_drill.world.people import Person

# A day goes from one nightly copy to the next.
NIGHT, EARLY = dt.timedelta(hours=3), dt.timedelta(days=30)
Row = dict[str, Any]


@dataclass
class WrittenPost:
    """A post. A comment has no address yet: it is found by the key of its form."""

    person: Person
    kind: str
    shown_as: str
    case: str
    at: dt.datetime
    key: str = ""
    # Posted in the same session as a named post.
    is_careless: bool = False


@dataclass
class GroundTruth:
    seed: int
    people: Sequence[Person]
    days: int
    posts: list[WrittenPost] = field(default_factory=list)
    # By the key of the poll and the pseudonym: an answer gets its key when it counts.
    votes: dict[tuple[UUID, str], Row] = field(default_factory=dict)
    # Everything anybody did: {"member", "person", "what", "at", "about"}; planted faults read it.
    acts: list[Row] = field(default_factory=list)

    def note(self, person: Person, what: str, at: dt.datetime, about: str = "") -> None:
        act = {"member": person.member_id, "person": person.user_id, "what": what}
        self.acts.append(act | {"at": at.isoformat(), "about": about})

    def note_votes(self, person: Person, case: str, at: dt.datetime) -> None:
        """What is new among the waiting answers of this case is what this person has just cast."""
        vote = {"member": person.member_id, "person": person.user_id, "at": at.isoformat()}
        waiting = WaitingAnswer.objects.filter(poll__case__public_id=case)
        for poll, pseudonym in waiting.values_list("poll_id", "pseudonym"):
            self.votes.setdefault((poll, pseudonym.hex()), vote)

    def _votes(self) -> list[Row]:
        """`careless`: of a day on which the person also spoke under a name.

        Pages show who spoke and how many answered. Of few people a day one may guess who answered:
        no store can take that back.
        """
        named = (post for post in self.posts if post.shown_as != "anonymous")
        days = {(post.person.user_id, (post.at - NIGHT).date()) for post in named}
        rows = Answer.objects.values_list("pk", "poll_id", "pseudonym")
        keys = {(poll, pseudonym.hex()): str(pk) for pk, poll, pseudonym in rows}
        votes = (v | {"id": keys[key]} for key, v in self.votes.items() if key in keys)
        times = ((v, dt.datetime.fromisoformat(v["at"]) - NIGHT) for v in votes)
        return [v | {"careless": (v["person"], at.date()) in days} for v, at in times]

    def write(self, path: Path) -> None:
        """The whole truth as JSON. A form's key finds the address its comment was given."""
        rows = Comment.objects.filter(idempotency_key__in=[p.key for p in self.posts if p.key])
        found = {str(k): name for k, name in rows.values_list("idempotency_key", "public_id")}
        posts = [(post, found.get(post.key, "") if post.key else post.case) for post in self.posts]
        truth = {
            "seed": self.seed,
            "people": len(self.people),
            "days": self.days,
            "persons": [self._person(person) for person in self.people if person.user_id],
            "posts": [_post(post, public_id) for post, public_id in posts if public_id],
            "votes": self._votes(),
            "acts": self.acts,
        }
        path.write_text(json.dumps(truth))

    def _person(self, person: Person) -> Row:
        """`early`: the person spoke under a name soon after joining."""
        own = (post for post in self.posts if post.person is person)
        early = any(p.shown_as != "anonymous" and p.at - person.joins < EARLY for p in own)
        facts: Row = {"id": person.user_id, "member": person.member_id or None, "early": early}
        facts |= {"email": person.email, "handle": person.handle, "alerts": person.wants_mail}
        facts |= {"password": person.password, "weak": person.is_weak}
        facts |= {"joined_at": person.joins.isoformat()}
        return facts | {"gone": person.is_gone, "banned": person.is_banned}


def _post(post: WrittenPost, public_id: str) -> Row:
    facts: Row = {"member": post.person.member_id, "person": post.person.user_id, "id": public_id}
    facts |= {"kind": post.kind, "case": post.case}
    facts |= {"anonymous": post.shown_as == "anonymous", "careless": post.is_careless}
    return facts | {"alert": post.person.wants_mail, "at": post.at.isoformat()}
