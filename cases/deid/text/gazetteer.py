"""Names of people and towns by lists (data/README.md), each with something beside it that agrees.

A capital alone proves nothing: two words of a name must stand together, or one that is in no
dictionary stands inside a sentence; towns follow a preposition. Words that name diseases, signs
and scores are left alone.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from cases.deid.text.rules import Hit, begin
from cases.deid.text.words import (
    EPONYMS,
    GENERIC_PLACES,
    GIVEN_NAMES,
    MEDICAL_NOUNS,
    NO_NAMES,
    ROLES,
    TITLES,
)

DATA = Path(__file__).parent / "data"
_CAPITAL = r"(?:(?:O'|D'|Mc|Mac)?[A-Z][a-z]{1,24}+|[A-Z]{3,24}+)"
_INITIAL = r"(?:[A-Z]\.\s?)"
_LINK = r"(?:(?:de la|de los|del|de|van der|van den|van|von|der|di|da|dos|al|el|bin|ibn)\s+)"
_RUN = re.compile(
    rf"(?<![\w'@./\-])(?:{_INITIAL}{{1,3}})?{_CAPITAL}"
    rf"(?:(?:,?\s+|-)(?:{_INITIAL}\s*)?{_LINK}?{_CAPITAL}){{0,4}}(?![\w@]|-\d)"
)
_WORD = re.compile(_CAPITAL)
_PLACE = re.compile(rf"(?<![\w'@./\-]){_CAPITAL}(?:[ \-]{_CAPITAL}){{0,3}}(?![\w@])")
_AFTER = re.compile(r"(?:'s)?(?:[\s\-]+and)?[\s\-]+(?P<word>[A-Za-z]+)")
# What makes the word after it a disease, sign, place of an organ or method.
_MEDICAL_BEFORE = begin(
    r"\b(?:morbus|syndrome?|sindrome|syndrom|enfermedad|maladie|krankheit|signo?|signe|sign|"
    r"zeichen|"
    r"test|score|escala|echelle|skala|criteri\w+|kriterien|clasificacion|classification|"
    r"klassifikation|virus|fever|fievre|fiebre|fieber|law|method|methode|metodo|technique|stage|"
    r"type|grade|trial|study|et al|vs|versus|nach|per|modified|of|de|du|von|d')\s*$",
    re.IGNORECASE,
)
_TO_A_TOWN = re.compile(
    r"(?:\b(?:in|from|at|near|to|via|outside|around|en|a|desde|hasta|hacia|cerca de|vers|pres de|"
    r"aus|nach|bei|natural de|vecin[oa] de|procedente de|originaire de|habitant[e]? de|"
    r"ville de|ciudad de)\s+|\(|,\s*)$",
    re.IGNORECASE,
)
_COUNTRY_AFTER = re.compile(
    r",\s*(?:[A-Z]{2}\b|USA|UK|England|Scotland|Wales|Ireland|Spain|France|Germany|Austria|"
    r"Switzerland|Canada|Mexico|Australia|Espana|Deutschland|Suisse|Schweiz)"
)
_SENTENCE_BEGINS = re.compile(r"(?:^|[.!?:;\n\u2022*\-]\s*|\"|\()$")
_GERMAN = begin(r"\b(?:der|die|das|und|mit|wurde|wird|eine[rnms]?|bei|nicht|auf|zur|zum)\b")
_OTHER = begin(r"\b(?:the|of|and|with|was|el|la|los|con|una|le|les|des|avec|et)\b")
# Somebody who does this at the beginning of a sentence is a person.
_DOES = re.compile(
    r"(?:,? and (?:his|her|their) |\s+)(?:was|is|has|had|were|tolerated|remained?|remains|"
    r"presented|"
    r"presents|denied|denies|reported|reports|stated|states|says|said|felt|feels|complained|"
    r"complains|underwent|received|continues|continued|returned|attended|attends|came|agreed|"
    r"refused|declined|wants|wanted|lives|lived|called|rang|told|asked|understands|and (?:his|her)|"
    r"refiere|niega|acude|ingresa|presenta|vive|rapporte|nie|signale|presente|habite|vit)\b"
)
# What a symptom, an organ or a finding does not do.
_ONLY_PEOPLE = re.compile(
    r"(?: and (?:his|her) (?:wife|husband|partner|sister|brother|mother|father|son|daughter)|\s+(?:"
    r"tolerated|denie[sd]|states|complain(?:s|ed)|refuse[sd]|agree[sd]|understands|lives|lived|"
    r"wants|wanted|rang|says|said|smokes|smoked|drinks|consented|reports (?:that|no|some)|"
    r"refiere|niega|acude))\b"
)
_SUFFIX = re.compile(
    r"(?:\s+[A-Z]\b\.?)?(?:\s+(?:Jr|Sr|II|III)\b\.?)?"
    r"(?:,?\s+(?:M\.?D|D\.?O|R\.?N|Ph\.?D|FRC[A-Z]+|MRC[A-Z]+|MBBS|MBChB|NP|PA-C|BSc|DDS)\b\.?)*"
)
_SMALL = begin(
    r"\b(?i:contact|name|patient|pt|nombre|nom|paciente|next of kin|nok|mother|father|wife|husband|"
    r"son|daughter|carer|doctor|gp)\s*[:=]\s*(?P<it>(?P<given>[a-z]{3,20})\s+[a-z]{3,24})\b"
)
REMOVED = "[name removed]"
SURE, LIKELY, ALONE, TOWN = 0.75, 0.7, 0.5, 0.55
FAMILY_ONLY = 0.55
LONG = 6  # letters of a name in capitals that is no abbreviation


@cache
def _listed(name: str) -> frozenset[str]:
    with gzip.open(DATA / f"{name}.txt.gz", "rt", encoding="ascii") as file:
        return frozenset(file.read().split("\n"))


@cache
def _given() -> frozenset[str]:
    return _listed("given") | {name.lower() for name in GIVEN_NAMES}


@cache
def _medical() -> frozenset[str]:
    return _listed("eponyms") | {name.lower() for name in EPONYMS}


@cache
def _ordinary() -> frozenset[str]:
    """Words of the trade, titles, and what is larger than a state."""
    return frozenset(word.lower() for word in NO_NAMES | GENERIC_PLACES | TITLES) | _listed("wide")


def find(text: str) -> Iterator[Hit]:
    """Every find in normalised text; they may overlap others' finds."""
    is_german = len(_GERMAN.findall(text)) > len(_OTHER.findall(text))
    is_shouted = sum(map(str.islower, text)) < sum(map(str.isupper, text))
    yield from _towns(text, is_shouted=is_shouted, is_german=is_german)
    for small_name in _SMALL.finditer(text):
        if small_name["given"] in _given():
            yield Hit(*small_name.span("it"), "name", LIKELY, REMOVED)
    for run in _RUN.finditer(text):
        words = list(_WORD.finditer(text, run.start(), run.end()))
        yield from _together(text, run, words)
        if len(words) == 1 and not is_german and not is_shouted:
            yield from _alone(text, words[0])


def _together(text: str, run: re.Match[str], words: Sequence[re.Match[str]]) -> Iterator[Hit]:
    """A given and a family name side by side, in either order; initials before a family name."""
    told = [word[0].lower().replace("o'", "").replace("d'", "") for word in words]
    for at in range(len(words) - 1):
        score = _pair(told[at], told[at + 1]) or _shouted_family(words[at][0], words[at + 1][0])
        if text[words[at].end()] == "-" and told[at] in _medical():
            # Frank-Starling, Barrett-Ösophagus; but Barrett-Smith
            score = score if told[at + 1] in _listed("family") - _medical() else 0.0
        if "," in text[words[at].end() : words[at + 1].start()]:
            # "Family, Given" and no other list of names.
            score = score if told[at + 1] in _given() and told[at] not in _given() else 0.0
        if score:
            first, last = at, at + 1
            while last + 1 < len(words) and _may_go_on(told[last + 1]):
                last += 1
            while first and _may_go_on(told[first - 1]) and _is_name(told[first - 1]):
                first -= 1
            begin = run.start() if first == 0 else words[first].start()
            if not any(is_medical(text, word.end()) for word in words[at : last + 1]):
                end = words[last].end()
                suffix = _SUFFIX.match(text, end)
                yield Hit(begin, suffix.end() if suffix else end, "name", score, REMOVED)
    if (
        re.match(_INITIAL, run[0])
        and words
        and _is_name(told[0])
        and _may_go_on(told[0])
        and not is_medical(text, words[0].end())
        and not re.match(r"[A-Z]\.\s?[A-Z]{2}", run[0])
    ):
        yield Hit(run.start(), words[0].end(), "name", LIKELY, REMOVED)


def _pair(one: str, other: str) -> float:
    """How sure it is that two neighbours are one person's names; 0 where they are not."""
    if not (_may_go_on(one) and _may_go_on(other)):
        return 0.0
    if one in _medical() and other in _medical() and one.capitalize() not in GIVEN_NAMES:
        return 0.0
    given, family, also = _given(), _listed("family"), _listed("also_words")
    if one in given:
        return SURE if other in family or other in given or other in also else LIKELY
    if other in given:
        return LIKELY if one in family or one in also else 0.0
    if other in family and other not in _medical() and one not in _medical():
        return LIKELY if one in also else FAMILY_ONLY
    return 0.0


def _shouted_family(family: str, given: str) -> float:
    """FAMILY Given, as lists and bands write it."""
    is_it = family.isupper() and len(family) >= 5 and not given.isupper()
    is_known = given.lower() in _given() and _may_go_on(given.lower())
    return FAMILY_ONLY if is_it and is_known and _may_go_on(family.lower()) else 0.0


def _is_name(word: str) -> bool:
    return word in _given() or word in _listed("family") or word in _listed("also_words")


def _may_go_on(word: str) -> bool:
    return word not in _ordinary()


def is_medical(text: str, end: int) -> bool:
    """Whether what follows makes it a disease, a sign, a score."""
    after = _AFTER.match(text, end)
    return after is not None and after["word"].lower() in MEDICAL_NOUNS


def _alone(text: str, word: re.Match[str]) -> Iterator[Hit]:
    """One word that is a name and nothing else, inside a sentence."""
    told = word[0].lower()
    if word[0].isupper() and (len(told) < LONG or told not in _listed("family")):
        return
    if told in _medical() or told in _ordinary() or told in _listed("towns"):
        return
    before = text[max(0, word.start() - 24) : word.start()]
    if told not in _listed("family") and told not in _given():
        begins = _SENTENCE_BEGINS.search(before)
        if begins and told not in ROLES and _ONLY_PEOPLE.match(text, word.end()):
            yield Hit(word.start(), word.end(), "name", ALONE, REMOVED)
        return
    if _MEDICAL_BEFORE.search(before):
        return
    if _SENTENCE_BEGINS.search(before) and not _DOES.match(text, word.end()):
        return
    if not is_medical(text, word.end()):
        yield Hit(word.start(), word.end(), "name", ALONE, REMOVED)


def _towns(text: str, *, is_shouted: bool, is_german: bool) -> Iterator[Hit]:
    """Towns after a preposition or a comma, or before their country."""
    for run in _PLACE.finditer(text):
        words = list(_WORD.finditer(text, run.start(), run.end()))
        for n in range(len(words), 0, -1):
            end = words[n - 1].end()
            told = " ".join(text[run.start() : end].lower().replace("-", " ").split())
            is_word = not is_german and told in _listed("towns_also_words")
            if (is_word or told in _listed("towns")) and told not in _ordinary():
                if not is_medical(text, end) and text[end : end + 1] != "-":
                    yield from _town(text, run.start(), end, is_shouted=is_shouted)
                break


def _town(text: str, start: int, end: int, *, is_shouted: bool) -> Iterator[Hit]:
    before = text[max(0, start - 24) : start]
    if before.rstrip().endswith(",") and text[start:end].lower() in _medical():
        return
    is_after = _TO_A_TOWN.search(before) and not (is_shouted and end - start < 5)
    if is_after or _COUNTRY_AFTER.match(text, end):
        yield Hit(start, end, "place", TOWN, "a town")
