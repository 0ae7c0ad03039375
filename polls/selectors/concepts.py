"""Type-ahead over diagnoses. Free text by answerers is never offered: it is sealed with them."""

from __future__ import annotations

from functools import reduce
from operator import and_

from django.db.models import F, Q, Value
from django.db.models.functions import Concat, Length

from polls.folding import fold, neighbours, prefix_trigrams, trigrams
from polls.models import Concept, Source, Synonym

SUGGESTED = 8
LEAST = 2
# Of a very long text its beginning decides.
MOST_WINDOWS = 60
# Of the runs of both names, the part that has to be common before one is offered for the other.
ALIKE = 0.3

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


def suggest(typed: str, *, by_beginning_only: bool = False) -> list[Concept]:
    """Diagnoses with a name whose words begin with what was typed; else those spelt alike.

    At most eight, the exact name or abbreviation first; a statement for each of the two ways.
    """
    folded = fold(typed)
    if len(folded) < LEAST:
        return []
    found = _beginning(folded)
    return found if found or by_beginning_only else _resembling(folded)


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
