"""Text as a matcher wants it, and the way back: look-alikes and invisible characters undone."""

# ruff: noqa: RUF001 - characters that look alike are what this module is about

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache

# Letters of other scripts that pass for Latin ones.
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
    """NFKC and look-alikes character by character; accents and invisible characters go."""
    if text.isascii():
        return NormalizedText(text, None)
    pieces: list[str] = []
    origin: list[int] = []
    for place, character in enumerate(text):
        plain = character if character.isascii() else _plain(character)
        pieces.append(plain)
        origin.extend([place] * len(plain))
    return NormalizedText("".join(pieces), origin)


def lower_in_place(text: str) -> str:
    """The text in small letters, each in its place; one that would become two stays."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(one.lower() if len(one.lower()) == 1 else one for one in text)


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
