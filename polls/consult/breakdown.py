"""Answers by specialty, the minority report, and changes between the two rounds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from polls.consult.pooling import RankedAnswer, first_choices, pool

OTHER_SPECIALTIES = ""
MIN_CONFIDENT = 4


@dataclass(frozen=True)
class SpecialtyGroup:
    """The answers of one specialty; `name` is "" for all small specialties together."""

    name: str
    answers: tuple[RankedAnswer, ...]


def group_by_specialty(answers: Iterable[RankedAnswer], *, k: int) -> list[SpecialtyGroup]:
    """A group for each specialty with at least k answers, largest first, then all others together.

    The others are left out if they are fewer than k, because so small a group could identify a
    member.
    """
    by_specialty: dict[str, list[RankedAnswer]] = {}
    for answer in answers:
        if answer.ranked:
            by_specialty.setdefault(answer.specialty, []).append(answer)
    large = {name: group for name, group in by_specialty.items() if len(group) >= k and name}
    groups = [SpecialtyGroup(name, tuple(group)) for name, group in large.items()]
    groups.sort(key=lambda group: (-len(group.answers), group.name))
    others = [
        answer for name, group in by_specialty.items() if name not in large for answer in group
    ]
    if len(others) >= k:
        groups.append(SpecialtyGroup(OTHER_SPECIALTIES, tuple(others)))
    return groups


def count_choices(answers: Iterable[RankedAnswer]) -> Counter[str]:
    """How many answers name each key, for polls without an order."""
    return Counter(key for answer in answers for key in set(answer.ranked))


def minority_report(
    answers: Sequence[RankedAnswer], owner: Mapping[str, str], family: Callable[[str], str]
) -> list[str]:
    """Diagnoses ranked first with confidence 4 or 5 by a member of the diagnosis's own specialty.

    `owner` maps a diagnosis to its specialty, `family` a subspecialty to its specialty. A diagnosis
    with at least half the leader's score is left out, as it is visible anyway. In pooled order.
    """
    pooled = pool(answers)
    confident = {
        answer.ranked[0]
        for answer in answers
        if answer.ranked
        and (answer.confidence or 0) >= MIN_CONFIDENT
        and owner.get(answer.ranked[0])
        and family(answer.specialty) == family(owner[answer.ranked[0]])
    }
    return [
        diagnosis.key
        for diagnosis in pooled
        if diagnosis.key in confident and 2 * diagnosis.score < pooled[0].score
    ]


@dataclass(frozen=True)
class AnswerChanges:
    """First choices in the later round, of members who answered both rounds."""

    n_unchanged: int
    # Key of the new first choice and how many changed to it, most first.
    changed_to: tuple[tuple[str, int], ...]


def compare_rounds(
    blind: Mapping[bytes, RankedAnswer], later: Mapping[bytes, RankedAnswer]
) -> AnswerChanges:
    """How first choices changed. Both mappings are by the member's pseudonym."""
    changes: Counter[str] = Counter()
    n_unchanged = 0
    for pseudonym in blind:
        if pseudonym not in later:
            continue
        before, after = first_choices([blind[pseudonym]]), first_choices([later[pseudonym]])
        if before == after:
            n_unchanged += 1
        elif after:
            changes[after[0]] += 1
    ordered = sorted(changes.items(), key=lambda pair: (-pair[1], pair[0]))
    return AnswerChanges(n_unchanged, tuple(ordered))
