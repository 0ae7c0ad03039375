"""Runs the rules of rules/ over a normalized text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cases.deid.text.normalization import lower_in_place
from cases.deid.text.rule_files import CONTEXT, Rule, label_rules, rules
from cases.deid.text.spans import IdentifierKind

_LABEL_REACH = 48
"""So many characters before a number may say of which kind it is."""
NUMBERS: frozenset[IdentifierKind] = frozenset({"phone", "record", "account"})
"""Kinds whose label may say that they are of another."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible identifier: text[start:end] of the normalized text, its kind and its score."""

    start: int
    end: int
    kind: IdentifierKind
    score: float
    replacement: str


def find_candidates(text: str) -> Iterator[Candidate]:
    """What every rule matches in normalized text, rule by rule; candidates may overlap."""
    lowered = lower_in_place(text)
    for rule in rules():
        yield from apply_rule(rule, text, lowered)


def apply_rule(rule: Rule, text: str, lowered: str) -> Iterator[Candidate]:
    """What one rule matches. `lowered` is the text in small letters, character for character."""
    for match in rule.pattern.finditer(lowered if rule.lower_case else text):
        span = _span(rule, match, text)
        if span:
            replacement = _replacement(rule, match) if rule.replacements else rule.replacement
            yield Candidate(*span, rule.kind, rule.score, replacement)


def _span(rule: Rule, match: re.Match[str], text: str) -> tuple[int, int] | None:
    """Start and end of the identifier; None where the rule's other conditions do not hold."""
    if rule.unless_before:
        before = text[max(0, match.start() - CONTEXT) : match.start()]
        if rule.unless_before.search(before):
            return None
    if rule.guard and not rule.guard(match, text):
        return None
    span: tuple[int, int] | None = match.span("span" if rule.has_span_group else 0)
    followed_from = match.end()
    if rule.adjust and span:
        span = rule.adjust(text, *span)
        followed_from = span[1] if span else followed_from
    if rule.unless_after and rule.unless_after.match(text, followed_from):
        return None
    return span


def _replacement(rule: Rule, match: re.Match[str]) -> str:
    words = (words for group, words in rule.replacements.items() if match[group])
    return next(words, rule.replacement)


def kind_by_label(text: str, start: int) -> IdentifierKind | None:
    """The kind that the label before `start` gives a number there; None without such a label.

    Safe Harbor (45 CFR 164.514(b)(2)(i)) counts fax numbers, health plan numbers and licences
    apart from telephones, records and accounts.
    """
    before = text[max(0, start - _LABEL_REACH) : start].lower()
    return next((rule.kind for rule in label_rules() if rule.pattern.search(before)), None)
