"""What others typed under seal changes no answer of a form: neither the text scan nor a refusal."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Outcome
from polls.models import AnswerOption, Concept, ConceptSource, Poll
from polls.services import get_or_create_concept, merge_concepts
from sermo.members.viewer import Viewer
from tests.factories import make_viewer
from tests.factories_polls import answer, case_of, make_concept, make_poll, option

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
ClientFor = Callable[[Viewer], Client]
# The scan takes it for a name, and no vocabulary has it.
SEALED = "Morbus Hans Mustermann"
CHANGING = re.compile(rb'(value="[0-9a-f-]{36}"|csrfmiddlewaretoken" value="\w+"|nonce="[^"]+")')


def answer_form(osler: Viewer) -> tuple[str, dict[str, Any]]:
    poll = make_poll(osler, "Gout", "Lyme disease")
    return reverse("polls:answer", args=[poll.public_id]), {"added": SEALED}


def look_up(osler: Viewer) -> tuple[str, dict[str, Any]]:
    poll = make_poll(osler, "Gout", "Lyme disease")
    return reverse("polls:answer", args=[poll.public_id]), {"added": SEALED, "look_up": "1"}


def quiz(osler: Viewer) -> tuple[str, dict[str, Any]]:
    poll = make_poll(osler, "Gout", "Lyme disease", status="solved")
    Outcome.objects.create(
        case=case_of(poll),
        diagnosis="Gout",
        concept_id=get_or_create_concept(label="Gout").pk,
        certainty="certain",
        established_by="test",
        recorded_at=case_of(poll).posted_at,
    )
    return reverse("polls:quiz", args=[case_of(poll).public_id]), {"first": SEALED}


def comment(osler: Viewer) -> tuple[str, dict[str, Any]]:
    case = case_of(make_poll(osler, "Gout", "Lyme disease"))
    return reverse("cases:comment", args=[case.public_id]), {"text": SEALED, "shown_as": "handle"}


def suggestions(osler: Viewer) -> tuple[str, dict[str, Any]]:
    return reverse("polls:concepts") + f"?q={SEALED}", {}


def library(osler: Viewer) -> tuple[str, dict[str, Any]]:
    return reverse("polls:library") + f"?q={SEALED}", {}


def search(osler: Viewer) -> tuple[str, dict[str, Any]]:
    return reverse("search:search") + f"?q={SEALED}", {}


FORMS = [answer_form, look_up, quiz, comment, suggestions, library, search]


def give_under_seal(*, is_merged: bool) -> None:
    """Somebody answers another case with this diagnosis; a moderator may have merged it since."""
    elsewhere = make_poll(make_viewer("elsewhere"), "Asthma", "Lupus")
    answer(make_viewer("somebody"), elsewhere, added=SEALED)
    if is_merged:
        merge_concepts(
            moderator=make_viewer("merger", role="moderator"),
            concept=Concept.objects.get(name=SEALED),
            target=make_concept("Mannequin's disease"),
        )


@pytest.mark.parametrize("is_merged", [False, True])
@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_a_form_answers_as_if_nobody_had_typed_the_same_under_seal(
    form: Callable[[Viewer], tuple[str, dict[str, Any]]],
    is_merged: bool,
    osler: Viewer,
    blackwell: Viewer,
    client_for: ClientFor,
) -> None:
    make_concept("Gout")
    address, fields = form(osler)
    client = client_for(blackwell)

    def look() -> tuple[int, bytes]:
        sent = client.post(address, fields) if fields else client.get(address)
        return sent.status_code, CHANGING.sub(b"", sent.content)

    before = look()
    give_under_seal(is_merged=is_merged)

    assert look() == before


def test_an_option_has_the_spelling_of_its_author_not_that_of_a_sealed_answer(
    osler: Viewer,
) -> None:
    give_under_seal(is_merged=False)

    poll = make_poll(osler, SEALED.upper(), "Gout")

    assert option(poll, SEALED.upper())
    assert not AnswerOption.objects.filter(poll=poll, label=SEALED).exists()
    assert Concept.objects.filter(source=ConceptSource.FREE, name=SEALED).count() == 1


def test_the_outcome_of_a_solved_case_can_be_named_in_its_quiz(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease", status="solved")
    Outcome.objects.create(
        case=case_of(poll),
        diagnosis=SEALED,
        concept_id=get_or_create_concept(label=SEALED).pk,
        certainty="certain",
        established_by="test",
        recorded_at=case_of(poll).posted_at,
    )

    sent = client_for(blackwell).post(
        reverse("polls:quiz", args=[case_of(poll).public_id]), {"first": SEALED, "confidence": "3"}
    )

    assert sent.status_code == 302
    assert Poll.objects.count() == 1


def test_the_scan_spares_listed_names(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    make_concept(SEALED)
    poll = make_poll(osler, "Gout", "Lyme disease")

    sent = client_for(blackwell).post(
        reverse("polls:answer", args=[poll.public_id]), {"added": SEALED}
    )

    assert sent.status_code == 302
