"""The examples of worked_cases.md, computed by hand, agree with the code."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import pytest

from polls.consult import (
    RankedAnswer,
    merge_keys,
    minority_report,
    pool,
    round_percent,
)

FILE = Path(__file__).with_name("worked_cases.md")
ANSWER = re.compile(r"- ?(?P<ranked>[^(]*)(\((?P<confidence>\d)(, (?P<specialty>\w+))?\))?")
RESULT = re.compile(
    r"= (?P<key>\w+): (?P<sum>[^=]+) = (?P<score>\S+), (?P<share>\d+) %"
    r"(, sure (?P<confidence_score>\S+))?"
)


@dataclass
class WorkedCase:
    title: str
    answers: list[RankedAnswer] = field(default_factory=list)
    results: list[re.Match[str]] = field(default_factory=list)
    into: dict[str, str] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    minority: list[str] | None = None


def _read() -> list[WorkedCase]:
    cases: list[WorkedCase] = []
    for line in FILE.read_text().splitlines():
        if line.startswith("## "):
            cases.append(WorkedCase(line[3:]))
        elif cases:
            _add(cases[-1], line)
    return cases


def _add(case: WorkedCase, line: str) -> None:
    word, _, rest = line.partition(": ")
    if line.startswith("-"):
        match = ANSWER.fullmatch(line)
        assert match is not None, line
        ranked = tuple(key.strip() for key in match["ranked"].split(">") if key.strip())
        confidence = int(match["confidence"]) if match["confidence"] else None
        case.answers.append(
            RankedAnswer(ranked, confidence, match["specialty"] or "", len(case.answers))
        )
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


def test_there_are_twenty_worked_cases() -> None:
    assert len(CASES) == 20
    assert all(case.results for case in CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title.split(".")[0])
def test_the_code_agrees_with_the_ranking_computed_by_hand(case: WorkedCase) -> None:
    pooled = pool(merge_keys(case.answers, case.into))

    assert [option.key for option in pooled] == [result["key"] for result in case.results]
    for option, result in zip(pooled, case.results, strict=True):
        by_hand = sum((Fraction(term) for term in result["sum"].split(" + ")), Fraction(0))
        assert by_hand == Fraction(result["score"]) == option.score
        assert round_percent(option.share) == int(result["share"])
        expected = result["confidence_score"]
        assert not expected or option.confidence_score == Fraction(expected)


@pytest.mark.parametrize("case", [case for case in CASES if case.minority is not None])
def test_the_code_agrees_with_the_minority_report_by_hand(case: WorkedCase) -> None:
    assert minority_report(case.answers, case.owners, lambda slug: slug) == case.minority
