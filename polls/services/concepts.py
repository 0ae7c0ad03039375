"""The concept that a typed diagnosis stands for."""

from __future__ import annotations

from django.db import connection, transaction

from polls.errors import InvalidDiagnosisName
from polls.models import AnswerOption, Concept, ConceptSource, Poll, Synonym
from polls.selectors.concepts import find_concept
from polls.vocabulary.folding import fold
from polls.vocabulary.spelling import trigrams


@transaction.atomic
def get_or_create_concept(*, label: str) -> Concept:
    """The concept with this spelling; if there is none, a new one from free text.

    An abbreviation of several diagnoses belongs to none of them. Holds an advisory lock on the
    spelling while a concept is created.

    Raises `InvalidDiagnosisName` if there is no letter or digit.
    """
    folded = fold(label)
    if not folded:
        raise InvalidDiagnosisName
    concept = find_concept(folded)
    if concept is not None:
        return concept
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"concept:{folded}"]
        )
    concept = find_concept(folded)
    if concept is not None:
        return concept
    name = " ".join(label.split())
    concept = Concept.objects.create(name=name, source=ConceptSource.FREE)
    Synonym.objects.create(concept=concept, text=name, folded=folded, trigrams=trigrams(folded))
    return concept


def add_diagnosis_option(*, poll: Poll, label: str, hidden_until_answer: bool) -> AnswerOption:
    """The poll's option for this diagnosis, which is created if there is none.

    Raises `InvalidDiagnosisName` if there is no letter or digit.
    """
    concept = get_or_create_concept(label=label)
    # Of free text the spelling may be that of somebody's hidden answer in another case.
    is_free = concept.source == ConceptSource.FREE
    option, _ = AnswerOption.objects.get_or_create(
        poll=poll,
        concept=concept,
        defaults={
            "label": " ".join(label.split()) if is_free else concept.name,
            "position": poll.options.count(),
            "hidden_until_answer": hidden_until_answer,
        },
    )
    return option
