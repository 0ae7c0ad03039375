"""The ground truth: which account belongs to which person, and who wrote what.

It is written next to the copies, never into one.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cases.models import Case, Comment
from polls.models import Answer
from tools.breach_drill.world.people import Person

NEWEST_SHARE = RAREST_SHARE = 0.05
# Shorter licence numbers occur anywhere by chance.
MIN_CANARY_LENGTH = 10
# What is done within two hours is done in one sitting.
SITTING = dt.timedelta(hours=2)
Row = dict[str, Any]


@dataclass
class WrittenPost:
    """A post, with what is known before it has a URL."""

    person: Person
    kind: str
    shown_as: str
    case: str
    key: str = ""
    public_id: str = ""
    at: str = ""
    # Posted in the same session as a named post.
    is_careless: bool = False


@dataclass
class Vote:
    """An answer, by its primary key: its row does not name the voter."""

    person: Person
    case: str
    key: str
    at: str


@dataclass
class GroundTruth:
    seed: int
    people: Sequence[Person]
    days: int
    posts: list[WrittenPost] = field(default_factory=list)
    votes: list[Vote] = field(default_factory=list)
    canaries: dict[str, list[str]] = field(
        default_factory=lambda: {"identity": [], "community": [], "files": [], "errors": []}
    )

    def write(self, path: Path) -> None:
        """The whole truth as JSON. A form's key finds the address its item was given."""
        public_ids = dict(
            Comment.objects.filter(
                idempotency_key__in=[post.key for post in self.posts if post.key]
            ).values_list("idempotency_key", "public_id")
        )
        addresses = {str(key): public_id for key, public_id in public_ids.items()}
        for post in self.posts:
            post.public_id = post.public_id or addresses.get(post.key, "")
        inside = [person for person in self.people if person.user_id]
        long = [person.licence for person in inside if len(person.licence) >= MIN_CANARY_LENGTH]
        self.canaries["identity"] = [person.email for person in inside] + long
        self.canaries["community"] = [person.handle for person in inside]
        reported = {
            "seed": self.seed,
            "people": len(self.people),
            "days": self.days,
            "persons": self._persons(),
            "posts": [self._post(post) for post in self.posts if post.public_id],
            "votes": [self._vote(vote) for vote in self.votes],
            "canaries": self.canaries,
        }
        path.write_text(json.dumps(reported, indent=1))

    def _persons(self) -> list[Row]:
        inside = [person for person in self.people if person.user_id]
        newest = {p.number for p in inside[-max(1, round(len(inside) * NEWEST_SHARE)) :]}
        rare = self._rarest(inside)
        return [
            {
                "id": person.user_id,
                "npi": person.licence,
                "email": person.email,
                "name": f"{person.given} {person.family}",
                "password": person.password,
                "weak": person.is_weak,
                "member": person.member_id or None,
                "handle": person.handle,
                "joined_at": person.joins.isoformat(),
                "specialty": person.specialty,
                "country": person.country,
                "year": person.degree_year,
                "alerts": person.wants_mail,
                "newest": person.number in newest,
                "rare": person.number in rare,
                "gone": person.is_gone,
                "banned": person.is_banned,
            }
            for person in inside
        ]

    def _rarest(self, people: Sequence[Person]) -> set[int]:
        """The members of the smallest classes of specialty and country, a twentieth of all."""
        classes = Counter((person.specialty, person.country) for person in people)
        in_order = sorted(people, key=lambda p: (classes[p.specialty, p.country], p.number))
        return {p.number for p in in_order[: max(1, round(len(people) * RAREST_SHARE))]}

    def _post(self, post: WrittenPost) -> Row:
        return {
            "id": post.public_id,
            "kind": post.kind,
            "case": post.case or post.public_id,
            "anonymous": post.shown_as == "anonymous",
            "real_name": post.shown_as == "real",
            "member": post.person.member_id,
            "person": post.person.user_id,
            "gone": post.person.is_gone,
            "alert": post.person.wants_mail,
            "careless": post.is_careless,
            "at": post.at,
        }

    def _vote(self, vote: Vote) -> Row:
        return {
            "id": vote.key,
            "member": vote.person.member_id,
            "person": vote.person.user_id,
            "gone": vote.person.is_gone,
            "careless": self._is_careless(vote),
            "at": vote.at,
        }

    def _is_careless(self, vote: Vote) -> bool:
        """Cast in one sitting with something under a name in the same case.

        The case's own page shows everybody who spoke there, and of few people one may guess who
        answered: no store can take that back.
        """
        cast = dt.datetime.fromisoformat(vote.at)
        return any(
            post.person is vote.person
            and post.shown_as != "anonymous"
            and vote.case in (post.case, post.public_id)
            and abs(dt.datetime.fromisoformat(post.at) - cast) < SITTING
            for post in self.posts
        )

    def note_votes(self, person: Person, case: str, at: str) -> None:
        """What is new among the answers of this case is what this person has just cast."""
        known = {vote.key for vote in self.votes}
        answer_keys = Answer.objects.filter(poll__case__public_id=case).values_list("pk", flat=True)
        self.votes += [
            Vote(person, case, str(key), at) for key in answer_keys if str(key) not in known
        ]


def listed_cases() -> list[str]:
    return list(Case.objects.filter(appears_at__isnull=True).values_list("public_id", flat=True))
