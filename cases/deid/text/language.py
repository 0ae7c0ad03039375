"""Which of four languages a text is in, and what is offered in its words."""

from __future__ import annotations

import re

from cases.deid.text.rule_files import function_words, replacements

_DAY = re.compile(r"day (-?\d+)")
# Kept apart from the four languages: whether capitals mean anything in this text.
_GERMAN = re.compile(r"\b(?:der|die|das|und|mit|wurde|wird|eine[rnms]?|bei|nicht|auf|zur|zum)\b")
_NOT_GERMAN = re.compile(r"\b(?:the|of|and|with|was|el|la|los|con|una|le|les|des|avec|et)\b")


def language_of(text: str) -> str:
    """The code of the language that most of the short words of a normalized text belong to.

    "en", "es", "fr" or "de"; English in doubt.
    """
    lowered = text.lower()
    counts = {code: len(words.findall(lowered)) for code, words in function_words().items()}
    best = max(counts.values())
    return "en" if counts["en"] == best else max(counts, key=counts.__getitem__)


def looks_german(text: str) -> bool:
    """Whether more of a normalized text's short words are German than of another language.

    Words of which a sentence begins do not count: they have a capital.
    """
    return len(_GERMAN.findall(text)) > len(_NOT_GERMAN.findall(text))


def in_language(language: str, replacement: str) -> str:
    """What is offered, in that language; what has no translation stays."""
    words = replacements().get(language)
    if words is None:
        return replacement
    day = _DAY.fullmatch(replacement)
    return f"{words['day']} {day[1]}" if day else words.get(replacement, replacement)
