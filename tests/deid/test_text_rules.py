"""Every text rule alone against its own examples: what it must match, and what it must not."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from cases.deid.text.dates import apply_date_rule
from cases.deid.text.engine import apply_rule
from cases.deid.text.normalization import lower_in_place, normalize
from cases.deid.text.rule_files import (
    DateRule,
    LabelRule,
    Rule,
    WarningRule,
    date_rules,
    label_rules,
    rules,
    warning_rules,
)

_MARK = re.compile(r"<(.*?)>", re.DOTALL)
_SPAN_RULES: tuple[Rule | DateRule, ...] = (*rules(), *date_rules())
_TEXT_RULES: tuple[LabelRule | WarningRule, ...] = (*label_rules(), *warning_rules())


def _name(rule: LabelRule | WarningRule) -> str:
    return rule.name if isinstance(rule, LabelRule) else rule.code


def _matches(rule: Rule | DateRule, text: str) -> set[str]:
    """The parts of the text that the rule alone matches."""
    normalized = normalize(text)
    lowered = lower_in_place(normalized.text)
    if isinstance(rule, Rule):
        spans = [
            (candidate.start, candidate.end)
            for candidate in apply_rule(rule, normalized.text, lowered)
        ]
    else:
        spans = [
            (candidate.start, candidate.end)
            for candidate in apply_date_rule(rule, normalized.text, lowered)
        ]
    parts = [normalized.back(start, end) for start, end in spans]
    return {text[start:end] for start, end in parts}


@pytest.mark.parametrize(
    ("rule", "example"),
    [
        pytest.param(rule, hit, id=f"{rule.name}: {hit}")
        for rule in _SPAN_RULES
        for hit in rule.hits
    ],
)
def test_rule_matches_exactly_the_marked_identifier(rule: Rule | DateRule, example: str) -> None:
    (identifier,) = _MARK.findall(example)

    assert identifier in _matches(rule, _MARK.sub(r"\1", example))


@pytest.mark.parametrize(
    ("rule", "example"),
    [
        pytest.param(rule, miss, id=f"{rule.name}: {miss}")
        for rule in _SPAN_RULES
        for miss in rule.misses
    ],
)
def test_rule_leaves_what_only_looks_alike(rule: Rule | DateRule, example: str) -> None:
    assert _matches(rule, example) == set()


@pytest.mark.parametrize(
    ("rule", "example", "is_match"),
    [
        pytest.param(rule, example, is_match, id=f"{_name(rule)}: {example}")
        for rule in _TEXT_RULES
        for examples, is_match in ((rule.hits, True), (rule.misses, False))
        for example in examples
    ],
)
def test_label_or_warning_matches_its_hits_and_no_miss(
    rule: LabelRule | WarningRule, example: str, is_match: bool
) -> None:
    assert bool(rule.pattern.search(normalize(example).text)) is is_match


def test_every_rule_has_a_name_of_its_own_a_hit_and_a_miss() -> None:
    named = [(rule.name, rule.hits, rule.misses) for rule in _SPAN_RULES]
    named += [(_name(rule), rule.hits, rule.misses) for rule in _TEXT_RULES]

    assert [name for name, count in Counter(name for name, *_ in named).items() if count > 1] == []
    assert [name for name, hits, misses in named if not (hits and misses)] == []
