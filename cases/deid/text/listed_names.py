"""Names of people by lists, each with something beside it that agrees.

A capital alone proves nothing: two words of a name must stand together, or a word that is in no
dictionary stands inside a sentence. Words that name diseases, signs and scores are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cases.deid.text.engine import Candidate
from cases.deid.text.name_lists import (
    eponyms,
    given_names,
    is_listed_name,
    listed,
    ordinary_words,
)
from cases.deid.text.rule_files import CONTEXT, compile_pattern
from cases.deid.text.word_lists import GIVEN_NAMES, MEDICAL_NOUNS, ROLES

CAPITALIZED = r"(?:(?:O'|D'|Mc|Mac)?[A-Z][a-z]{1,24}+|[A-Z]{3,24}+)"
_INITIAL = r"(?:[A-Z]\.\s?)"
_LINK = r"(?:(?:de la|de los|del|de|van der|van den|van|von|der|di|da|dos|al|el|bin|ibn)\s+)"
_RUN = re.compile(
    rf"(?<![\w'@./\-])(?:{_INITIAL}{{1,3}})?{CAPITALIZED}"
    rf"(?:(?:,?\s+|-)(?:{_INITIAL}\s*)?{_LINK}?{CAPITALIZED}){{0,4}}(?![\w@]|-\d)"
)
_WORD = re.compile(CAPITALIZED)
_INITIALS_BEFORE = re.compile(_INITIAL)
_ABBREVIATION = re.compile(r"[A-Z]\.\s?[A-Z]{2}")
_AFTER = re.compile(r"(?:'s)?(?:[\s\-]+and)?[\s\-]+(?P<word>[A-Za-z]+)")
_BEFORE_EPONYM = compile_pattern(r"\b(?:{before_eponym})\s*$", re.IGNORECASE)
_BEGINNING_OF_SENTENCE = re.compile(r"(?:^|[.!?:;\n\u2022*\-]\s*|\"|\()$")
_VERB_OF_PERSON = compile_pattern(
    r"(?:,? and (?:his|her|their) |\s+)(?:{begins_sentence_of_person})\b"
)
_VERB_OF_PERSON_ONLY = compile_pattern(
    r"(?: and (?:his|her) (?:wife|husband|partner|sister|brother|mother|father|son|daughter)|"
    r"\s+(?:{only_a_person}))\b"
)
_SUFFIX = re.compile(
    r"(?:\s+[A-Z]\b\.?)?(?:\s+(?:Jr|Sr|II|III)\b\.?)?"
    r"(?:,?\s+(?:M\.?D|D\.?O|R\.?N|Ph\.?D|FRC[A-Z]+|MRC[A-Z]+|MBBS|MBChB|NP|PA-C|BSc|DDS)\b\.?)*"
)
_REMOVED = "[name removed]"
_SURE, _LIKELY, _FAMILY_NAMES_ONLY, _ALONE = 0.75, 0.7, 0.55, 0.5
_MIN_CAPITALS = 6
"""Letters of a name in capitals that is no abbreviation."""


def find_listed_names(text: str, *, is_german: bool, is_in_capitals: bool) -> Iterator[Candidate]:
    """Candidates in normalized text. Single words are taken only where a capital means something.

    In German every noun has a capital, and in a text in capitals every word.
    """
    for run in _RUN.finditer(text):
        words = list(_WORD.finditer(text, run.start(), run.end()))
        yield from _names_in_run(text, run, words)
        if len(words) == 1 and not is_german and not is_in_capitals:
            yield from _single_name(text, words[0])


def _names_in_run(
    text: str, run: re.Match[str], words: Sequence[re.Match[str]]
) -> Iterator[Candidate]:
    """A given and a family name side by side, in either order; initials before a family name."""
    plain = [word[0].lower().replace("o'", "").replace("d'", "") for word in words]
    for at in range(len(words) - 1):
        score = _pair_score(text, words[at], words[at + 1], plain[at], plain[at + 1])
        if score:
            first, last = _widest_name(plain, at)
            if not any(is_eponym(text, word.end()) for word in words[at : last + 1]):
                start = run.start() if first == 0 else words[first].start()
                suffix = _SUFFIX.match(text, words[last].end())
                end = suffix.end() if suffix else words[last].end()
                yield Candidate(start, end, "name", score, _REMOVED)
    if words and _is_initials_and_name(text, run, words[0], plain[0]):
        yield Candidate(run.start(), words[0].end(), "name", _LIKELY, _REMOVED)


def _pair_score(
    text: str, first: re.Match[str], second: re.Match[str], name: str, next_name: str
) -> float:
    """How sure two neighbours are one person's names, or 0; the names are in small letters."""
    score = _listed_pair_score(name, next_name) or _capitals_score(first[0], second[0])
    if text[first.end()] == "-" and name in eponyms():
        # Frank-Starling, Barrett-Ösophagus; but Barrett-Smith
        score = score if next_name in listed("family") - eponyms() else 0.0
    if "," in text[first.end() : second.start()]:
        # "Family, Given" and no other list of names.
        score = score if next_name in given_names() and name not in given_names() else 0.0
    return score


def _widest_name(plain: Sequence[str], at: int) -> tuple[int, int]:
    """The first and the last word of the name that the words `at` and `at + 1` belong to."""
    first, last = at, at + 1
    while last + 1 < len(plain) and _may_be_name(plain[last + 1]):
        last += 1
    while first and _may_be_name(plain[first - 1]) and is_listed_name(plain[first - 1]):
        first -= 1
    return first, last


def _is_initials_and_name(text: str, run: re.Match[str], word: re.Match[str], plain: str) -> bool:
    return bool(
        _INITIALS_BEFORE.match(run[0])
        and is_listed_name(plain)
        and _may_be_name(plain)
        and not is_eponym(text, word.end())
        and not _ABBREVIATION.match(run[0])
    )


def _listed_pair_score(name: str, next_name: str) -> float:
    """By the lists alone: how sure it is that two neighbours are names of one person, or 0."""
    if not (_may_be_name(name) and _may_be_name(next_name)):
        return 0.0
    if name in eponyms() and next_name in eponyms() and name.capitalize() not in GIVEN_NAMES:
        return 0.0
    given, family, also = given_names(), listed("family"), listed("also_words")
    if name in given:
        return _SURE if next_name in family or next_name in given or next_name in also else _LIKELY
    if next_name in given:
        return _LIKELY if name in family or name in also else 0.0
    if next_name in family and next_name not in eponyms() and name not in eponyms():
        return _LIKELY if name in also else _FAMILY_NAMES_ONLY
    return 0.0


def _capitals_score(family: str, given: str) -> float:
    """FAMILY Given, as lists and wristbands write it."""
    is_family = family.isupper() and len(family) >= 5 and not given.isupper()
    is_given = given.lower() in given_names() and _may_be_name(given.lower())
    return _FAMILY_NAMES_ONLY if is_family and is_given and _may_be_name(family.lower()) else 0.0


def _may_be_name(word: str) -> bool:
    return word not in ordinary_words()


def is_eponym(text: str, end: int) -> bool:
    """Whether what follows a name that ends here makes it a disease, a sign or a score."""
    after = _AFTER.match(text, end)
    return after is not None and after["word"].lower() in MEDICAL_NOUNS


def _single_name(text: str, word: re.Match[str]) -> Iterator[Candidate]:
    """One word that is a name and nothing else, inside a sentence."""
    if _is_single_name(text, word, word[0].lower()):
        yield Candidate(word.start(), word.end(), "name", _ALONE, _REMOVED)


def _is_single_name(text: str, word: re.Match[str], plain: str) -> bool:
    if word[0].isupper() and (len(plain) < _MIN_CAPITALS or plain not in listed("family")):
        return False
    if plain in eponyms() or plain in ordinary_words() or plain in listed("towns"):
        return False
    before = text[max(0, word.start() - CONTEXT) : word.start()]
    begins_sentence = _BEGINNING_OF_SENTENCE.search(before)
    if plain not in listed("family") and plain not in given_names():
        return bool(
            begins_sentence and plain not in ROLES and _VERB_OF_PERSON_ONLY.match(text, word.end())
        )
    if _BEFORE_EPONYM.search(before):
        return False
    if begins_sentence and not _VERB_OF_PERSON.match(text, word.end()):
        return False
    return not is_eponym(text, word.end())
