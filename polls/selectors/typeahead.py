"""Suggestions of diagnoses while a member types.

Free text of members is never suggested, because it is part of their hidden answers.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import and_

from django.db import connection
from django.db.models import F, Q, Value
from django.db.models.functions import Concat, Length

from polls.models import Concept, ConceptSource, Synonym, VocabularyWord
from polls.vocabulary.folding import fold
from polls.vocabulary.spelling import (
    adjacent_trigrams,
    deletions,
    edit_distance,
    is_correctable,
    prefix_trigrams,
    trigrams,
)

MAX_SUGGESTIONS = 8
MIN_TYPED_LENGTH = 2
# Several synonyms can belong to one concept, so more synonyms than suggestions are read.
MAX_SYNONYMS = MAX_SUGGESTIONS * 6
# Of a very long text only the beginning is compared.
MAX_WINDOWS = 30
# The part of the trigrams of two names that must be common (Jaccard index).
MIN_SIMILARITY = 0.3
# A single word of at most this length matches only the beginning of a name.
MAX_PREFIX_ONLY_LENGTH = 2
MAX_CORRECTED_WORDS = 6
MAX_CORRECTIONS = 3
MAX_EDIT_DISTANCE = 2

# Candidates share adjacent trigrams, which the index finds; similarity orders them.
_SIMILAR_SQL = """
SELECT c.*
  FROM (
    SELECT s.concept_id,
           max(common::float / (cardinality(s.trigrams) + %(n)s - common)) AS similarity
      FROM polls_synonym s
      CROSS JOIN LATERAL (
        SELECT count(*) AS common FROM unnest(s.trigrams) part WHERE part = ANY(%(trigrams)s)
      ) shared
     WHERE {candidates}
     GROUP BY s.concept_id
  ) near
  JOIN polls_concept c ON c.id = near.concept_id
 WHERE c.source <> %(free)s AND c.merged_into_id IS NULL AND similarity > %(min_similarity)s
 ORDER BY similarity DESC, c.id
 LIMIT %(limit)s
"""


# One index range for each word: LIKE with a pattern from a row would not use the index.
_KNOWN_PREFIXES_SQL = """
SELECT typed.word FROM unnest(%s::varchar[]) AS typed(word)
 WHERE EXISTS (
   SELECT 1 FROM polls_vocabularyword w
    WHERE w.text ~>=~ typed.word AND w.text ~<~ (typed.word || chr(1114111))
 )
"""


def suggest_diagnoses(typed: str, *, by_beginning_only: bool = False) -> list[Concept]:
    """Diagnoses with a name in which each typed word begins a word; else with a similar spelling.

    At most `MAX_SUGGESTIONS`, the exact name or abbreviation first. One query if a name matches, up
    to four more to correct the spelling, and one more for similar names.
    """
    folded = fold(typed)
    if len(folded) < MIN_TYPED_LENGTH:
        return []
    if len(folded) <= MAX_PREFIX_ONLY_LENGTH and " " not in folded:
        matches = _starting_with(folded)
    else:
        matches = _matching_prefixes(folded)
    if matches or by_beginning_only:
        return matches
    for corrected in _corrections(folded):
        matches = _matching_prefixes(corrected)
        if matches:
            return matches
    return _similar(folded)


def _starting_with(folded: str) -> list[Concept]:
    """Names that begin with these letters. For very short input, which matches too many words."""
    synonyms = (
        Synonym.objects.filter(folded__startswith=folded, concept__merged_into__isnull=True)
        .exclude(concept__source=ConceptSource.FREE)
        .select_related("concept")
        .order_by(Length("folded"), "folded", "id")[:MAX_SYNONYMS]
    )
    return _concepts(synonyms)


def _corrections(folded: str) -> list[str]:
    """The typed words with each unknown word corrected, the likeliest text first. Two queries."""
    words = folded.split()[:MAX_CORRECTED_WORDS]
    unknown = {word for word in words if is_correctable(word)} - _known_prefixes(words)
    if not unknown:
        return []
    forms = {form for word in unknown for form in deletions(word)}
    near = VocabularyWord.objects.filter(deletions__overlap=sorted(forms))
    candidates = list(near.values_list("text", flat=True))
    best = {word: _nearest(word, candidates) for word in unknown}
    if not all(best.values()):
        return []
    texts = []
    for attempt in range(MAX_CORRECTIONS):
        corrected = [
            best[word][min(attempt, len(best[word]) - 1)] if word in best else word
            for word in words
        ]
        texts.append(" ".join(corrected))
    return list(dict.fromkeys(texts))


def _known_prefixes(words: Iterable[str]) -> set[str]:
    """Those of the words that begin a word of the vocabulary. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN_PREFIXES_SQL, [sorted(set(words))])
        return {row[0] for row in cursor.fetchall()}


def _nearest(word: str, candidates: Iterable[str]) -> list[str]:
    """Candidates within `MAX_EDIT_DISTANCE`: nearest first, then with the same first letter."""
    ordered = sorted(
        (edit_distance(word, candidate), candidate[0] != word[0], candidate)
        for candidate in candidates
    )
    return [candidate for distance, _, candidate in ordered if distance <= MAX_EDIT_DISTANCE]


def _matching_prefixes(folded: str) -> list[Concept]:
    """Names in which each typed word begins a word. The trigram index narrows, LIKE decides."""
    begins_word = reduce(and_, (Q(spaced__contains=f" {word}") for word in folded.split()))
    synonyms = (
        Synonym.objects.filter(
            trigrams__contains=prefix_trigrams(folded), concept__merged_into__isnull=True
        )
        .exclude(concept__source=ConceptSource.FREE)
        .annotate(spaced=Concat(Value(" "), F("folded")))
        .filter(begins_word)
        .select_related("concept")
        .order_by(Length("folded"), "folded", "id")[:MAX_SYNONYMS]
    )
    return _concepts(
        sorted(synonyms, key=lambda synonym: (synonym.folded != folded, len(synonym.folded)))
    )


def _concepts(synonyms: Iterable[Synonym]) -> list[Concept]:
    """The concepts of the synonyms in order, each once, at most `MAX_SUGGESTIONS`."""
    by_id = {synonym.concept_id: synonym.concept for synonym in synonyms}
    return list(by_id.values())[:MAX_SUGGESTIONS]


def _similar(folded: str) -> list[Concept]:
    parts = trigrams(folded)
    groups = adjacent_trigrams(folded)[:MAX_WINDOWS]
    windows = {f"window_{n}": group for n, group in enumerate(groups)}
    candidates = " OR ".join(f"s.trigrams @> %({name})s::varchar[]" for name in windows)
    parameters = {
        **windows,
        "trigrams": parts,
        "n": len(parts),
        "free": ConceptSource.FREE.value,
        "min_similarity": MIN_SIMILARITY,
        "limit": MAX_SUGGESTIONS,
    }
    return list(Concept.objects.raw(_SIMILAR_SQL.format(candidates=candidates), parameters))
