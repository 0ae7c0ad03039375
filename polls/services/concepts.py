"""Wordings and the concept they stand for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID, uuid5

from django.db import connection, transaction

from polls.errors import NotAName
from polls.folding import american, deletions, fold, is_learnt, trigrams
from polls.models import Concept, Source, Synonym, Word

_NAMES = UUID("6f1d3b52-8a5e-4c0c-9d5f-2c8f0b6f7a11")
BATCH = 5000
# Whose names stand where two vocabularies know the same one.
BEFORE: dict[str, tuple[Source, ...]] = {
    Source.STARTER: (),
    Source.ICD10CM: (Source.STARTER,),
    Source.HPO: (Source.STARTER, Source.ICD10CM),
}


@dataclass(frozen=True)
class Entry:
    """One diagnosis of a vocabulary."""

    name: str
    specialty: str = ""
    synonyms: tuple[str, ...] = ()
    code: str = ""


@transaction.atomic
def resolve_concept(*, label: str) -> Concept:
    """The concept of this wording; free text becomes one of its own, once for each spelling.

    An abbreviation that stands for several diagnoses stands for none. Raises `NotAName`.
    """
    folded = fold(label)
    if not folded:
        raise NotAName
    known = find_concept(folded)
    if known is not None:
        return known
    with connection.cursor() as cursor:  # two at once make one
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"concept:{folded}"]
        )
    known = find_concept(folded)
    if known is not None:
        return known
    name = " ".join(label.split())
    concept = Concept.objects.create(name=name, source=Source.FREE)
    Synonym.objects.create(concept=concept, text=name, folded=folded, trigrams=trigrams(folded))
    return concept


def find_concept(folded: str) -> Concept | None:
    """What the spelling stands for: a vocabulary's before free text, its own name before others."""
    rows = Synonym.objects.filter(folded=folded).select_related("concept__merged_into")
    found = {row.concept.merged_into or row.concept for row in rows}
    listed = {one for one in found if one.source != Source.FREE}
    named = {one for one in listed if fold(one.name) == folded}
    free = {one for one in found if one.source == Source.FREE}
    for group in (named, listed, free):
        if len(group) == 1:
            return group.pop()
    # Several vocabularies with one name: any, but always the same one.
    return min(named, key=lambda one: one.pk) if named else None


@transaction.atomic
def load_vocabulary(
    *, entries: Iterable[Entry], source: Source, say: Callable[[int, int], None] | None = None
) -> tuple[int, int]:
    """Add or renew the diagnoses of a vocabulary; how many diagnoses and spellings it has.

    Keys come from the names, so a second load changes nothing. What another vocabulary knows
    already, by whatever spelling, gets the code and the other names and is no second diagnosis.
    Free text that a spelling of the vocabulary now covers is merged into it; answers keep the
    option they were given to. `say` is told how many spellings are written, and of how many.
    """
    listed, known = _known_elsewhere(entries, source)
    concepts = [
        Concept(
            id=concept_key(source, entry.name),
            name=entry.name,
            code=entry.code,
            source=source,
            specialty=entry.specialty,
        )
        for entry in listed
    ]
    Concept.objects.bulk_create(
        concepts,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["id"],
        # A code that another vocabulary gave stays.
        update_fields=["name", "specialty", *(["code"] if any(e.code for e in listed) else [])],
    )
    spellings = [
        spelling
        for entry, concept in [*zip(listed, concepts, strict=True), *known]
        for spelling in _spellings(entry, concept)
    ]
    for start in range(0, len(spellings), BATCH):
        Synonym.objects.bulk_create(spellings[start : start + BATCH], ignore_conflicts=True)
        if say is not None:
            say(min(start + BATCH, len(spellings)), len(spellings))
    learn_words(row.folded for row in spellings)
    _merge_free_text([fold(entry.name) for entry in listed])
    count_anew()
    return len(concepts), len(spellings)


def count_anew() -> None:
    """Statistics after a load: without them the planner takes the tables for empty."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE polls_concept, polls_synonym, polls_word")


def learn_words(names: Iterable[str]) -> None:
    """Words by which a misspelling is put right; short ones and numbers have no right spelling."""
    words = {word for name in names for word in name.split() if is_learnt(word)}
    rows = [Word(text=word, deletions=deletions(word)) for word in sorted(words)]
    Word.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)


def _known_elsewhere(
    entries: Iterable[Entry], source: Source
) -> tuple[list[Entry], list[tuple[Entry, Concept]]]:
    """Entries that are new, each name once; and those another vocabulary's diagnosis stands for."""
    others = Synonym.objects.filter(concept__source__in=BEFORE[source])
    by_name: dict[str, Concept] = {}
    for row in others.select_related("concept__merged_into").iterator(BATCH):
        by_name.setdefault(row.folded, row.concept.merged_into or row.concept)
    new: dict[str, Entry] = {}
    known: list[tuple[Entry, Concept]] = []
    coded: dict[UUID, Concept] = {}
    for entry in entries:
        folded = fold(entry.name)
        concept = by_name.get(folded) or by_name.get(american(folded))
        if concept is None:
            new.setdefault(folded, entry)
            continue
        known.append((entry, concept))
        if entry.code and not concept.code:
            concept.code = entry.code
            coded[concept.pk] = concept
    Concept.objects.bulk_update(coded.values(), ["code"], batch_size=BATCH)
    return list(new.values()), known


def concept_key(source: Source, name: str) -> UUID:
    return uuid5(_NAMES, f"{source}:{fold(name)}")


def _spellings(entry: Entry, concept: Concept) -> list[Synonym]:
    """The name and its synonyms, each in American spelling too."""
    texts: dict[str, str] = {}
    for text in (entry.name, *entry.synonyms):
        folded = fold(text)
        texts.setdefault(folded, text)
        texts.setdefault(american(folded), american(folded))
    return [
        Synonym(concept=concept, text=text, folded=folded, trigrams=trigrams(folded))
        for folded, text in texts.items()
        if folded
    ]


def _merge_free_text(names: list[str]) -> None:
    free = Synonym.objects.filter(
        folded__in=names, concept__source=Source.FREE, concept__merged_into=None
    ).select_related("concept")
    for row in free:
        into = find_concept(row.folded)
        if into is not None and into.source != Source.FREE:
            Concept.objects.filter(pk=row.concept_id).update(merged_into=into)
