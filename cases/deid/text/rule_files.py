"""Reads the rules of this package: a folder for each language, and `rules/any/` for all of them.

A rule file (TOML) has these parts, all of them optional:

* `[language]`: its code, its most frequent short words, its names of months from January on.
* `[words]`: alternatives of a regular expression by name. The same name in several files means the
  alternatives of all of them, so that one rule reads several languages.
* `[fragments]`: pieces of patterns that several rules share.
* `[replacements]`: what is offered in place of an identifier, in the words of the language.
* `[[rule]]`: a pattern whose match is an identifier (`Rule`).
* `[[date]]`: a pattern whose match is a calendar date (`DateRule`).
* `[[label]]`: a pattern for the text before a number that says of which kind it is (`LabelRule`).
* `[[warning]]`: a pattern that makes the text as a whole recognizable (`WarningRule`).

Every rule has examples: `hits`, where the identifier stands between < and >, and `misses`, where
the rule alone must not match. tests/deid/test_text_rules.py tries all of them.

A pattern is a regular expression of `re` for normalized text. Line breaks and the blanks around
them do not count; `{name}` stands for the words or the fragment of that name. A pattern that
begins with `\b` begins with a letter at the beginning of a word.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cases.deid.text.guards import GUARDS
from cases.deid.text.span_adjustments import ADJUSTMENTS
from cases.deid.text.spans import IdentifierKind

DIRECTORY = Path(__file__).parent / "rules"
# In this order the rules are tried: of two candidates alike in score and length the first wins.
_FILES = (
    *("any/fragments", "any/internet", "any/numbers", "any/phones", "any/ages", "any/names"),
    *("any/hospitals", "any/relatives_and_staff", "any/places", "any/dates", "any/warnings"),
    *(f"{code}/{part}" for code in ("en", "es", "fr", "de") for part in ("words", "rules")),
)
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
CONTEXT = 24
"""So many characters before a match are searched for what makes it harmless (`unless_before`)."""

Guard = Callable[[re.Match[str], str], bool]
Adjustment = Callable[[str, int, int], tuple[int, int] | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """One pattern and what its match is. The group "span", if there is one, is the identifier."""

    name: str
    kind: IdentifierKind
    score: float
    """0 to 1; from `LABELLED_SCORE` on the rule rests on a title or a label."""
    pattern: re.Pattern[str]
    replacement: str
    replacements: dict[str, str]
    """By the name of a group of the pattern: what to offer instead where that group matched."""
    lower_case: bool
    """The pattern is for the text in small letters."""
    guard: Guard | None
    unless_before: re.Pattern[str] | None
    unless_after: re.Pattern[str] | None
    adjust: Adjustment | None
    hits: tuple[str, ...]
    misses: tuple[str, ...]
    has_span_group: bool


@dataclass(frozen=True, slots=True)
class DateRule:
    """A pattern of calendar dates. `order` says which parts its groups hold (see `dates`)."""

    name: str
    order: str
    score: float
    pattern: re.Pattern[str]
    lower_case: bool
    hits: tuple[str, ...]
    misses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LabelRule:
    """What the text before a number must end with for the number to be of this kind."""

    name: str
    kind: IdentifierKind
    pattern: re.Pattern[str]
    hits: tuple[str, ...]
    misses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WarningRule:
    """A pattern that adds `code` to the warnings about a text."""

    code: str
    pattern: re.Pattern[str]
    hits: tuple[str, ...]
    misses: tuple[str, ...]


@cache
def _tables() -> tuple[dict[str, Any], ...]:
    """The content of every rule file, in the order in which rules are tried."""
    return tuple(tomllib.loads((DIRECTORY / f"{name}.toml").read_text("utf-8")) for name in _FILES)


def _in_one_line(text: str) -> str:
    return "".join(line.strip() for line in text.split("\n"))


@cache
def _pieces() -> dict[str, str]:
    """Fragments, and words of all languages joined by "|", by name."""
    pieces: dict[str, str] = {}
    for table in _tables():
        for name, text in table.get("words", {}).items():
            words = _in_one_line(text)
            pieces[name] = f"{pieces[name]}|{words}" if name in pieces else words
        for name, text in table.get("fragments", {}).items():
            pieces[name] = _in_one_line(text)
    months = sorted(month_numbers(), key=len, reverse=True)
    return pieces | {"month_name": "|".join(months)}


def compile_pattern(text: str, flags: int = 0) -> re.Pattern[str]:
    r"""A pattern with its placeholders filled in. Raises KeyError for an unknown placeholder.

    Said as below, the engine of `re` passes over all places but the beginnings of words in half
    the time that `\b` takes.
    """
    pattern = _in_one_line(text)
    while _PLACEHOLDER.search(pattern):
        pattern = _PLACEHOLDER.sub(lambda match: _pieces()[match[1]], pattern)
    if pattern.startswith(r"\b"):
        pattern = r"(?<!\w)(?=[A-Za-z])" + pattern.removeprefix(r"\b")
    return re.compile(pattern, flags)


def compile_lower_case(text: str) -> re.Pattern[str]:
    """A pattern for text in small letters: a third less work than to ignore the case."""
    pattern = compile_pattern(text).pattern
    return re.compile(re.sub(r"\\.|\(\?P<\w+>|[A-Z]", _lower, pattern))


def _lower(piece: re.Match[str]) -> str:
    """A letter in lower case; an escape or the name of a group stays."""
    return piece[0].lower() if len(piece[0]) == 1 else piece[0]


def _entries(section: str) -> list[dict[str, Any]]:
    return [entry for table in _tables() for entry in table.get(section, ())]


def _examples(entry: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    return {key: tuple(entry[key]) for key in ("hits", "misses")}


@cache
def rules() -> tuple[Rule, ...]:
    """All rules, compiled once. Raises KeyError for a file that names an unknown guard or word."""
    return tuple(_rule(entry) for entry in _entries("rule"))


def _rule(entry: dict[str, Any]) -> Rule:
    pattern = _pattern(entry)
    before, after = entry.get("unless_before"), entry.get("unless_after")
    return Rule(
        name=entry["name"],
        kind=entry["kind"],
        score=entry["score"],
        pattern=pattern,
        replacement=entry.get("replacement", "[removed]"),
        replacements=entry.get("replacements", {}),
        lower_case=entry.get("ignore_case", False),
        guard=GUARDS[entry["guard"]] if "guard" in entry else None,
        unless_before=compile_pattern(before, re.IGNORECASE) if before else None,
        unless_after=compile_pattern(after, re.IGNORECASE) if after else None,
        adjust=ADJUSTMENTS[entry["adjust"]] if "adjust" in entry else None,
        has_span_group="span" in pattern.groupindex,
        **_examples(entry),
    )


def _pattern(entry: dict[str, Any]) -> re.Pattern[str]:
    compile_ = compile_lower_case if entry.get("ignore_case") else compile_pattern
    return compile_(entry["pattern"])


@cache
def date_rules() -> tuple[DateRule, ...]:
    """Patterns of calendar dates, the surest forms first."""
    return tuple(
        DateRule(
            name=entry["name"],
            order=entry["order"],
            score=entry["score"],
            pattern=_pattern(entry),
            lower_case=entry.get("ignore_case", False),
            **_examples(entry),
        )
        for entry in _entries("date")
    )


@cache
def label_rules() -> tuple[LabelRule, ...]:
    """Labels of numbers; the first that matches decides."""
    return tuple(
        LabelRule(entry["name"], entry["kind"], re.compile(_unanchored(entry)), **_examples(entry))
        for entry in _entries("label")
    )


def _unanchored(entry: dict[str, Any]) -> str:
    # A label is searched for in a few characters: the beginning of a word costs nothing there.
    return r"\b" + compile_pattern(_in_one_line(entry["pattern"]).removeprefix(r"\b")).pattern


@cache
def warning_rules() -> tuple[WarningRule, ...]:
    """Patterns for a text as a whole."""
    return tuple(
        WarningRule(
            entry["code"], compile_pattern(entry["pattern"], re.IGNORECASE), **_examples(entry)
        )
        for entry in _entries("warning")
    )


@cache
def function_words() -> dict[str, re.Pattern[str]]:
    """By code of language: a pattern for its most frequent short words, in small letters."""
    languages = (table["language"] for table in _tables() if "language" in table)
    return {
        language["code"]: re.compile(rf"\b(?:{language['function_words']})\b")
        for language in languages
    }


@cache
def replacements() -> dict[str, dict[str, str]]:
    """By code of language: the English replacement, and what is offered in its place."""
    return {
        table["language"]["code"]: table["replacements"]
        for table in _tables()
        if "replacements" in table
    }


@cache
def month_numbers() -> dict[str, int]:
    """1 to 12 by each name and abbreviation of a month, in small letters and without accents."""
    return {
        name: number
        for table in _tables()
        for number, names in enumerate(table.get("language", {}).get("months", ()), 1)
        for name in names.split()
    }
