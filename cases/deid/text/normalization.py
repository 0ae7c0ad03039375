"""Text as the rules expect it, and the way back to the places of the input."""

# ruff: noqa: RUF001 - this module is about characters that look alike

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

# Letters of other scripts that look like Latin ones.
_LOOK_ALIKES = {
    **dict(zip("АВЕКМНОРСТУХІЈЅԌԚԜ", "ABEKMHOPCTYXIJSGQW", strict=True)),
    **dict(zip("авекмнорстухіјѕһԁԛԝ", "abekmhopctyxijshdqw", strict=True)),
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX", strict=True)),
    **dict(zip("οινρ", "oivp", strict=True)),
    **dict(zip("ɑɡıℓ", "agil", strict=True)),
    **dict(zip("∕⁄⧸", "///", strict=True)),
    **dict(zip("’‘ʼ＇`´", "''''''", strict=True)),
    "∶": ":",
    "։": ":",
    "。": ".",
    "․": ".",
    "−": "-",
    "ø": "o",
    "Ø": "O",
    "ł": "l",
    "Ł": "L",
    "đ": "d",
    "œ": "oe",
    "Œ": "Oe",
    "æ": "ae",
    "Æ": "Ae",
    "Đ": "D",
}


_NOT_ASCII = re.compile(r"[^\x00-\x7f]")


@dataclass(frozen=True, slots=True)
class NormalizedText:
    """Normalised text, and for each of its characters the place it came from in the input."""

    text: str
    origin: list[int] | None
    """None when nothing changed."""

    def back(self, start: int, end: int) -> tuple[int, int]:
        """The input's code points for a non-empty range of the normalised text."""
        if self.origin is None:
            return start, end
        return self.origin[start], self.origin[end - 1] + 1


def normalize(text: str) -> NormalizedText:
    """Compatibility forms (NFKD), look-alikes, accents and invisible characters resolved.

    Character by character, so that each character of the result has one place in the input.
    """
    if text.isascii():
        return NormalizedText(text, None)
    pieces: list[str] = []
    origin: list[int] = []
    done = 0
    for match in _NOT_ASCII.finditer(text):
        place = match.start()
        plain = _plain(match[0])
        pieces += (text[done:place], plain)
        origin += range(done, place)
        origin += [place] * len(plain)
        done = place + 1
    pieces.append(text[done:])
    origin += range(done, len(text))
    return NormalizedText("".join(pieces), origin)


def lower_in_place(text: str) -> str:
    """The text in small letters and as long as before: a letter that would become two stays."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in text)


@cache
def _plain(character: str) -> str:
    if character in _LOOK_ALIKES:
        return _LOOK_ALIKES[character]
    category = unicodedata.category(character)
    if category in ("Cf", "Mn", "Me"):
        return ""
    if category == "Zs":
        return " "
    if category == "Pd":
        return "-"
    if category == "Nd":
        return str(unicodedata.digit(character))
    parts = unicodedata.normalize("NFKD", character)
    return "".join(
        _LOOK_ALIKES.get(part, part) for part in parts if not unicodedata.combining(part)
    )
