"""Who thinks what: by specialty without showing anybody alone, the minority, and who moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from polls.consult.pooling import Answer, Pooled, first_choices, pool

OTHERS = ""
Who = TypeVar("Who", bound=Hashable)
CONFIDENT = 4


@dataclass(frozen=True)
class Bar:
    """What one group of answerers thinks. `group` is "" for all folded together."""

    group: str
    n: int
    pooled: tuple[Pooled, ...]


def by_specialty(answers: Sequence[Answer], *, k: int) -> list[Bar]:
    """One bar for each specialty of at least k answers; smaller ones are folded into others.

    Others too stay hidden while they are fewer than k: a group that small would name somebody.
    """
    groups: dict[str, list[Answer]] = {}
    for answer in answers:
        if answer.ranked:
            groups.setdefault(answer.specialty, []).append(answer)
    large = {name: group for name, group in groups.items() if len(group) >= k and name}
    rest = [answer for name, group in groups.items() if name not in large for answer in group]
    bars = [Bar(name, len(group), tuple(pool(group))) for name, group in large.items()]
    bars.sort(key=lambda bar: (-bar.n, bar.group))
    if len(rest) >= k:
        bars.append(Bar(OTHERS, len(rest), tuple(pool(rest))))
    return bars


def minority(
    answers: Sequence[Answer], owner: Mapping[str, str], family: Callable[[str], str]
) -> list[str]:
    """Diagnoses ranked first, with confidence 4 or 5, by the specialty that owns them.

    `owner` maps a diagnosis to the specialty it belongs to, `family` a subspecialty to its
    specialty. What already leads the pooled list is no minority. In pooled order.
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
    return [one.key for one in pooled[1:] if one.key in told]


@dataclass(frozen=True)
class Movement:
    """What happened between the two rounds, among those who answered both."""

    kept: int
    moved: tuple[tuple[str, int], ...]


def movement(before: Mapping[Who, Answer], after: Mapping[Who, Answer]) -> Movement:
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
