"""What a poll shows to one viewer: its form before they answered, the results after."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import Prefetch

from cases.models import Case, Opening
from cases.policies import is_author
from polls.consult import FULL, USABLE, Answer, by_specialty, minority, movement, pool
from polls.consult.pooling import FEW, percent
from polls.folding import fold, trigrams
from polls.models import Ballot, Concept, Option, Poll, PollKind, Rank, Round, Synonym
from sermo.core import specialties
from sermo.members.tags import opening_scope, poll_scope
from sermo.members.viewer import Viewer

BARS_BY_SPECIALTY = 3
K_FOLD = 3
SUGGESTED = 8


@dataclass
class PollPage:
    """One poll as one viewer may see it."""

    poll: Poll
    options: list[Option]
    is_open: bool
    has_just_read: bool
    is_author: bool
    mine: list[Option] = field(default_factory=list)
    results: dict[str, Any] = field(default_factory=dict)

    @property
    def can_answer_blind(self) -> bool:
        return not self.is_open and self.poll.closed_at is None


def pages_of_case(*, viewer: Viewer, case: Case) -> list[PollPage]:
    """The polls of a case in the order they were opened; at most seven statements."""
    polls = list(Poll.objects.filter(case=case).prefetch_related("options__concept"))
    opening = Opening.objects.filter(case=case, tag=viewer.tag(opening_scope(case.pk))).first()
    ballots = _ballots_of(polls)
    author = is_author(viewer, case)
    return [
        _page(viewer, poll, opening, [b for b in ballots if b.poll_id == poll.pk], author)
        for poll in polls
    ]


def page_of(*, viewer: Viewer, poll: Poll) -> PollPage:
    """One poll; of a case or of the community."""
    if poll.case is not None:
        return next(
            page for page in pages_of_case(viewer=viewer, case=poll.case) if page.poll.pk == poll.pk
        )
    return _page(viewer, poll, None, _ballots_of([poll]), author=False)


def _ballots_of(polls: Sequence[Poll]) -> list[Ballot]:
    ranks = Prefetch("ranks", Rank.objects.select_related("option"))
    return list(Ballot.objects.filter(poll__in=polls).prefetch_related(ranks))


def _page(
    viewer: Viewer, poll: Poll, opening: Opening | None, ballots: list[Ballot], author: bool
) -> PollPage:
    tag = viewer.tag(poll_scope(poll.pk))
    own = [ballot for ballot in ballots if ballot.tag == tag]
    has_read = opening is not None and opening.just_read
    is_open = bool(own) or has_read
    if poll.kind == PollKind.DIAGNOSIS:
        is_open = opening is not None
    options = list(poll.options.all())
    latest = max(own, key=lambda ballot: ballot.round, default=None)
    page = PollPage(
        poll=poll,
        options=options if is_open else _shuffled(options, tag),
        is_open=is_open,
        has_just_read=has_read,
        is_author=author,
        mine=[rank.option for rank in latest.ranks.all()] if latest else [],
    )
    if is_open:
        page.results = _results(poll, ballots, page.mine)
    return page


def _shuffled(options: list[Option], tag: bytes) -> list[Option]:
    """Those everybody may see, in an order of this viewer's own, the same on every look."""
    public = [option for option in options if not option.is_sealed]
    return sorted(public, key=lambda o: hashlib.sha256(tag + o.pk.bytes).digest())


def answers_of(ballots: Sequence[Ballot], round_: Round) -> dict[bytes, Answer]:
    """Answers of one round by tag, the case's author left out. Keys of diagnoses are option ids."""
    ordered = sorted(ballots, key=lambda ballot: (ballot.cast_at, ballot.pk))
    return {
        ballot.tag: Answer(
            tuple(str(rank.option_id) for rank in ballot.ranks.all()),
            ballot.confidence,
            ballot.specialty,
            order,
        )
        for order, ballot in enumerate(ordered)
        if ballot.round == round_ and not ballot.by_case_author
    }


def _results(poll: Poll, ballots: list[Ballot], mine: list[Option]) -> dict[str, Any]:
    names = {str(option.pk): option.label for option in poll.options.all()}
    own = {str(option.pk) for option in mine}
    first, second = answers_of(ballots, Round.BLIND), answers_of(ballots, Round.OPEN)
    if poll.kind == PollKind.OPINION:
        return _opinion_results(poll, {**first, **second}, names, own)
    answers = list(first.values())
    moved = movement(first, second)
    late = [answer for tag, answer in second.items() if tag not in first]
    return {
        "n": len(answers),
        "rows": _rows(answers, names, own),
        "groups": [
            {
                "name": specialties.name(bar.group) if bar.group else "",
                "n": bar.n,
                "rows": [
                    {"name": names[one.key], "share": percent(one.share), "n": one.mentions}
                    for one in bar.pooled[:BARS_BY_SPECIALTY]
                ],
            }
            for bar in by_specialty(answers, k=K_FOLD)
        ],
        "minority": [names[key] for key in minority(answers, _owners(poll), specialties.family)],
        "kept": moved.kept,
        "moved": [{"name": names[key], "n": n} for key, n in moved.moved],
        "late": _rows(late, names, own) if len(late) >= K_FOLD else [],
        "n_late": len(late),
        "is_usable": len(answers) >= USABLE,
        "is_full": len(answers) >= FULL,
        "is_few": 0 < len(answers) <= FEW,
        "few": FEW,
        "k": K_FOLD,
        "sums": [
            {"name": names[one.key], "score": f"{float(one.score):.2f}", "first": one.first_ranks}
            for one in pool(answers)
        ],
    }


def _rows(answers: Sequence[Answer], names: dict[str, str], own: set[str]) -> list[dict[str, Any]]:
    return [
        {
            "name": names[one.key],
            "share": percent(one.share),
            "n": one.mentions,
            "mine": one.key in own,
        }
        for one in pool(answers)
    ]


def _opinion_results(
    poll: Poll, answers: dict[bytes, Answer], names: dict[str, str], own: set[str]
) -> dict[str, Any]:
    n = len(answers)
    counts = dict.fromkeys(names, 0)
    for answer in answers.values():
        for key in answer.ranked:
            counts[key] += 1
    return {
        "n": n,
        "rows": [
            {
                "name": names[key],
                "share": round(100 * count / n) if n else 0,
                "n": count,
                "mine": key in own,
            }
            for key, count in sorted(counts.items(), key=lambda pair: -pair[1])
        ],
        "groups": _opinion_groups(answers, names),
        "k": settings.K_ANONYMITY,
    }


def _opinion_groups(answers: dict[bytes, Answer], names: dict[str, str]) -> list[dict[str, Any]]:
    groups: dict[str, list[Answer]] = {}
    for answer in answers.values():
        groups.setdefault(answer.specialty, []).append(answer)
    return [
        {
            "name": specialties.name(name),
            "n": len(group),
            "rows": [
                {
                    "name": label,
                    "share": round(100 * sum(key in a.ranked for a in group) / len(group)),
                    "n": sum(key in a.ranked for a in group),
                }
                for key, label in names.items()
            ],
        }
        for name, group in sorted(groups.items(), key=lambda pair: -len(pair[1]))
        if name and len(group) >= K_FOLD
    ]


def _owners(poll: Poll) -> dict[str, str]:
    return {
        str(option.pk): option.concept.specialty
        for option in poll.options.all()
        if option.concept is not None and option.concept.specialty
    }


def export_rows(page: PollPage) -> list[dict[str, Any]]:
    """Every answer without identity: round, confidence, ranked names, and a specialty of k or more.

    In order of the ballots' random ids, so that the order tells nothing.
    """
    names = {option.pk: option.label for option in page.poll.options.all()}
    ballots = [ballot for ballot in _ballots_of([page.poll]) if not ballot.by_case_author]
    counts: dict[str, int] = {}
    for ballot in ballots:
        counts[ballot.specialty] = counts.get(ballot.specialty, 0) + 1
    return [
        {
            "round": ballot.round,
            "specialty": ballot.specialty if counts[ballot.specialty] >= K_FOLD else "",
            "confidence": ballot.confidence,
            "ranked": [names[rank.option_id] for rank in ballot.ranks.all()],
        }
        for ballot in sorted(ballots, key=lambda ballot: ballot.pk)
    ]


def suggest(typed: str, *, by_beginning_only: bool = False) -> list[Concept]:
    """Concepts whose name, synonym or abbreviation begins with or resembles what was typed.

    One statement where only beginnings count, else at most three.
    """
    folded = fold(typed)
    if len(folded) < 2:
        return []
    names = Synonym.objects.select_related("concept").filter(concept__merged_into__isnull=True)
    found = list(names.filter(folded__startswith=folded).order_by("folded")[: SUGGESTED * 3])
    if len(found) < SUGGESTED and not by_beginning_only:
        found += list(names.filter(folded__contains=f" {folded}").order_by("folded")[:SUGGESTED])
    if not found and not by_beginning_only:
        wanted = set(trigrams(folded))
        near = names.filter(trigrams__overlap=sorted(wanted))[:2000]
        found = sorted(near, key=lambda one: -_likeness(wanted, set(one.trigrams)))[:SUGGESTED]
        found = [one for one in found if _likeness(wanted, set(one.trigrams)) > 0.3]
    found.sort(key=lambda one: (one.folded != folded, len(one.folded)))
    return list({one.concept_id: one.concept for one in found}.values())[:SUGGESTED]


def _likeness(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other)
