"""Calendar dates in a text, in English, Spanish, French and German, and the days between them.

The patterns are the `[[date]]` rules. Here their groups become dates: which number is the day,
whether "may" is a month, what is a version or a score and no date. Years alone stay: Safe Harbor
(45 CFR 164.514(b)(2)(i)(C)) lets them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from cases.deid.text.normalization import lower_in_place
from cases.deid.text.rule_files import (
    CONTEXT,
    DateRule,
    compile_pattern,
    date_rules,
    month_numbers,
)

# Also words of other meaning: months only with a capital, or with a year beside them.
_AMBIGUOUS_MONTHS = frozenset({"may", "mar", "march", "dec", "jan", "sep"})
_BEFORE_OTHER_NUMBER = compile_pattern(
    r"(?:\b(?:{before_other_number})\.?[ ]?|[<>=$#])$", re.IGNORECASE
)
_BEFORE_BIRTH = compile_pattern(r"(?:{birth})\W*(?:on|el|le|am|de|:)?\W*$", re.IGNORECASE)
_TWO_DIGIT_YEAR_SCORE = 0.85
_NO_YEAR_SCORE = 0.85
_BIRTH_SCORE = 1.0


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date at text[start:end] of the normalized text; parts that it does not say are None."""

    start: int
    end: int
    score: float
    year: int | None
    month: int
    day: int | None
    is_ambiguous: bool = False
    """Day and month could be the other way round."""
    is_birth: bool = False


def find_dates(text: str) -> list[DateMention]:
    """Every date, in order, without overlaps; of two that overlap the rule that stands first wins.

    Two numbers whose order is open are read as the text's unmistakable dates are.
    """
    lowered = lower_in_place(text)
    dates: list[DateMention] = []
    for rule in date_rules():
        for candidate in apply_date_rule(rule, text, lowered):
            overlaps = any(
                candidate.start < other.end and other.start < candidate.end for other in dates
            )
            if overlaps:
                continue
            before = text[max(0, candidate.start - CONTEXT) : candidate.start]
            has_word = any(letter.isalpha() for letter in text[candidate.start : candidate.end])
            if not has_word and _BEFORE_OTHER_NUMBER.search(before):
                continue
            if _BEFORE_BIRTH.search(before):
                candidate = replace(
                    candidate, score=_BIRTH_SCORE, is_ambiguous=False, is_birth=True
                )
            dates.append(candidate)
    return sorted(dates, key=lambda mention: mention.start)


def apply_date_rule(rule: DateRule, text: str, lowered: str) -> Iterator[DateMention]:
    """What one rule matches. `lowered` is the text in small letters, character for character."""
    matches = list(rule.pattern.finditer(lowered if rule.lower_case else text))
    day_first = _day_comes_first(matches) if rule.order == "numbers_and_year" else None
    for match in matches:
        if rule.order in ("numbers", "numbers_and_year"):
            mention = _from_two_numbers(rule, match, day_first)
        elif rule.order in ("day_month", "month_day"):
            mention = _from_month_name_and_day(rule, match, text)
        else:
            groups = match.groupdict()
            day = int(match["day"]) if groups.get("day") else None
            mention = _mention(rule, match, groups.get("year"), _month(match["month"]), day)
        if mention:
            yield mention


def _mention(
    rule: DateRule, match: re.Match[str], year: str | None, month: int, day: int | None
) -> DateMention:
    start, end = match.span("span") if "span" in match.re.groupindex else match.span()
    return DateMention(start, end, rule.score, _year(year), month, day)


def _from_two_numbers(
    rule: DateRule, match: re.Match[str], day_first: bool | None
) -> DateMention | None:
    """A date of two numbers and perhaps a year; None where no order of them is a date."""
    parts = _day_and_month(match["first"], match["second"], match["sep"], day_first)
    if parts is None:
        return None
    day, month, is_ambiguous = parts
    year = match["year"] if "year" in match.re.groupindex else None
    mention = replace(_mention(rule, match, year, month, day), is_ambiguous=is_ambiguous)
    return replace(mention, score=_TWO_DIGIT_YEAR_SCORE) if year and len(year) == 2 else mention


def _from_month_name_and_day(rule: DateRule, match: re.Match[str], text: str) -> DateMention | None:
    """A date with the name of its month; None where the word is no month here, as in "may"."""
    year = match["year"]
    if "short" in match.re.groupindex:
        year = year or match["short"]
    # The text as it is written: the search may have been in small letters.
    if not _is_month(text[match.start("month") : match.end("month")], year):
        return None
    mention = _mention(rule, match, year, _month(match["month"]), int(match["day"]))
    return mention if year else replace(mention, score=_NO_YEAR_SCORE)


def _is_month(word: str, year: str | None) -> bool:
    """Whether a word like "may" is meant as a month here."""
    if year or word.lower() not in _AMBIGUOUS_MONTHS:
        return True
    return word[0].isupper() and (not word.isupper() or len(word) == 3)


def _month(word: str) -> int:
    return int(word) if word.isdigit() else month_numbers()[word.lower()]


def _day_comes_first(matches: list[re.Match[str]]) -> bool | None:
    """Whether this text writes the day first, if its unmistakable dates agree; else None."""
    day_first = {
        int(match["first"]) > 12
        for match in matches
        if max(int(match["first"]), int(match["second"])) > 12
    }
    return day_first.pop() if len(day_first) == 1 else None


def _day_and_month(
    first: str, second: str, separator: str, day_first: bool | None = None
) -> tuple[int, int, bool] | None:
    """Day, month, and whether it could be the other way round; None when it is no date."""
    earlier, later = int(first), int(second)
    if not (1 <= earlier <= 31 and 1 <= later <= 31 and min(earlier, later) <= 12):
        return None
    if later > 12 or (earlier <= 12 and day_first is False):
        return later, earlier, False
    is_certain = earlier > 12 or earlier == later or separator == "." or day_first is True
    return earlier, later, not is_certain


def _year(written: str | None) -> int | None:
    """Four digits as they are; of two, those under 50 are of this century."""
    if written is None:
        return None
    digits = written.lstrip("'")
    if len(digits) == 4:
        return int(digits)
    return 2000 + int(digits) if int(digits) < 50 else 1900 + int(digits)


def date_replacements(dates: list[DateMention]) -> list[str]:
    """For each date what to write instead: the first is "day 0", others count from it.

    A date of birth is no event of the case, a month has no day, and a date that may be read two
    ways has no certain distance: these get words.
    """
    day_zero: date | None = None
    words: list[str] = []
    for mention in dates:
        if mention.is_birth:
            words.append("[date of birth removed]")
            continue
        day = _as_date(mention, day_zero)
        if day is None:
            words.append("[month removed]" if mention.day is None else "[date removed]")
        elif day_zero is None:
            day_zero = day
            words.append("day 0")
        elif mention.is_ambiguous:
            words.append("[date removed]")
        else:
            words.append(f"day {(day - day_zero).days}")
    return words


def _as_date(mention: DateMention, day_zero: date | None) -> date | None:
    """The day meant; without a year the one nearest to day 0."""
    if mention.day is None:
        return None
    if mention.year:
        years = [mention.year]
    else:
        # A leap year, so that 29 February is a day.
        years = [day_zero.year + offset for offset in (-1, 0, 1)] if day_zero else [2024]
    days = [day for year in years if (day := _valid_date(year, mention.month, mention.day))]
    if not days:
        return None
    return min(days, key=lambda day: abs((day - day_zero).days)) if day_zero else days[0]


def _valid_date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
