"""Words in a text that a member marked: found, hidden, replaced. Without a database."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping

from cases.policies import HIDDEN_WORDS

# A single letter would stand everywhere.
MIN_PASSAGE_LENGTH = 2
MAX_PASSAGES = 20
MAX_MARKED_LENGTH = 500
# What an author leaves who writes nothing in place of the words.
REMOVED_WORDS = "[removed]"


def passages_of(marked: str) -> list[str]:
    """The words that a member copied, one passage for each line, each once.

    White space is normalised, quotation marks around a line are removed.
    """
    lines = (" ".join(normal_form(line).split()) for line in marked.splitlines())
    passages = (line.strip("\"'“”„«»").strip() for line in lines)
    return list(dict.fromkeys(passage for passage in passages if passage))


def normal_form(text: str) -> str:
    """Composed letters (Unicode NFC), so that equal words are equal strings."""
    return unicodedata.normalize("NFC", text)


def missing_passages(passages: Iterable[str], texts: Collection[str]) -> list[str]:
    """The passages that occur in none of the texts, whatever their white space and case."""
    return [
        passage
        for passage in passages
        if not any(_part(passage).search(normal_form(text)) for text in texts)
    ]


def pattern_of(passages: Collection[str], texts: Collection[str]) -> re.Pattern[str]:
    """Matches every passage; a passage that occurs as whole words matches whole words only."""
    longest_first = sorted(passages, key=len, reverse=True)
    return re.compile(
        "|".join(_whole_or_part(passage, texts).pattern for passage in longest_first),
        re.IGNORECASE,
    )


def hide_words(pattern: re.Pattern[str], text: str) -> str:
    """The text with a mark in the place of each match."""
    composed = normal_form(text)
    return pattern.sub(HIDDEN_WORDS, composed) if pattern.search(composed) else text


def replace_words(pattern: re.Pattern[str], text: str, replacements: Mapping[str, str]) -> str:
    """The text with the author's words for each passage; "[removed]" where there are none."""
    words = {passage.casefold(): new for passage, new in replacements.items()}

    def new_words(match: re.Match[str]) -> str:
        return words.get(" ".join(match.group().split()).casefold()) or REMOVED_WORDS

    composed = normal_form(text)
    return pattern.sub(new_words, composed) if pattern.search(composed) else text


def _whole_or_part(passage: str, texts: Collection[str]) -> re.Pattern[str]:
    whole = re.compile(rf"(?<!\w){_part(passage).pattern}(?!\w)", re.IGNORECASE)
    is_whole = any(whole.search(normal_form(text)) for text in texts)
    return whole if is_whole else _part(passage)


def _part(passage: str) -> re.Pattern[str]:
    return re.compile(r"\s+".join(map(re.escape, passage.split())), re.IGNORECASE)
