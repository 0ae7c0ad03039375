"""Type-ahead over diagnoses. Free text by answerers is never offered: it is sealed with them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import and_

from django.db import connection
from django.db.models import F, Q, Value
from django.db.models.functions import Concat, Length

from polls.folding import (
    deletions,
    fold,
    is_learnt,
    neighbours,
    prefix_trigrams,
    slips,
    trigrams,
)
from polls.models import Concept, Source, Synonym, Word

SUGGESTED = 8
LEAST = 2
# Of a very long text its beginning decides.
MOST_WINDOWS = 30
# Of the runs of both names, the part that has to be common before one is offered for the other.
ALIKE = 0.3
# So short, only names that begin so are offered.
SHORT = 2
# Words put right at once, ways to put them right that are tried, and slips in one word.
MOST_WORDS, TRIES, MOST_SLIPS = 6, 3, 2

# Candidates share a few neighbouring runs; the index finds them, likeness orders them.
_RESEMBLING = """
SELECT c.*
  FROM (
    SELECT s.concept_id,
           max(common::float / (cardinality(s.trigrams) + %(n)s - common)) AS likeness
      FROM polls_synonym s
      CROSS JOIN LATERAL (
        SELECT count(*) AS common FROM unnest(s.trigrams) run WHERE run = ANY(%(runs)s)
      ) shared
     WHERE {candidates}
     GROUP BY s.concept_id
  ) near
  JOIN polls_concept c ON c.id = near.concept_id
 WHERE c.source <> %(free)s AND c.merged_into_id IS NULL AND likeness > %(alike)s
 ORDER BY likeness DESC, c.id
 LIMIT %(most)s
"""


# A range of the index for each word: LIKE with a pattern from a row would not use it.
_KNOWN = """
SELECT typed.word FROM unnest(%s::varchar[]) AS typed(word)
 WHERE EXISTS (
   SELECT 1 FROM polls_word w
    WHERE w.text ~>=~ typed.word AND w.text ~<~ (typed.word || chr(1114111))
 )
"""


def suggest(typed: str, *, by_beginning_only: bool = False) -> list[Concept]:
    """Diagnoses with a name whose words begin with what was typed; else those spelt alike.

    At most eight, the exact name or abbreviation first. One statement; where nothing begins so,
    up to four more to put the spelling right, and a last one for names that merely resemble.
    """
    folded = fold(typed)
    if len(folded) < LEAST:
        return []
    found = _named_so(folded) if len(folded) <= SHORT and " " not in folded else _beginning(folded)
    if found or by_beginning_only:
        return found
    for corrected in _corrections(folded):
        found = _beginning(corrected)
        if found:
            return found
    return _resembling(folded)


def _named_so(folded: str) -> list[Concept]:
    """Of two letters, names that begin with them; within a name they would begin too many."""
    names = (
        Synonym.objects.filter(folded__startswith=folded, concept__merged_into__isnull=True)
        .exclude(concept__source=Source.FREE)
        .select_related("concept")
        .order_by(Length("folded"), "folded", "id")[: SUGGESTED * 6]
    )
    return list({one.concept_id: one.concept for one in names}.values())[:SUGGESTED]


def _corrections(folded: str) -> list[str]:
    """What was typed with every unknown word put right, the likeliest first; two statements."""
    words = folded.split()[:MOST_WORDS]
    unknown = {word for word in words if is_learnt(word)} - _known_beginnings(words)
    if not unknown:
        return []
    cuts = {cut for word in unknown for cut in deletions(word)}
    near = Word.objects.filter(deletions__overlap=sorted(cuts)).values_list("text", flat=True)
    candidates = list(near)
    best = {word: _nearest(word, candidates) for word in unknown}
    if not all(best.values()):
        return []
    found = []
    for place in range(TRIES):
        said = [best[w][min(place, len(best[w]) - 1)] if w in best else w for w in words]
        found.append(" ".join(said))
    return list(dict.fromkeys(found))


def _known_beginnings(words: Iterable[str]) -> set[str]:
    """Those of the words that begin a word of the vocabulary; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [sorted(set(words))])
        return {row[0] for row in cursor.fetchall()}


def _nearest(word: str, candidates: Iterable[str]) -> list[str]:
    """At most two slips away, the fewest first, then those of the same beginning."""
    near = [(slips(word, one), one[0] != word[0], one) for one in candidates]
    return [one for distance, _other, one in sorted(near) if distance <= MOST_SLIPS]


def _beginning(folded: str) -> list[Concept]:
    """Every word typed begins a word of the name; the run index narrows, LIKE decides."""
    words = reduce(and_, (Q(spaced__contains=f" {word}") for word in folded.split()))
    names = (
        Synonym.objects.filter(
            trigrams__contains=prefix_trigrams(folded), concept__merged_into__isnull=True
        )
        .exclude(concept__source=Source.FREE)
        .annotate(spaced=Concat(Value(" "), F("folded")))
        .filter(words)
        .select_related("concept")
        .order_by(Length("folded"), "folded", "id")[: SUGGESTED * 6]
    )
    ordered = sorted(names, key=lambda one: (one.folded != folded, len(one.folded)))
    return list({one.concept_id: one.concept for one in ordered}.values())[:SUGGESTED]


def _resembling(folded: str) -> list[Concept]:
    runs = trigrams(folded)
    windows = {f"window_{n}": window for n, window in enumerate(neighbours(folded)[:MOST_WINDOWS])}
    candidates = " OR ".join(f"s.trigrams @> %({name})s::varchar[]" for name in windows)
    wanted = {
        **windows,
        "runs": runs,
        "n": len(runs),
        "free": Source.FREE.value,
        "alike": ALIKE,
        "most": SUGGESTED,
    }
    return list(Concept.objects.raw(_RESEMBLING.format(candidates=candidates), wanted))
