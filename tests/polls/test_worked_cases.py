"""The worked cases hold in themselves, and the code gives what they give."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import pytest

from polls.consult import Answer, merged, minority, percent, pool

FILE = Path(__file__).with_name("worked_cases.md")
ANSWER = re.compile(r"- ?(?P<ranked>[^(]*)(\((?P<sure>\d)(, (?P<specialty>\w+))?\))?")
RESULT = re.compile(
    r"= (?P<key>\w+): (?P<sum>[^=]+) = (?P<score>\S+), (?P<share>\d+) %(, sure (?P<sure>\S+))?"
)


@dataclass
class Worked:
    title: str
    answers: list[Answer] = field(default_factory=list)
    results: list[re.Match[str]] = field(default_factory=list)
    into: dict[str, str] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    minority: list[str] | None = None


def _read() -> list[Worked]:
    cases: list[Worked] = []
    for line in FILE.read_text().splitlines():
        if line.startswith("## "):
            cases.append(Worked(line[3:]))
        elif cases:
            _add(cases[-1], line)
    return cases


def _add(case: Worked, line: str) -> None:
    word, _, rest = line.partition(": ")
    if line.startswith("-"):
        found = ANSWER.fullmatch(line)
        assert found is not None, line
        ranked = tuple(key.strip() for key in found["ranked"].split(">") if key.strip())
        sure = int(found["sure"]) if found["sure"] else None
        case.answers.append(Answer(ranked, sure, found["specialty"] or "", len(case.answers)))
    elif line.startswith("="):
        result = RESULT.fullmatch(line)
        assert result is not None, line
        case.results.append(result)
    elif word == "merge":
        case.into.update([rest.split(" -> ")])  # type: ignore[list-item]
    elif word == "owner":
        case.owners.update([rest.split(" ")])  # type: ignore[list-item]
    elif word == "minority":
        case.minority = [] if rest == "none" else [rest]


CASES = _read()


def test_there_are_twenty() -> None:
    assert len(CASES) == 20
    assert all(case.results for case in CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title.split(".")[0])
def test_the_hand_and_the_code_agree(case: Worked) -> None:
    pooled = pool(merged(case.answers, case.into))

    assert [one.key for one in pooled] == [result["key"] for result in case.results]
    for one, result in zip(pooled, case.results, strict=True):
        by_hand = sum((Fraction(term) for term in result["sum"].split(" + ")), Fraction(0))
        assert by_hand == Fraction(result["score"]) == one.score
        assert percent(one.share) == int(result["share"])
        assert not result["sure"] or one.surety == Fraction(result["sure"])


@pytest.mark.parametrize("case", [case for case in CASES if case.minority is not None])
def test_the_minority_by_hand(case: Worked) -> None:
    assert minority(case.answers, case.owners, lambda slug: slug) == case.minority
