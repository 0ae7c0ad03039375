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
# What one report hides in all places together: so a report of "the", "of", "in" shreds no post.
MAX_HIDDEN_LENGTH = 500
MAX_PLACES = 40
# What an author leaves who writes nothing in place of the words.
REMOVED_WORDS = "[removed]"
# Scripts that write words without spaces, or add particles to them: Thai to Khmer, kana, Han,
# Hangul. There a passage can begin and end anywhere.
_WITHOUT_SPACES = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff"
    r"\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
# A letter or digit of all other scripts, which belongs to the word it stands in.
_OF_A_WORD = rf"[^\W{_WITHOUT_SPACES}]"


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
    """The passages that occur in none of the texts as whole words, whatever white space and case.

    Parts of words do not count. Else "th" would hide pieces of every sentence, and hidden words
    could be guessed letter by letter.
    """
    return [
        passage
        for passage in passages
        if not any(pattern_of([passage]).search(normal_form(text)) for text in texts)
    ]


def hides_too_much(passages: Collection[str], texts: Iterable[str]) -> bool:
    """Whether the passages stand in more places, or take more characters, than one report hides."""
    pattern = pattern_of(passages)
    lengths = [
        len(match.group()) for text in texts for match in pattern.finditer(normal_form(text))
    ]
    return len(lengths) > MAX_PLACES or sum(lengths) > MAX_HIDDEN_LENGTH


def pattern_of(passages: Collection[str]) -> re.Pattern[str]:
    """Matches every passage where it stands as whole words, the longest first."""
    longest_first = sorted(passages, key=len, reverse=True)
    return re.compile("|".join(map(_whole_words, longest_first)), re.IGNORECASE)


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


def _whole_words(passage: str) -> str:
    words = r"\s+".join(map(re.escape, passage.split()))
    before = rf"(?<!{_OF_A_WORD})" if re.match(_OF_A_WORD, passage[0]) else ""
    after = rf"(?!{_OF_A_WORD})" if re.match(_OF_A_WORD, passage[-1]) else ""
    return f"{before}{words}{after}"
