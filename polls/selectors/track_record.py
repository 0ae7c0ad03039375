"""A member's own accuracy over closed cases, computed in their session and stored nowhere.

The member's pseudonyms in solved polls are computed from their secret, and only rows with one of
these pseudonyms are read. A stored list of answered polls, even an encrypted one, would be written
at the moment of each answer, and that moment could identify the answer.
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
from polls.consult import (
    STATED_PROBABILITY,
    Calibration,
    ScoredAnswer,
    calibrate,
    calibrate_by_specialty,
    record_weight,
    round_percent,
)
from polls.models import AnswerRound, Concept, PollKind
from polls.selectors.quiz_answers import quiz_answers
from sermo.core import specialties
from sermo.members.pseudonyms import poll_scope
from sermo.members.viewer import Viewer

# Older cases would hardly change the result, and would cost time at each answer.
MAX_CLOSED_CASES = 2000
# Only outcomes of this certainty decide whether an answer was right.
COUNTED_CERTAINTIES = (Certainty.ALMOST_CERTAIN, Certainty.CERTAIN)

_OWN_ANSWERS_SQL = """
SELECT a.poll_id, a.confidence,
       array_agg(COALESCE(c.merged_into_id, c.id) ORDER BY r.rank, r.id)
  FROM unnest(%s::uuid[], %s::bytea[]) AS own(poll_id, pseudonym)
  JOIN polls_answer a
    ON a.poll_id = own.poll_id AND a.pseudonym = own.pseudonym AND a.round = %s
       AND NOT a.is_by_case_author
  JOIN polls_rankedoption r ON r.answer_id = a.id
  JOIN polls_answeroption o ON o.id = r.option_id
  JOIN polls_concept c ON c.id = o.concept_id
 GROUP BY a.id
"""

# Concepts best first, and the confidence.
OwnAnswer = tuple[list[UUID], int | None]


class ClosedCase(NamedTuple):
    """A case with a known outcome, and its diagnosis poll. `truth` is the outcome's concept."""

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
class RecordEntry:
    """One closed case that the member had answered.

    `rank_of_truth` is None if the answer did not name the truth. `ranked` are names, best first.
    """

    closed_case: ClosedCase
    rank_of_truth: int | None
    ranked: list[str]
    confidence: int | None
    is_quiz: bool


@dataclass(frozen=True)
class CalibrationPoint:
    """One point of the calibration plot. `stated` and `observed` are whole percent."""

    confidence: int
    stated: int
    observed: int
    n: int
    n_right: int


@dataclass(frozen=True)
class SpecialtyAccuracy:
    """Accuracy in one specialty, in whole percent. `brier` is "" without stated confidence."""

    name: str
    n: int
    top_1_accuracy: int
    top_3_accuracy: int
    brier: str
    weight: str


@dataclass(frozen=True)
class TrackRecord:
    """Everything on the private page of accuracy."""

    n: int
    top_1_accuracy: int
    top_3_accuracy: int
    brier: str
    n_stated: int
    points: list[CalibrationPoint]
    specialties: list[SpecialtyAccuracy]
    entries: list[RecordEntry] = field(default_factory=list)


def track_record(viewer: Viewer) -> TrackRecord:
    """The viewer's accuracy over all closed cases that they answered blind or as a quiz."""
    entries = record_entries(viewer)
    answers = [_scored_answer(entry) for entry in entries]
    whole = calibrate(answers)
    return TrackRecord(
        n=whole.n,
        top_1_accuracy=_percent(whole.top_1_accuracy),
        top_3_accuracy=_percent(whole.top_3_accuracy),
        brier=_brier(whole),
        n_stated=whole.n_stated,
        points=[
            CalibrationPoint(
                confidence=group.confidence,
                stated=_percent(STATED_PROBABILITY[group.confidence]),
                observed=_percent(group.observed),
                n=group.n,
                n_right=group.n_right,
            )
            for group in whole.bins
        ],
        specialties=_by_specialty(entries, answers),
        entries=entries,
    )


def record_entries(viewer: Viewer, *, specialty: str = "") -> list[RecordEntry]:
    """Closed cases that the viewer answered blind or as a quiz, newest first. Five queries."""
    return _entries(viewer, closed_cases(specialty=specialty))


def case_feedback(viewer: Viewer, case: Case) -> RecordEntry | None:
    """How accurate the viewer's answer to this case was; None if they did not answer it blind.

    Outcomes of any certainty count. The caller must check that the viewer may see the outcome.
    """
    closed = _closed_cases(Outcome.objects.filter(case=case))
    return next(iter(_entries(viewer, closed)), None)


def record_weight_quarters(viewer: Viewer, specialty: str) -> int:
    """The viewer's record weight in this specialty, in quarters; 4 without closed cases."""
    family = specialties.family(specialty)
    entries = record_entries(viewer, specialty=family)
    return int(record_weight(entry.rank_of_truth for entry in entries) * 4)


def closed_cases(*, specialty: str = "") -> list[ClosedCase]:
    """Cases whose outcome is certain enough to say whether an answer was right, newest first."""
    outcomes = Outcome.objects.filter(certainty__in=COUNTED_CERTAINTIES)
    if specialty:
        outcomes = outcomes.filter(case__stats__specialty__in=specialties.members_of(specialty))
    return _closed_cases(outcomes)


def own_blind_answers(viewer: Viewer, polls: Sequence[UUID]) -> dict[UUID, OwnAnswer]:
    """The viewer's blind answers by poll. One query."""
    if not polls:
        return {}
    pseudonyms = [viewer.pseudonym(poll_scope(poll)) for poll in polls]
    with connection.cursor() as cursor:
        cursor.execute(_OWN_ANSWERS_SQL, [list(polls), pseudonyms, AnswerRound.BLIND.value])
        return {poll: (list(ranked), confidence) for poll, confidence, ranked in cursor.fetchall()}


def _closed_cases(outcomes: QuerySet[Outcome]) -> list[ClosedCase]:
    """Visible cases among these with a linked concept and a diagnosis poll. One query."""
    with_poll = outcomes.filter(
        concept_id__isnull=False,
        case__hidden_at__isnull=True,
        case__appears_at__isnull=True,
        case__polls__kind=PollKind.DIAGNOSIS,
    )
    rows = with_poll.order_by("-recorded_at", "case_id").values_list(
        "case_id",
        "case__polls__id",
        "case__title",
        "case__public_id",
        "case__stats__specialty",
        "concept_id",
        "diagnosis",
        "certainty",
        "case__status",
    )[:MAX_CLOSED_CASES]
    return [ClosedCase._make((*row[:3], _path(row[3]), *row[4:])) for row in rows]


def _path(public_id: str) -> str:
    return reverse("cases:detail", args=[public_id])


def _entries(viewer: Viewer, closed: Sequence[ClosedCase]) -> list[RecordEntry]:
    blind = own_blind_answers(viewer, [ended.poll_id for ended in closed])
    quizzes = quiz_answers(viewer, [ended.case_id for ended in closed])
    answered = [ended for ended in closed if ended.poll_id in blind or ended.case_id in quizzes]
    merged = _merged_truths(answered)
    answers = [blind.get(ended.poll_id) or quizzes[ended.case_id] for ended in answered]
    names = _names(concept for ranked, _confidence in answers for concept in ranked)
    return [
        _entry(ended, answer, merged, names, is_quiz=ended.poll_id not in blind)
        for ended, answer in zip(answered, answers, strict=True)
    ]


def _entry(
    closed: ClosedCase,
    answer: OwnAnswer,
    merged: Mapping[UUID, UUID],
    names: Mapping[UUID, str],
    *,
    is_quiz: bool,
) -> RecordEntry:
    concepts, confidence = answer
    truth = merged.get(closed.truth, closed.truth)
    concepts = list(dict.fromkeys(concepts))
    rank = concepts.index(truth) + 1 if truth in concepts else None
    ranked = [names[concept] for concept in concepts if concept in names]
    return RecordEntry(closed, rank, ranked, confidence, is_quiz)


def _merged_truths(closed: Iterable[ClosedCase]) -> dict[UUID, UUID]:
    """For outcomes whose concept moderators merged: the concept that it counts as."""
    merged = Concept.objects.filter(
        pk__in={ended.truth for ended in closed}, merged_into__isnull=False
    ).values_list("pk", "merged_into_id")
    return {concept: into for concept, into in merged if into is not None}


def _names(concepts: Iterable[UUID]) -> dict[UUID, str]:
    return dict(Concept.objects.filter(pk__in=set(concepts)).values_list("pk", "name"))


def _scored_answer(entry: RecordEntry) -> ScoredAnswer:
    """The entry as polls.consult needs it; only the rank of the truth matters."""
    length = max(len(entry.ranked), entry.rank_of_truth or 1)
    ranked = tuple(
        "truth" if rank == entry.rank_of_truth else f"other {rank}" for rank in range(1, length + 1)
    )
    specialty = specialties.family(entry.closed_case.specialty)
    return ScoredAnswer(ranked, "truth", entry.confidence, specialty)


def _by_specialty(
    entries: Sequence[RecordEntry], answers: Sequence[ScoredAnswer]
) -> list[SpecialtyAccuracy]:
    ranks: dict[str, list[int | None]] = {}
    for entry, answer in zip(entries, answers, strict=True):
        ranks.setdefault(answer.specialty, []).append(entry.rank_of_truth)
    return [
        SpecialtyAccuracy(
            name=specialties.name(slug),
            n=part.n,
            top_1_accuracy=_percent(part.top_1_accuracy),
            top_3_accuracy=_percent(part.top_3_accuracy),
            brier=_brier(part),
            weight=f"{float(record_weight(ranks[slug])):.2f}",
        )
        for slug, part in calibrate_by_specialty(answers).items()
    ]


def _percent(part: float) -> int:
    return round_percent(Fraction(part).limit_denominator(10_000))


def _brier(part: Calibration) -> str:
    return "" if part.brier is None else f"{part.brier:.2f}"
