"""Loading vocabularies of diagnoses into the database."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from uuid import UUID, uuid5

from django.db import connection, transaction

from polls.models import Concept, ConceptSource, Synonym, VocabularyWord
from polls.selectors.concepts import find_concept
from polls.vocabulary.entries import VocabularyEntry
from polls.vocabulary.folding import fold, to_american_spelling
from polls.vocabulary.spelling import deletions, is_correctable, trigrams

_NAMESPACE = UUID("6f1d3b52-8a5e-4c0c-9d5f-2c8f0b6f7a11")
BATCH_SIZE = 5000
# Vocabularies whose name for a diagnosis takes precedence over the name in this one.
PRECEDENCE: dict[str, tuple[ConceptSource, ...]] = {
    ConceptSource.STARTER: (),
    ConceptSource.ICD10CM: (ConceptSource.STARTER,),
    ConceptSource.HPO: (ConceptSource.STARTER, ConceptSource.ICD10CM),
}


@transaction.atomic
def load_vocabulary(
    *,
    entries: Iterable[VocabularyEntry],
    source: ConceptSource,
    report_progress: Callable[[int, int], None] | None = None,
) -> tuple[int, int]:
    """Add or update the diagnoses of a vocabulary. Returns the number of diagnoses and spellings.

    Keys are computed from names, so a second load changes nothing. If a vocabulary that takes
    precedence knows the diagnosis by any spelling, that concept gets the code and the synonyms.
    Free text that the vocabulary now covers is merged into its concept; answers keep their option.
    `report_progress` receives the number of spellings written so far and their total.
    """
    listed, known = _split_known(entries, source)
    concepts = [
        Concept(
            id=vocabulary_concept_id(source, entry.name),
            name=entry.name,
            code=entry.code,
            source=source,
            specialty=entry.specialty,
        )
        for entry in listed
    ]
    has_codes = any(entry.code for entry in listed)
    Concept.objects.bulk_create(
        concepts,
        batch_size=BATCH_SIZE,
        update_conflicts=True,
        unique_fields=["id"],
        # A vocabulary without codes must not delete a code that another vocabulary gave.
        update_fields=["name", "specialty", *(["code"] if has_codes else [])],
    )
    synonyms = [
        synonym
        for entry, concept in [*zip(listed, concepts, strict=True), *known]
        for synonym in _synonyms(entry, concept)
    ]
    for start in range(0, len(synonyms), BATCH_SIZE):
        Synonym.objects.bulk_create(synonyms[start : start + BATCH_SIZE], ignore_conflicts=True)
        if report_progress is not None:
            report_progress(min(start + BATCH_SIZE, len(synonyms)), len(synonyms))
    index_words(row.folded for row in synonyms)
    _merge_free_text([fold(entry.name) for entry in listed])
    refresh_table_statistics()
    return len(concepts), len(synonyms)


def refresh_table_statistics() -> None:
    """Run ANALYZE. Without it, the query planner takes the tables for empty after a bulk load."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE polls_concept, polls_synonym, polls_vocabularyword")


def index_words(names: Iterable[str]) -> None:
    """Add the words of these folded names to those that misspellings are corrected to."""
    words = {word for name in names for word in name.split() if is_correctable(word)}
    rows = [VocabularyWord(text=word, deletions=deletions(word)) for word in sorted(words)]
    VocabularyWord.objects.bulk_create(rows, batch_size=BATCH_SIZE, ignore_conflicts=True)


def vocabulary_concept_id(source: ConceptSource, name: str) -> UUID:
    return uuid5(_NAMESPACE, f"{source}:{fold(name)}")


def _split_known(
    entries: Iterable[VocabularyEntry], source: ConceptSource
) -> tuple[list[VocabularyEntry], list[tuple[VocabularyEntry, Concept]]]:
    """New entries, each name once; and entries that an existing concept stands for.

    Existing concepts without a code get the code of the entry.
    """
    others = Synonym.objects.filter(concept__source__in=PRECEDENCE[source])
    by_name: dict[str, Concept] = {}
    for row in others.select_related("concept__merged_into").iterator(BATCH_SIZE):
        by_name.setdefault(row.folded, row.concept.merged_into or row.concept)
    new: dict[str, VocabularyEntry] = {}
    known: list[tuple[VocabularyEntry, Concept]] = []
    with_new_code: dict[UUID, Concept] = {}
    for entry in entries:
        folded = fold(entry.name)
        concept = by_name.get(folded) or by_name.get(to_american_spelling(folded))
        if concept is None:
            new.setdefault(folded, entry)
            continue
        known.append((entry, concept))
        if entry.code and not concept.code:
            concept.code = entry.code
            with_new_code[concept.pk] = concept
    Concept.objects.bulk_update(with_new_code.values(), ["code"], batch_size=BATCH_SIZE)
    return list(new.values()), known


def _synonyms(entry: VocabularyEntry, concept: Concept) -> list[Synonym]:
    """Rows for the name and its synonyms, each in American spelling too; not saved."""
    texts: dict[str, str] = {}
    for text in (entry.name, *entry.synonyms):
        folded = fold(text)
        american = to_american_spelling(folded)
        texts.setdefault(folded, text)
        texts.setdefault(american, american)
    return [
        Synonym(concept=concept, text=text, folded=folded, trigrams=trigrams(folded))
        for folded, text in texts.items()
        if folded
    ]


def _merge_free_text(names: list[str]) -> None:
    free = Synonym.objects.filter(
        folded__in=names, concept__source=ConceptSource.FREE, concept__merged_into=None
    ).select_related("concept")
    for row in free:
        target = find_concept(row.folded)
        if target is not None and target.source != ConceptSource.FREE:
            Concept.objects.filter(pk=row.concept_id).update(merged_into=target)
