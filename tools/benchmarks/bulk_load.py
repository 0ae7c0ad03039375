"""Writes a synthetic community of any size by COPY, for measurements; repeatable by its seed.

Its members cannot sign in. `load_bench` makes two members who can, through the services.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from cases.policies import hot_score
from sermo.core import specialties
from sermo.core.coarse import to_hour
from sermo.core.ids import ALPHABET, PUBLIC_ID_LENGTH
from sermo.members.pseudonyms import PSEUDONYM_BYTES, anonymous_name

# The threads that measurements request: the first two cases, with exactly so many comments.
SHORT_THREAD, LONG_THREAD = 20, 231
POLLS = 400
DAYS = 365
ANONYMOUS = 0.25
WORDS = (
    "rash fever cough pain swelling fatigue weakness headache vertigo dyspnoea oedema jaundice "
    "vomiting nausea diarrhoea weight loss night sweats joint back chest abdomen skin lesion "
    "plaque nodule papule vesicle ulcer purpura murmur rub crackles wheeze stridor rigidity "
    "tremor ataxia ptosis diplopia neuropathy seizure syncope palpitation anaemia leucocytosis "
    "thrombocytopenia eosinophilia creatinine ferritin calcium sodium potassium lactate troponin "
    "antibody culture biopsy ultrasound tomography resonance radiograph endoscopy puncture "
    "antibiotic steroid biologic warfarin insulin metformin statin dialysis transfusion surgery "
    "chronic acute subacute bilateral unilateral proximal distal diffuse focal migratory "
    "recurrent progressive stable painless tender pruritic family travel exposure occupation"
).split()
YEARS = ("0-5", "6-10", "11-20", "21-30", "30+")
PLACES = ("Europe", "North America", "Asia", "Oceania")
Row = tuple[Any, ...]
Say = Callable[[str], None]


@dataclass(frozen=True)
class Size:
    """Numbers of rows; comments include those of the two threads of fixed length."""

    members: int
    cases: int
    comments: int
    views: int = 0
    seed: int = 1


@dataclass
class LoadedUrls:
    """URLs that measurements request."""

    short: str = ""
    long: str = ""
    reply: str = ""
    replies: list[str] = field(default_factory=list)
    polls: list[str] = field(default_factory=list)


class Builder:
    """The rows of the community by table, in the order of their foreign keys."""

    def __init__(self, size: Size) -> None:
        self.size = size
        self.chance = random.Random(size.seed)  # repeatable; no secret
        self.now = to_hour(timezone.now())
        self.members = [self._uuid() for _ in range(size.members)]
        self.cases = [(self._uuid(), self._public_id(), self._moment()) for _ in range(size.cases)]
        self.replies = self._replies()
        self.areas = [slug for slug, _name in specialties.CHOICES]

    @property
    def urls(self) -> LoadedUrls:
        short, long, reply, *others = (f"/cases/{key}/" for _, key, _ in self.cases[: POLLS + 2])
        return LoadedUrls(short, long, reply, [reply, *others])

    def _uuid(self) -> UUID:
        return UUID(int=self.chance.getrandbits(128), version=4)

    def _public_id(self) -> str:
        return "".join(self.chance.choices(ALPHABET, k=PUBLIC_ID_LENGTH))

    def _moment(self) -> dt.datetime:
        return self.now - dt.timedelta(hours=self.chance.randrange(1, DAYS * 24))

    def _replies(self) -> list[int]:
        """The number of comments of each case; a few cases have most of them."""
        n = self.size.cases
        drawn = Counter(
            3 + int((n - 3) * self.chance.random() ** 2)
            for _ in range(self.size.comments - SHORT_THREAD - LONG_THREAD)
        )
        return [SHORT_THREAD, LONG_THREAD, 0, *(drawn[case] for case in range(3, n))]

    def _text(self, words: int) -> str:
        chosen = self.chance.choices(WORDS, k=words)
        return " ".join(chosen).capitalize() + "."

    def _author(self, at: dt.datetime) -> tuple[Any, ...]:
        """The columns of an author, as `AUTHORED` names them."""
        if self.chance.random() < ANONYMOUS:
            pseudonym = self.chance.randbytes(PSEUDONYM_BYTES)
            name = anonymous_name(pseudonym)
            return (None, pseudonym, "anonymous", name, self._specialty(), "", "", at)
        number = self.chance.randrange(len(self.members))
        byline = f"synthetic-{number:06}"
        return (self.members[number], None, "handle", byline, self._specialty(), "", "", at)

    def _specialty(self) -> str:
        return self.chance.choice(self.areas)

    def member_rows(self) -> Iterator[Row]:
        for number, key in enumerate(self.members):
            handle = f"synthetic-{number:06}"
            yield (key, handle, handle, "", False, b"")

    def case_rows(self) -> Iterator[Row]:
        for key, public_id, at in self.cases:
            areas = self.chance.sample(self.areas, self.chance.randint(1, 3))
            yield (
                *self._author(at),
                *(self._uuid(), self._text(7)[:160], "diagnosis", "", "40-49", "f", "office"),
                *(self._text(8)[:300], "two weeks", self._text(80), self._text(50)),
                *(self._text(25), self._text(15), "", key, public_id, "ask", "unsolved"),
                *("routine", areas, [], "en", False),
            )

    def comment_rows(self) -> Iterator[Row]:
        for (case, _public_id, begun), n in zip(self.cases, self.replies, strict=True):
            at = begun
            top: UUID | None = None
            for position in range(1, n + 1):
                at = min(self.now, at + dt.timedelta(minutes=self.chance.randrange(1, 600)))
                key = self._uuid()
                is_reply = top is not None and self.chance.random() < 0.2
                yield (
                    *self._author(at),
                    *(self._uuid(), key, self._public_id(), position, "comment"),
                    *(self._text(self.chance.randint(8, 50)), False, False),
                    *(self.chance.randrange(5), case, top if is_reply else None),
                )
                top = top if is_reply else key

    def view_rows(self) -> Iterator[Row]:
        each = self.size.views // max(1, self.size.cases)
        for key, _public_id, _at in self.cases:
            yield (key, self.chance.randrange(2 * each + 1))

    def poll_rows(self, urls: LoadedUrls) -> tuple[list[Row], list[Row]]:
        """Community polls with three options each."""
        polls, options = [], []
        for number in range(POLLS):
            key, public_id = self._uuid(), self._public_id()
            urls.polls.append(f"/polls/{public_id}/")
            question = f"Synthetic question {number + 1}: {self._text(5)}"
            polls.append((key, public_id, "opinion", question, False, self.now))
            options += [
                (self._uuid(), key, label, place, False)
                for place, label in enumerate(("Always", "Sometimes", "Never"))
            ]
        return polls, options


AUTHORED = (
    *("author_id", "pseudonym", "shown_as", "byline", "line_specialty", "line_years", "line_place"),
    "posted_at",
)
MEMBER = (*("id", "handle", "handle_key", "role", "wants_mail", "notice_public_key"),)
CASE = (
    *AUTHORED,
    *("idempotency_key", "title", "preset", "question", "age_band", "sex", "setting"),
    *("complaint", "duration", "history", "examination", "laboratory", "imaging", "medication"),
    *("id", "public_id", "purpose", "status", "urgency", "specialties", "tags", "language"),
    "hides_answers",
)
COMMENT = (
    *AUTHORED,
    *("idempotency_key", "id", "public_id", "position", "kind", "text", "hidden_until_answer"),
    *("by_case_author", "n_helpful", "case_id", "parent_id"),
)
POLL = ("id", "public_id", "kind", "question", "is_multiple", "opened_at")
OPTION = ("id", "poll_id", "label", "position", "hidden_until_answer")

# Tables that are computed from cases and comments; `policies.hot_score` gives the order of a feed.
_STATS = """
INSERT INTO cases_casestats (case_id, n_comments, n_answers, n_images, n_reminders, last_position,
                             last_activity_at, hot_score, specialty, status, urgency, is_listed)
SELECT c.id, coalesce(t.n, 0), 0, 0, 0, coalesce(t.n, 0), coalesce(t.last, c.posted_at),
       log(greatest(coalesce(t.n, 0), 1)) + %(epoch)s
         + extract(epoch FROM coalesce(t.last, c.posted_at)) / 3600 * %(slope)s,
       c.specialties[1], c.status, c.urgency, true
  FROM cases_case c
  LEFT JOIN (SELECT case_id, count(*) AS n, max(posted_at) AS last
               FROM cases_comment GROUP BY case_id) t ON t.case_id = c.id
ON CONFLICT DO NOTHING
"""
_ASKED = """
INSERT INTO cases_askedspecialty (id, case_id, specialty, last_activity_at, is_listed)
SELECT ('x' || substr(md5(c.id::text || area), 1, 15))::bit(60)::bigint, c.id, area,
       s.last_activity_at, true
  FROM cases_case c JOIN cases_casestats s ON s.case_id = c.id
  CROSS JOIN LATERAL unnest(c.specialties) AS area
ON CONFLICT DO NOTHING
"""
_SEARCH = """
INSERT INTO cases_casesearchentry (case_id, vector, posted_at, is_listed)
SELECT c.id,
       setweight(to_tsvector('english', c.title), 'A')
         || setweight(to_tsvector('english', concat_ws(' ', c.complaint, c.duration, c.history,
              c.examination, c.laboratory, c.imaging, c.medication)), 'C'),
       c.posted_at, true
  FROM cases_case c
ON CONFLICT DO NOTHING
"""
TABLES = "members_member, cases_case, cases_casestats, cases_askedspecialty, cases_casesearchentry"


def build(size: Size, *, say: Say) -> LoadedUrls:
    """Write the community in one transaction; returns URLs in it.

    A second call with the same size and seed changes nothing.
    """
    builder = Builder(size)
    urls = builder.urls
    polls, options = builder.poll_rows(urls)
    if _is_loaded(builder):
        return urls
    with transaction.atomic():
        _copy("members_member", MEMBER, builder.member_rows(), say)
        _copy("cases_case", CASE, builder.case_rows(), say)
        _copy("cases_comment", COMMENT, builder.comment_rows(), say)
        _copy("cases_caseviewcount", ("case_id", "n_views"), builder.view_rows(), say)
        _copy("polls_poll", POLL, polls, say)
        _copy("polls_answeroption", OPTION, options, say)
        with connection.cursor() as cursor:
            for what, statement in (("stats", _STATS), ("asked", _ASKED), ("search", _SEARCH)):
                cursor.execute(statement, _hot_score_line())
                say(f"{what}: {cursor.rowcount} rows")
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {TABLES}, cases_comment, cases_caseviewcount, polls_poll")
    return urls


def _is_loaded(builder: Builder) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM cases_case WHERE id = %s", [builder.cases[0][0]])
        return cursor.fetchone() is not None


def _hot_score_line() -> dict[str, float]:
    """`policies.hot_score` is linear in time: its value at the epoch, and its slope per hour."""
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    start = hot_score(1, epoch)
    return {"epoch": start, "slope": hot_score(1, epoch + dt.timedelta(hours=1)) - start}


def _copy(table: str, columns: Sequence[str], rows: Iterable[Row], say: Say) -> None:
    names = ", ".join(columns)
    n = 0
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
            n += 1
    say(f"{table}: {n} rows")
