"""A member's own record, computed in their session: which closed cases they had answered, and how.

Nothing of it is stored: the tags of solved polls are computed anew from the member's secret, and
only rows that carry one of them are read. A list of answered polls kept anywhere, even closed,
would be written at the moment of answering, and that moment would name the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.urls import reverse

from cases.models import Case, Certainty, Outcome
from polls.consult import STATED, Calibration, Told, calibrate, percent, record_weight
from polls.consult.calibration import by_specialty
from polls.models import Concept, PollKind, Round
from polls.quizzes import quiz_answers
from sermo.core import specialties
from sermo.members.pseudonyms import poll_scope
from sermo.members.viewer import Viewer

# The newest closed cases; more would not change a record and would cost on every answer.
NEWEST = 2000
# Only what is (almost) certain says whether an answer was right.
COUNTED = (Certainty.ALMOST_CERTAIN, Certainty.CERTAIN)

_MINE = """
SELECT b.poll_id, b.confidence,
       array_agg(COALESCE(c.merged_into_id, c.id) ORDER BY r.rank, r.id)
  FROM unnest(%s::uuid[], %s::bytea[]) AS mine(poll_id, pseudonym)
  JOIN polls_ballot b
    ON b.poll_id = mine.poll_id AND b.pseudonym = mine.pseudonym
   AND b.round = %s AND NOT b.by_case_author
  JOIN polls_rank r ON r.ballot_id = b.id
  JOIN polls_option o ON o.id = r.option_id
  JOIN polls_concept c ON c.id = o.concept_id
 GROUP BY b.id
"""


class Ended(NamedTuple):
    """A case whose outcome is known, and the diagnosis poll it had."""

    case_id: UUID
    poll_id: UUID
    title: str
    path: str
    specialty: str
    truth: UUID
    diagnosis: str
    certainty: str
    status: str


@dataclass(frozen=True)
class Line:
    """One closed case the member had answered. `place` None: the truth was not on the list."""

    ended: Ended
    place: int | None
    said: list[str]
    confidence: int | None
    is_quiz: bool


@dataclass(frozen=True)
class Bar:
    """A step of the reliability plot in whole percent."""

    confidence: int
    stated: int
    observed: int
    n: int
    right: int

    # Where it stands in the drawing: 0 to 100 % over 94 units, from the corner at (14, 98).
    @property
    def x(self) -> str:
        return f"{14 + 0.94 * self.stated:.1f}"

    @property
    def y(self) -> str:
        return f"{98 - 0.94 * self.observed:.1f}"


@dataclass(frozen=True)
class SpecialtyRow:
    name: str
    n: int
    hit_at_1: int
    hit_at_3: int
    brier: str
    weight: str


@dataclass(frozen=True)
class Record:
    """Everything on the private page."""

    n: int
    hit_at_1: int
    hit_at_3: int
    brier: str
    n_stated: int
    bars: list[Bar]
    rows: list[SpecialtyRow]
    lines: list[Line] = field(default_factory=list)


def _ended(rows: QuerySet[Outcome]) -> list[Ended]:
    """The newest visible cases with a named diagnosis and a diagnosis poll; one statement."""
    polled = rows.filter(
        concept_id__isnull=False,
        case__hidden_at__isnull=True,
        case__appears_at__isnull=True,
        case__polls__kind=PollKind.DIAGNOSIS,
    )
    found = polled.order_by("-recorded_at", "case_id").values_list(
        "case_id",
        "case__polls__id",
        "case__title",
        "case__public_id",
        "case__stats__specialty",
        "concept_id",
        "diagnosis",
        "certainty",
        "case__status",
    )[:NEWEST]
    return [Ended._make((*row[:3], _path(row[3]), *row[4:])) for row in found]


def _path(public_id: str) -> str:
    return reverse("cases:detail", args=[public_id])


def ended_cases(*, specialty: str = "") -> list[Ended]:
    """Those known well enough to say whether an answer was right."""
    rows = Outcome.objects.filter(certainty__in=COUNTED)
    if specialty:
        rows = rows.filter(case__stats__specialty__in=specialties.members_of(specialty))
    return _ended(rows)


def own_answers(viewer: Viewer, polls: Sequence[UUID]) -> dict[UUID, tuple[list[UUID], int | None]]:
    """Own blind answers by poll: concepts best first, and the confidence; one statement."""
    if not polls:
        return {}
    tags = [viewer.pseudonym(poll_scope(poll)) for poll in polls]
    with connection.cursor() as cursor:
        cursor.execute(_MINE, [list(polls), tags, Round.BLIND.value])
        return {poll: (list(ranked), sure) for poll, sure, ranked in cursor.fetchall()}


def _truths(ended: Iterable[Ended]) -> dict[UUID, UUID]:
    """What moderators merged an outcome's concept into, where they did."""
    merged = Concept.objects.filter(
        pk__in={one.truth for one in ended}, merged_into__isnull=False
    ).values_list("pk", "merged_into_id")
    return {concept: into for concept, into in merged if into is not None}


def lines_of(viewer: Viewer, *, specialty: str = "") -> list[Line]:
    """Closed cases the member had answered blind, by ballot or as a quiz, newest first.

    Five statements however many there are.
    """
    return _lines(viewer, ended_cases(specialty=specialty))


def feedback(viewer: Viewer, case: Case) -> Line | None:
    """How the member's own list did in this case; None where they gave none before the outcome.

    For who may see the outcome; of whatever certainty.
    """
    return next(iter(_lines(viewer, _ended(Outcome.objects.filter(case=case)))), None)


def _lines(viewer: Viewer, ended: Sequence[Ended]) -> list[Line]:
    own = own_answers(viewer, [one.poll_id for one in ended])
    quizzes = quiz_answers(viewer)
    answered = [one for one in ended if one.poll_id in own or one.case_id in quizzes]
    truths = _truths(answered)
    told = [own.get(one.poll_id) or quizzes[one.case_id] for one in answered]
    names = _names(concept for ranked, _sure in told for concept in ranked)
    return [
        _line(one, said, truths, names, is_quiz=one.poll_id not in own)
        for one, said in zip(answered, told, strict=True)
    ]


def _line(
    ended: Ended,
    told: tuple[list[UUID], int | None],
    truths: Mapping[UUID, UUID],
    names: Mapping[UUID, str],
    *,
    is_quiz: bool,
) -> Line:
    ranked, confidence = told
    truth = truths.get(ended.truth, ended.truth)
    ranked = list(dict.fromkeys(ranked))
    place = ranked.index(truth) + 1 if truth in ranked else None
    said = [names[concept] for concept in ranked if concept in names]
    return Line(ended, place, said, confidence, is_quiz)


def _names(concepts: Iterable[UUID]) -> dict[UUID, str]:
    return dict(Concept.objects.filter(pk__in=set(concepts)).values_list("pk", "name"))


def _told(line: Line) -> Told:
    """The line as plain Python computes with it: place is all that counts."""
    ranked = tuple(
        "right" if n == line.place else f"other {n}" for n in range(1, _length(line) + 1)
    )
    return Told(ranked, "right", line.confidence, specialties.family(line.ended.specialty))


def _length(line: Line) -> int:
    return max(len(line.said), line.place or 1)


def quarters(viewer: Viewer, specialty: str) -> int:
    """What the member's record in this specialty weighs, in quarters; 4 without closed cases."""
    family = specialties.family(specialty)
    weight = record_weight(line.place for line in lines_of(viewer, specialty=family))
    return int(weight * 4)


def record(viewer: Viewer) -> Record:
    lines = lines_of(viewer)
    told = [_told(line) for line in lines]
    whole = calibrate(told)
    return Record(
        n=whole.n,
        hit_at_1=_percent(whole.hit_at_1),
        hit_at_3=_percent(whole.hit_at_3),
        brier=_brier(whole),
        n_stated=whole.n_stated,
        bars=[
            Bar(s.confidence, _percent(STATED[s.confidence]), _percent(s.observed), s.n, s.right)
            for s in whole.steps
        ],
        rows=_rows(lines, told),
        lines=lines,
    )


def _rows(lines: Sequence[Line], told: Sequence[Told]) -> list[SpecialtyRow]:
    places: dict[str, list[int | None]] = {}
    for line, one in zip(lines, told, strict=True):
        places.setdefault(one.specialty, []).append(line.place)
    return [
        SpecialtyRow(
            name=specialties.name(slug),
            n=part.n,
            hit_at_1=_percent(part.hit_at_1),
            hit_at_3=_percent(part.hit_at_3),
            brier=_brier(part),
            weight=f"{float(record_weight(places[slug])):.2f}",
        )
        for slug, part in by_specialty(told).items()
    ]


def _percent(part: float) -> int:
    return percent(Fraction(part).limit_denominator(10_000))


def _brier(part: Calibration) -> str:
    return "" if part.brier is None else f"{part.brier:.2f}"
