"""Dates in the forms doctors write them, in English, Spanish, French and German.

Years alone stay: they identify no one. Scores, ratios, doses and levels look much like dates;
what follows and precedes decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from cases.deid.text.normalization import lower_in_place

_MONTH_NAMES = (
    "january jan enero ene janvier janv januar janner",
    "february feb febrero fevrier fevr fev februar",
    "march mar marzo mars marz mrz",
    "april apr abril abr avril avr",
    "may mayo mai",
    "june jun junio juin juni",
    "july jul julio juillet juil juli",
    "august aug agosto aout",
    "september sep sept septiembre setiembre septembre",
    "october oct octubre octobre oktober okt",
    "november nov noviembre novembre",
    "december dec diciembre dic decembre dezember dez",
)
_MONTHS = {name: month for month, names in enumerate(_MONTH_NAMES, 1) for name in names.split()}
# Also words of other meaning; believed only with a capital, or with a year beside them.
_ALSO_WORDS = frozenset({"may", "mar", "mars", "march", "dec", "jan", "sep", "mai"})
_LATIN_LOWER = frozenset({"mars", "mai"})

_MONTH = "(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b\.?"
_DAY = r"(?P<day>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th|er|\.|o)?"
_YEAR = r"(?P<year>(?:19|20)\d\d|'\d\d)"
_SHORT_YEAR = r"(?P<short>\d\d)"
_DE = r"(?:\s*(?:of|de|del|d')\s*|[\s\-,/.]*)"
_NOT_IN_NUMBER = r"(?<![\w.,/:+])(?<![\d]-)"
# What is measured is no date; with four digits of a year it is one whatever follows.
_UNIT = (
    r"(?!(?<!\d{4})[ \t]*(?:mg|mcg|ug|g|kg|ml|dl|l|mm|cm|mmhg|bpm|%|units?|iu|ie|mmol|meq|gy|hz|fr|"
    r"days?|weeks?|months?|years?|hours?|hrs?|min|sec|times|of|points?|strength|power|"
    r"tablets?)\b|[ \t]*%)"
)
_NUMBER_ENDS = r"(?![\w/]|[.,:\-]\d)"

_ISO = re.compile(
    _NOT_IN_NUMBER
    + r"(?P<year>(?:19|20)\d\d)(?P<sep>[-/.])(?P<month>0?[1-9]|1[0-2])(?P=sep)"
    + r"(?P<day>0?[1-9]|[12]\d|3[01])(?=T\d|"
    + _NUMBER_ENDS
    + ")"
    + _UNIT
)
_COMPACT = re.compile(
    r"(?<![\w.])(?P<year>(?:19|20)\d\d)(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|"
    r"3[01])(?![\w.])"
)
_NUMERIC = re.compile(
    _NOT_IN_NUMBER
    + r"(?P<one>\d{1,2})\s?(?P<sep>[-/.])\s?(?P<two>\d{1,2})\s?(?P=sep)\s?(?P<year>(?:19|20)\d\d|"
    r"\d\d)" + _NUMBER_ENDS + _UNIT
)
_MONTH_AND_YEAR = re.compile(
    _NOT_IN_NUMBER
    + r"(?P<month>0?[1-9]|1[0-2])[/\-.](?P<year>(?:19|20)\d\d)"
    + _NUMBER_ENDS
    + _UNIT
)
_DAY_AND_MONTH = re.compile(
    r"(?<!\w)(?=[A-Za-z])(?:on|since|dated?|until|admitted|discharged|seen|before|due|appt|el|le|am|vom|bis|seit|du)\s+(?:the\s+)?"
    r"(?P<date>(?P<one>0?[1-9]|[12]\d|3[01])(?P<sep>[/.])(?P<two>0?[1-9]|[12]\d|3[01])\.?)"
    + _NUMBER_ENDS
    + _UNIT,
)
_DAY_MONTH_YEAR = re.compile(
    r"(?<![\w.,/])"
    + _DAY
    + _DE
    + _MONTH
    + r"(?:"
    + _DE
    + r"(?:"
    + _YEAR
    + "|"
    + _SHORT_YEAR
    + r"(?![\w%/.,]|\s*(?:mg|ml|days?|years?|-)))(?!\w))?"
    + r"(?!\w)",
)
_MONTH_DAY_YEAR = re.compile(
    r"(?<!\w)(?=[adefjmnos])"
    + _MONTH
    + r"[\s\-]*"
    + r"(?P<day>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?(?![\w%/]|[.,]\d)"
    + r"(?:,?\s*"
    + _YEAR
    + r"(?!\w))?"
    + _UNIT,
)
_MONTH_YEAR = re.compile(
    r"(?<!\w)(?=[adefjmnos])" + _MONTH + r"(?:\s*(?:,|of|de|del)\s*|[\s\-/]*)" + _YEAR + r"(?!\w)",
)
_MONTH_ALONE = re.compile(
    r"(?<!\w)(?=[A-Za-z])(?:in|since|until|during|by|last|early|mid|late|en|depuis|seit|im)[\s\-]+"
    r"(?P<date>(?P<month>January|February|March|April|May|June|July|August|September|October|"
    r"November|December|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|"
    r"noviembre|diciembre|janvier|fevrier|avril|juin|juillet|aout|septembre|octobre|novembre|"
    r"decembre|Januar|Februar|Marz|Mai|Juni|Juli|Oktober|Dezember))\b"
)
_NOT_A_DATE = re.compile(
    r"(?:\b(?:version|section|chapter|v|fig|figure|table|icd|grade|item|apgar|gcs|power|"
    r"scores?)\.?[ ]?|[<>=$#])$",
    re.I,
)
_BIRTH = re.compile(
    r"(?:born|birth|d\.?o\.?b|nacid|nacimiento|naissance|ne|nee|geb|geboren)\W*(?:on|el|le|am|de|"
    r":)?\W*$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date in the normalised text; parts that it does not tell are None."""

    start: int
    end: int
    score: float
    year: int | None
    month: int
    day: int | None
    ambiguous: bool = False
    """Day and month could be the other way round."""
    birth: bool = False


def find(text: str) -> list[FoundDate]:
    """Every date, in order, without overlaps; an earlier and longer form wins."""
    found: list[FoundDate] = []
    for one in (*_numeric(text), *_worded(text)):
        if not any(one.start < other.end and other.start < one.end for other in found):
            before = text[max(0, one.start - 24) : one.start]
            worded = any(letter.isalpha() for letter in text[one.start : one.end])
            if worded or not _NOT_A_DATE.search(before):
                found.append(one if not _BIRTH.search(before) else _of_birth(one))
    return sorted(found, key=lambda one: one.start)


def _of_birth(one: FoundDate) -> FoundDate:
    return FoundDate(one.start, one.end, 1.0, one.year, one.month, one.day, birth=True)


def _numeric(text: str) -> Iterator[FoundDate]:
    for hit in (*_ISO.finditer(text), *_COMPACT.finditer(text)):
        yield _found(hit, 0.98, hit["year"], int(hit["month"]), int(hit["day"]))
    hits = list(_NUMERIC.finditer(text))
    day_first = _order(hits)
    for hit in hits:
        parts = _day_and_month(hit["one"], hit["two"], hit["sep"], day_first)
        if parts:
            sure = 0.97 if len(hit["year"]) == 4 else 0.85
            yield _found(hit, sure, hit["year"], parts[1], parts[0], ambiguous=parts[2])
    for hit in _MONTH_AND_YEAR.finditer(text):
        yield _found(hit, 0.8, hit["year"], int(hit["month"]), None)
    for hit in _DAY_AND_MONTH.finditer(lower_in_place(text)):
        parts = _day_and_month(hit["one"], hit["two"], hit["sep"])
        if parts:
            yield FoundDate(
                hit.start("date"), hit.end("date"), 0.6, None, parts[1], parts[0], parts[2]
            )


def _worded(text: str) -> Iterator[FoundDate]:
    lowered = lower_in_place(text)
    for hit in _DAY_MONTH_YEAR.finditer(lowered):
        if _is_month(_written(hit, text), hit["year"] or hit["short"]):
            year = hit["year"] or hit["short"]
            yield _found(hit, 0.98 if year else 0.85, year, _month(hit), int(hit["day"]))
    for hit in _MONTH_DAY_YEAR.finditer(lowered):
        if _is_month(_written(hit, text), hit["year"]):
            yield _found(
                hit, 0.98 if hit["year"] else 0.85, hit["year"], _month(hit), int(hit["day"])
            )
    for hit in _MONTH_YEAR.finditer(lowered):
        yield _found(hit, 0.9, hit["year"], _month(hit), None)
    for hit in _MONTH_ALONE.finditer(text):
        month = _MONTHS[hit["month"].lower()]
        yield FoundDate(hit.start("date"), hit.end("date"), 0.55, None, month, None)


def _written(hit: re.Match[str], text: str) -> str:
    """The month as it is written in the text that was searched in small letters."""
    return text[hit.start("month") : hit.end("month")]


def _is_month(word: str, year: str | None) -> bool:
    """Whether a word like "may" is meant as a month here."""
    if year or word.lower() not in _ALSO_WORDS:
        return True
    if word.lower() in _LATIN_LOWER:
        return True
    return word[0].isupper() and (not word.isupper() or len(word) == 3)


def _month(hit: re.Match[str]) -> int:
    return _MONTHS[hit["month"].lower()]


def _order(hits: list[re.Match[str]]) -> bool | None:
    """Whether this text writes the day first, as far as its unmistakable dates agree."""
    firsts = {int(hit["one"]) > 12 for hit in hits if max(int(hit["one"]), int(hit["two"])) > 12}
    return firsts.pop() if len(firsts) == 1 else None


def _day_and_month(
    one: str, two: str, separator: str, day_first: bool | None = None
) -> tuple[int, int, bool] | None:
    """Day, month, and whether it could be the other way round; None when it is no date."""
    first, second = int(one), int(two)
    if not (1 <= first <= 31 and 1 <= second <= 31 and min(first, second) <= 12):
        return None
    if second > 12 or (first <= 12 and day_first is False):
        return second, first, False
    sure = first > 12 or first == second or separator == "." or day_first is True
    return first, second, not sure


def _found(
    hit: re.Match[str],
    score: float,
    year: str | None,
    month: int,
    day: int | None,
    *,
    ambiguous: bool = False,
) -> FoundDate:
    return FoundDate(hit.start(), hit.end(), score, _year(year), month, day, ambiguous)


def _year(written: str | None) -> int | None:
    if written is None:
        return None
    digits = written.lstrip("'")
    if len(digits) == 4:
        return int(digits)
    return 2000 + int(digits) if int(digits) < 50 else 1900 + int(digits)


def replacements(found: list[FoundDate]) -> list[str]:
    """For each date what to write instead: the first is "day 0", others count from it.

    A date of birth is no point of the story, a month has no day, and a date that may be read two
    ways has no sure distance: these get words.
    """
    zero: date | None = None
    words: list[str] = []
    for one in found:
        if one.birth:
            words.append("[date of birth removed]")
            continue
        at = _as_date(one, zero)
        if at is None:
            words.append("[month removed]" if one.day is None else "[date removed]")
        elif zero is None:
            zero = at
            words.append("day 0")
        elif one.ambiguous:
            words.append("[date removed]")
        else:
            words.append(f"day {(at - zero).days}")
    return words


def _as_date(one: FoundDate, zero: date | None) -> date | None:
    """The day meant; without a year the one nearest to day 0."""
    if one.day is None:
        return None
    years = [one.year] if one.year else [zero.year + n for n in (-1, 0, 1)] if zero else [2024]
    days = [day for year in years if (day := _valid(year, one.month, one.day))]
    if not days:
        return None
    return min(days, key=lambda day: abs((day - zero).days)) if zero else days[0]


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
