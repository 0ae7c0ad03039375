"""Checks that a rule may name as its guard: whether a match of the pattern is an identifier.

Each takes the match and the normalized text, and is True for an identifier.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from cases.deid.text.name_lists import given_names
from cases.deid.text.word_lists import EPONYMS, GENERIC_PLACES, GIVEN_NAMES, NOT_NAMES

_CAPITALIZED = re.compile(r"[A-Z][\w']+")
# What stands after "at" and is no institution: times, levels, months.
_TIME_OR_STAGE = re.compile(
    r"(?:Week|Month|Year|Hour|Level|Stage|Grade|Time|Night|Noon|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|"
    r"Sep|Oct|Nov|Dec|Christmas|Easter|Presentation|Admission|Discharge|Baseline|Rest|Home|Least|"
    r"Birth|Follow)"
)


def _digits(match: re.Match[str]) -> str:
    return re.sub(r"\D", "", match[0])


def is_ipv4_address(match: re.Match[str], text: str) -> bool:
    """Four numbers up to 255, not all of them so small that they could be scores."""
    parts = [int(part) for part in match[0].split(".")]
    return all(part <= 255 for part in parts) and max(parts) > 9


def is_nhs_number(match: re.Match[str], text: str) -> bool:
    """Ten digits whose last one checks the others (modulus 11, NHS Data Dictionary)."""
    digits = [int(digit) for digit in _digits(match)]
    total = sum(digits[place] * (10 - place) for place in range(9))
    return len(set(digits)) > 1 and bool((11 - total % 11) % 11 == digits[9])


def passes_luhn(match: re.Match[str], text: str) -> bool:
    """Nine digits whose last one checks the others, as in the Canadian social insurance number."""
    digits = [int(digit) for digit in _digits(match)]
    doubled = [d if n % 2 == 0 else sum(divmod(2 * d, 10)) for n, d in enumerate(digits)]
    return len(set(digits)) > 1 and sum(doubled) % 10 == 0


def is_spanish_identity_number(match: re.Match[str], text: str) -> bool:
    """A DNI or NIE whose letter is the one that its number leads to (modulus 23)."""
    number = match[0].upper().replace("-", "").replace(" ", "")
    digits = number[:-1].replace("X", "0").replace("Y", "1").replace("Z", "2")
    return bool("TRWAGMYFPDXBNJZSQVHLCKE"[int(digits) % 23] == number[-1])


def is_no_round_number(match: re.Match[str], text: str) -> bool:
    """Neither thousands nor one digit repeated: those are quantities."""
    return not (re.fullmatch(r"\d+0{3,}", match[0]) or len(set(match[0])) == 1)


def span_has_three_digits(match: re.Match[str], text: str) -> bool:
    """The labelled code holds at least three digits."""
    return len(re.findall(r"\d", match["span"])) >= 3


def has_phone_digits(match: re.Match[str], text: str) -> bool:
    """7 to 15 digits (ITU-T E.164 allows 15)."""
    return 7 <= len(_digits(match)) <= 15


def is_given_and_family_name(match: re.Match[str], text: str) -> bool:
    """A common given name before a word that is no ordinary one; not two eponyms."""
    given, family = match["given"].capitalize(), match["family"]
    if given not in GIVEN_NAMES or family in NOT_NAMES or family.capitalize() in NOT_NAMES:
        return False
    return not (family in EPONYMS and given in EPONYMS)


def given_name_is_listed(match: re.Match[str], text: str) -> bool:
    """The first word is in the list of given names."""
    return match["given"] in given_names()


def is_no_time_or_stage(match: re.Match[str], text: str) -> bool:
    """What follows "at" is no time, level or stage of the illness."""
    return not _TIME_OR_STAGE.match(match["span"])


def hospital_has_name_after(match: re.Match[str], text: str) -> bool:
    """The last word after "Hospital" says which one it is."""
    last = match["span"].split()[-1]
    return last not in GENERIC_PLACES and last not in NOT_NAMES


def has_name_before_type(match: re.Match[str], text: str) -> bool:
    """Some capitalized word but the last, which is the kind of institution, says which one."""
    return any(word not in GENERIC_PLACES for word in _CAPITALIZED.findall(match["span"])[:-1])


def has_name_after_type(match: re.Match[str], text: str) -> bool:
    """Some capitalized word but the first, which is the kind of institution, says which one."""
    return any(word not in GENERIC_PLACES for word in _CAPITALIZED.findall(match["span"])[1:])


GUARDS: dict[str, Callable[[re.Match[str], str], bool]] = {
    guard.__name__: guard
    for guard in (
        *(is_ipv4_address, is_nhs_number, passes_luhn, is_spanish_identity_number),
        *(is_no_round_number, span_has_three_digits, has_phone_digits, is_given_and_family_name),
        *(given_name_is_listed, is_no_time_or_stage, hospital_has_name_after),
        *(has_name_before_type, has_name_after_type),
    )
}
