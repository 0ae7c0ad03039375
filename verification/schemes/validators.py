"""Format and check digit of licence numbers. A valid number proves nothing by itself.

Each function takes a number without spaces and separators and returns a bool. Unicode digits pass
`int`, so a number must be ASCII.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sermo.core.identifiers import fold


def _digits(number: str, length: int) -> bool:
    return len(number) == length and number.isascii() and number.isdigit()


def luhn_digit(payload: str) -> int:
    """The check digit that follows the payload (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(payload)):
        tens, ones = divmod(int(digit) * (2 if place % 2 == 0 else 1), 10)
        total += tens + ones
    return -total % 10


def _weighted(digits: str, weights: Iterable[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))


def npi(number: str) -> bool:
    """United States, National Provider Identifier: Luhn over 80840 and the number."""
    return (
        _digits(number, 10)
        and number[0] in "12"
        and luhn_digit("80840" + number[:9]) == int(number[9])
    )


def me(number: str) -> bool:
    """United States, AMA medical education number. About 1.6 % of single slips go unseen."""
    if not _digits(number, 11):
        return False
    rest = _weighted(number[:10], (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return (11 - rest) % 10 == int(number[10])


def gmc(number: str) -> bool:
    """United Kingdom, General Medical Council: no check digit is published."""
    return _digits(number, 7)


def rpps(number: str) -> bool:
    """France, Répertoire partagé des professionnels de santé."""
    return _digits(number, 11) and luhn_digit(number[:10]) == int(number[10])


def efn(number: str) -> bool:
    """Germany, Einheitliche Fortbildungsnummer: 80, 276, chamber, serial, check digit."""
    return (
        _digits(number, 15)
        and number.startswith("80276")
        and luhn_digit(number[:14]) == int(number[14])
    )


def lanr(number: str) -> bool:
    """Germany, Lebenslange Arztnummer: six digits, their check digit, two for the specialty."""
    if not _digits(number, 9):
        return False
    return -_weighted(number[:6], (4, 9, 4, 9, 4, 9)) % 10 == int(number[6])


def german(number: str) -> bool:
    """Either of the two German numbers; their lengths tell them apart."""
    return efn(number) or lanr(number)


def ahpra(number: str) -> bool:
    """Australia, AHPRA registration: MED is the physicians' prefix; no check digit."""
    return number.startswith("MED") and _digits(number[3:], 10)


def minc(number: str) -> bool:
    """Canada, Medical Identification Number: format only, the formula is not public."""
    return number.startswith("CAMD") and _digits(number[4:], 8)


def imc(number: str) -> bool:
    """Ireland, Medical Council."""
    return _digits(number, 6)


def big(number: str) -> bool:
    """Netherlands, BIG register."""
    return _digits(number, 11) and number[0] == "9"


def colegiado(number: str) -> bool:
    """Spain, número de colegiado."""
    return _digits(number, 9)


def other(number: str) -> bool:
    """Any other register: letters and digits, 3 to 24 of them."""
    return 3 <= len(number) <= 24 and number.isascii() and number.isalnum()


Validator = Callable[[str], bool]
# Separators people paste, typographic hyphens and dashes included.
_BETWEEN = "-./\u2010\u2011\u2012\u2013\u2014"


def normalise(raw: str) -> str:
    """The number as registers write it: capitals, without spaces, dots, hyphens and slashes."""
    plain = fold(raw).upper()
    return "".join(sign for sign in plain if not sign.isspace() and sign not in _BETWEEN)
