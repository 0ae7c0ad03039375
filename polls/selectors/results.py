"""The results of a poll, as numbers and text ready to show. Shares are whole percent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from polls.consult import (
    MAX_SMALL_GROUP,
    MIN_COMPLETE,
    MIN_RELIABLE,
    PooledDiagnosis,
    RankedAnswer,
    compare_rounds,
    count_choices,
    group_by_specialty,
    minority_report,
    pool,
    pool_by_record_weight,
    round_percent,
)
from polls.models import AnswerOption, AnswerRound, Poll, PollKind
from polls.selectors.answers import AnswerRow, canonical_options, ranked_answers
from sermo.core import specialties

MAX_BARS_PER_SPECIALTY = 3
# A smaller group of members is never shown by itself.
MIN_GROUP_SIZE = 3
# No line break within a product.
TIMES = "\u00a0\u00d7\u00a0"


@dataclass(frozen=True)
class ResultBar:
    """One option (components/bars.html): its share, and how many answers name it."""

    name: str
    share: int
    n: int
    mine: bool = False
    note: str = ""


@dataclass(frozen=True)
class SpecialtyResults:
    """The bars of one specialty; `name` is "" for all small specialties together."""

    name: str
    n: int
    bars: list[ResultBar]


@dataclass(frozen=True)
class ScoreBreakdown:
    """How a score is computed, such as three times 1 plus two times 1/2, and its value "4.00"."""

    name: str
    terms: str
    score: str
    first_ranks: int


@dataclass(frozen=True)
class RankComparison:
    """One rank of the viewer's answer and of the group ranking.

    `group` is "" if the group ranking is shorter. `rank_in_group` is where the group ranks the
    viewer's diagnosis; None if nobody else named it.
    """

    rank: int
    own: str
    group: str
    rank_in_group: int | None


@dataclass(frozen=True)
class WeightedShare:
    """The share of a diagnosis without and with record weights."""

    name: str
    unweighted: int
    weighted: int


@dataclass(frozen=True)
class PollResults:
    """`n` and `bars` count blind answers, without the case author's."""

    n: int
    bars: list[ResultBar]
    groups: list[SpecialtyResults]
    # Members who gave no blind answer, only one after they saw the others.
    n_later_only: int = 0
    later_only: list[ResultBar] = field(default_factory=list)
    # First choices in the later round: how many kept theirs, and (name, n) of the new ones.
    n_unchanged: int = 0
    changed_to: list[tuple[str, int]] = field(default_factory=list)
    # The latest answer of each member who answered blind; empty until somebody changes an answer.
    latest: list[ResultBar] = field(default_factory=list)
    comparison: list[RankComparison] = field(default_factory=list)
    weighted_shares: list[WeightedShare] = field(default_factory=list)
    minority: list[str] = field(default_factory=list)
    scores: list[ScoreBreakdown] = field(default_factory=list)
    total_score: str = ""
    max_small_group: int = MAX_SMALL_GROUP

    @property
    def is_reliable(self) -> bool:
        return self.n >= MIN_RELIABLE

    @property
    def is_complete(self) -> bool:
        return self.n >= MIN_COMPLETE

    @property
    def is_small_group(self) -> bool:
        return 0 < self.n <= MAX_SMALL_GROUP

    @property
    def n_answered_again(self) -> int:
        return self.n_unchanged + sum(n for _name, n in self.changed_to)


def poll_results(
    poll: Poll,
    rows: Sequence[AnswerRow],
    own: Sequence[AnswerOption],
    released: Sequence[AnswerRow],
) -> PollResults:
    """The results from all answers. `own` are the options of the viewer's answer, best first.

    Only blind answers count in the ranking; later answers are shown apart. An own option may wait
    for its mark and is then no option of the poll yet. What tells more of one answer than the
    ranking does (specialty, record, change) is computed from `released` answers.
    """
    options = list(dict.fromkeys([*poll.options.all(), *own]))
    into = canonical_options(options)
    names = {str(option.pk): option.label for option in options}
    own_ranked = list(dict.fromkeys(into[str(option.pk)] for option in own))
    own_keys = set(own_ranked)
    blind = ranked_answers(rows, AnswerRound.BLIND, into)
    later = ranked_answers(rows, AnswerRound.LATER, into)
    answers = list(blind.values())
    later_only = [answer for pseudonym, answer in later.items() if pseudonym not in blind]
    is_diagnosis = poll.kind == PollKind.DIAGNOSIS
    bars = _ranked_bars if is_diagnosis else _counted_bars
    blind_released = ranked_answers(released, AnswerRound.BLIND, into)
    later_released = ranked_answers(released, AnswerRound.LATER, into)
    changes = compare_rounds(blind_released, later_released) if not poll.is_multiple else None
    pooled = pool(answers) if is_diagnosis else []
    return PollResults(
        n=len(answers),
        bars=bars(answers, names, own_keys),
        groups=[
            SpecialtyResults(
                specialties.name(group.name) if group.name else "",
                len(group.answers),
                bars(group.answers, names, set())[:MAX_BARS_PER_SPECIALTY],
            )
            for group in group_by_specialty(blind_released.values(), k=MIN_GROUP_SIZE)
        ],
        n_later_only=len(later_only),
        later_only=bars(later_only, names, own_keys) if len(later_only) >= MIN_GROUP_SIZE else [],
        n_unchanged=changes.n_unchanged if changes else 0,
        changed_to=[(names[key], n) for key, n in changes.changed_to] if changes else [],
        latest=bars(
            [later_released.get(key, answer) for key, answer in blind_released.items()],
            names,
            own_keys,
        )
        if blind_released.keys() & later_released.keys()
        else [],
        comparison=_comparison(own_ranked, pooled, names) if is_diagnosis else [],
        weighted_shares=_weighted_shares(list(blind_released.values()), names)
        if is_diagnosis
        else [],
        minority=_minority(answers, options, into, names) if is_diagnosis else [],
        scores=[_score_breakdown(diagnosis, names) for diagnosis in pooled],
        total_score=_decimal(sum((diagnosis.score for diagnosis in pooled), Fraction(0))),
    )


def _comparison(
    own: list[str], pooled: Sequence[PooledDiagnosis], names: Mapping[str, str]
) -> list[RankComparison]:
    """One row for each rank of the viewer's answer."""
    group = [diagnosis.key for diagnosis in pooled]
    return [
        RankComparison(
            rank=rank,
            own=names[key],
            group=names[group[rank - 1]] if rank <= len(group) else "",
            rank_in_group=group.index(key) + 1 if key in group else None,
        )
        for rank, key in enumerate(own, start=1)
    ]


def _weighted_shares(
    answers: Sequence[RankedAnswer], names: Mapping[str, str]
) -> list[WeightedShare]:
    """Both shares, ordered by the weighted one; empty below `MIN_RELIABLE` answers.

    With fewer answers, a share could tell the record weight of one member. Also empty if all
    weights are 1.
    """
    if len(answers) < MIN_RELIABLE or all(answer.record_weight == 1 for answer in answers):
        return []
    unweighted = {diagnosis.key: round_percent(diagnosis.share) for diagnosis in pool(answers)}
    return [
        WeightedShare(names[key], unweighted[key], round_percent(share))
        for key, share in pool_by_record_weight(answers)
    ]


def _ranked_bars(
    answers: Sequence[RankedAnswer], names: Mapping[str, str], own: set[str]
) -> list[ResultBar]:
    """Diagnoses that at least one answer names, in pooled order."""
    return [
        ResultBar(
            name=names[diagnosis.key],
            share=round_percent(diagnosis.share),
            n=diagnosis.mentions,
            mine=diagnosis.key in own,
        )
        for diagnosis in pool(answers)
    ]


def _counted_bars(
    answers: Sequence[RankedAnswer], names: Mapping[str, str], own: set[str]
) -> list[ResultBar]:
    """All options, most chosen first, then in the order of the options."""
    chosen = count_choices(answers)
    n_answers = max(len(answers), 1)
    bars = [
        ResultBar(name, round_percent(Fraction(chosen[key], n_answers)), chosen[key], key in own)
        for key, name in names.items()
    ]
    return sorted(bars, key=lambda bar: -bar.n)


def _minority(
    answers: Sequence[RankedAnswer],
    options: Sequence[AnswerOption],
    into: Mapping[str, str],
    names: Mapping[str, str],
) -> list[str]:
    owners = {
        into[str(option.pk)]: option.concept.specialty
        for option in options
        if option.concept is not None and option.concept.specialty
    }
    return [names[key] for key in minority_report(answers, owners, specialties.family)]


def _score_breakdown(diagnosis: PooledDiagnosis, names: Mapping[str, str]) -> ScoreBreakdown:
    terms = []
    for term in diagnosis.terms:
        value = f"1/{term.rank}" if term.rank > 1 else "1"
        terms.append(f"{term.count}{TIMES}{value}")
    return ScoreBreakdown(
        names[diagnosis.key], " + ".join(terms), _decimal(diagnosis.score), diagnosis.first_ranks
    )


def _decimal(score: Fraction) -> str:
    return f"{float(score):.2f}"
