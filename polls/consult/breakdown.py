"""Who thinks what: by specialty without showing anybody alone, the minority, and who moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from polls.consult.pooling import Answer, Pooled, first_choices, pool

OTHERS = ""
CONFIDENT = 4


@dataclass(frozen=True)
class Group:
    """Answers of one specialty; `name` is "" for all folded together."""

    name: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Bar:
    """What one group of answerers thinks. `group` is "" for all folded together."""

    group: str
    n: int
    pooled: tuple[Pooled, ...]


def grouped(answers: Iterable[Answer], *, k: int) -> list[Group]:
    """A group for each specialty of at least k answers, largest first; others folded at the end.

    Others stay hidden while they are fewer than k: a group that small would name somebody.
    """
    found: dict[str, list[Answer]] = {}
    for answer in answers:
        if answer.ranked:
            found.setdefault(answer.specialty, []).append(answer)
    large = {name: group for name, group in found.items() if len(group) >= k and name}
    groups = [Group(name, tuple(group)) for name, group in large.items()]
    groups.sort(key=lambda group: (-len(group.answers), group.name))
    rest = [answer for name, group in found.items() if name not in large for answer in group]
    if len(rest) >= k:
        groups.append(Group(OTHERS, tuple(rest)))
    return groups


def by_specialty(answers: Sequence[Answer], *, k: int) -> list[Bar]:
    """What each group of `grouped` thinks together."""
    return [
        Bar(group.name, len(group.answers), tuple(pool(group.answers)))
        for group in grouped(answers, k=k)
    ]


def counts(answers: Iterable[Answer]) -> Counter[str]:
    """How many chose each, where choices have no order."""
    return Counter(key for answer in answers for key in set(answer.ranked))


def minority(
    answers: Sequence[Answer], owner: Mapping[str, str], family: Callable[[str], str]
) -> list[str]:
    """Diagnoses ranked first, with confidence 4 or 5, by the specialty that owns them.

    `owner` maps a diagnosis to the specialty it belongs to, `family` a subspecialty to its
    specialty. What has half the leader's score or more stands high by itself and is no minority.
    In pooled order.
    """
    pooled = pool(answers)
    told = {
        answer.ranked[0]
        for answer in answers
        if answer.ranked
        and (answer.confidence or 0) >= CONFIDENT
        and owner.get(answer.ranked[0])
        and family(answer.specialty) == family(owner[answer.ranked[0]])
    }
    return [one.key for one in pooled if one.key in told and 2 * one.score < pooled[0].score]


@dataclass(frozen=True)
class Movement:
    """What happened between the two rounds, among those who answered both."""

    kept: int
    moved: tuple[tuple[str, int], ...]


def movement(before: Mapping[bytes, Answer], after: Mapping[bytes, Answer]) -> Movement:
    """First choices kept and moved, by answerer; most moved-to first."""
    both = [who for who in before if who in after]
    changes: Counter[str] = Counter()
    kept = 0
    for who in both:
        was, now = first_choices([before[who]]), first_choices([after[who]])
        if was == now:
            kept += 1
        elif now:
            changes[now[0]] += 1
    return Movement(kept, tuple(sorted(changes.items(), key=lambda pair: (-pair[1], pair[0]))))
