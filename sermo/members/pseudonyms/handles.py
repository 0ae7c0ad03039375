"""Handles: their form, their suggestions, and which of them a reader could confuse."""

from __future__ import annotations

import random
import re
import secrets
import unicodedata

from sermo.core.identifiers import compose
from sermo.members.pseudonyms.names import BIRDS, COLOURS

HANDLE_PATTERN = re.compile(r"^[^\W_](?:[^\W_]|[-_.](?=[^\W_])){2,29}$")
# Letters that look alike map to one (a subset of Unicode's confusables.txt).
_LOOK_ALIKES = str.maketrans(
    {
        **dict(zip("аеорсухкмтнвіјѕ", "aeopcyxkmthbijs", strict=True)),
        **dict(zip("αβεικνορτυχωγ", "abeiknoptuxwy", strict=True)),
        **dict(zip("ıłøđħŧæœß", "ilodhtaos", strict=True)),
        **dict(zip("0123456789", "oizeasgtbg", strict=True)),
        "l": "i",
        "|": "i",
        "q": "g",
        "v": "u",
    }
)
# Scripts in common use (Unicode annex 31). Some others consist of letters that look Latin.
_SCRIPTS = {
    *("LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "GEORGIAN", "HEBREW", "ARABIC", "ETHIOPIC"),
    *("DEVANAGARI", "BENGALI", "GURMUKHI", "GUJARATI", "TAMIL", "TELUGU", "KANNADA", "MALAYALAM"),
    *("SINHALA", "THAI", "LAO", "TIBETAN", "MYANMAR", "KHMER"),
    *("CJK", "HIRAGANA", "KATAKANA", "HANGUL"),
}
# Letters of these scripts that look Latin and have no place in `_LOOK_ALIKES`.
_NOT_FOLDED = frozenset("ԁԛԝһӏԌϳϲΖΗΜհոսօցզքյՕՍ")
# Latin letters that look like no other.
_OWN_SHAPE = frozenset("ðþŋə")
RESERVED_NAMES = {"admin", "administrator", "moderator", "sermo", "staff", "support", "anonymous"}


def confusable_skeleton(handle: str) -> str:
    """Equal for two handles that a reader could confuse (Unicode TS 39, skeleton)."""
    folded = unicodedata.normalize("NFKD", handle.casefold())
    letters = "".join(c for c in folded if not unicodedata.combining(c))
    plain = letters.translate(_LOOK_ALIKES)
    return re.sub(r"[-_.\s]", "", plain).replace("rn", "m").replace("uu", "w")


_RESERVED_SKELETONS = {confusable_skeleton(name) for name in RESERVED_NAMES}


def is_well_formed(handle: str) -> bool:
    """3 to 30 letters and digits of one script; single dots, dashes, underscores between them.

    A letter is refused if it looks like one of another script and the skeleton does not fold it.
    """
    if not HANDLE_PATTERN.match(handle) or compose(handle) != handle:
        return False
    scripts = {_script(sign) for sign in handle if sign.isalpha()}
    return len(scripts) <= 1 and scripts <= _SCRIPTS and all(map(_is_told_apart, handle))


def _script(letter: str) -> str:
    return unicodedata.name(letter, "?").split()[0]


def _is_told_apart(sign: str) -> bool:
    """Whether readers, or the skeleton, tell it from the letters and digits of English."""
    if sign.isascii():
        return True
    if sign.isnumeric() and not sign.isalpha():
        return False
    folded = sign.casefold()
    if _script(sign) == "LATIN":
        return folded in _OWN_SHAPE or confusable_skeleton(sign).isascii()
    return not {sign, folded} & _NOT_FOLDED


def is_reserved(handle: str) -> bool:
    """Whether it contains a name of the site or its staff, or one confusable with it."""
    return any(name in confusable_skeleton(handle) for name in _RESERVED_SKELETONS)


def suggest_handles(count: int = 3) -> list[str]:
    """Random handles such as "teal-heron-482"."""
    chance = random.Random(secrets.token_bytes(16))  # noqa: S311  # seeded from the system
    return [
        f"{chance.choice(COLOURS)}-{chance.choice(BIRDS)}-{chance.randint(100, 999)}".lower()
        for _ in range(count)
    ]
