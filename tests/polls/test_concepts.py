"""Names of diagnoses: how they are compared, loaded, and offered while somebody types."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from polls.folding import american, fold
from polls.models import Concept, Source, Synonym
from polls.selectors import suggest
from polls.services import load_vocabulary, resolve_concept
from polls.services.concepts import Entry
from polls.vocabulary import starter
from sermo.core import specialties
from sermo.members.viewer import Viewer
from tests.factories_polls import make_concept

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
ClientFor = Callable[[Viewer | None], Client]


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("  Behçet's  DISEASE ", "behcet disease"),
        ("Guillain\u2013Barré", "guillain barre"),
        ("HbA1c > 9 %", "hba1c 9"),
        ("ﬁbroma", "fibroma"),
        ("Straße", "strasse"),
        ("심근경색", fold("심근경색")),
        ("!?\x00", ""),
    ],
)
def test_names_are_compared_without_case_accents_and_marks(typed: str, folded: str) -> None:
    assert fold(typed) == folded
    assert len(fold("\ufdfa" * 200)) <= 200


def test_american_spelling_is_the_same_name() -> None:
    assert american(fold("Ischaemic oedema")) == "ischemic edema"
    assert american(fold("Hereditary angioedema")) == "hereditary angioedema"


def test_the_starter_list_is_large_and_sound() -> None:
    entries = list(starter())
    names = [fold(entry.name) for entry in entries]
    owner: dict[str, str] = {}

    assert len(entries) >= 300
    assert len(set(names)) == len(names)
    assert {entry.specialty for entry in entries} <= set(specialties.NAMES)
    for entry in entries:
        for text in {fold(one) for one in (entry.name, *entry.synonyms)}:
            assert owner.setdefault(text, entry.name) == entry.name


def test_loading_twice_changes_nothing() -> None:
    for _ in range(2):
        out = StringIO()
        call_command("load_vocabulary", stdout=out)
        rows = (Concept.objects.count(), Synonym.objects.count())
        assert f"{rows[0]} diagnoses under {rows[1]} spellings" in out.getvalue()

    assert resolve_concept(label="heart attack").name == "Myocardial infarction"
    assert resolve_concept(label="acute myelogenous LEUKEMIA").name == "Acute myeloid leukaemia"


def test_free_text_that_a_vocabulary_covers_is_merged_into_it() -> None:
    free = resolve_concept(label="whipple's disease")

    load_vocabulary(entries=[Entry("Whipple disease")], source=Source.STARTER)

    free.refresh_from_db()
    assert free.merged_into is not None
    assert free.merged_into.source == Source.STARTER
    assert resolve_concept(label="Whipple's disease") == free.merged_into


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("MI", "Myocardial infarction"),
        ("heart att", "Myocardial infarction"),
        ("infarc myo", "Myocardial infarction"),
        ("behcet", "Behçet disease"),
        ("Behçet's", "Behçet disease"),
        ("sjogren", "Sjögren syndrome"),
        ("leukemia acute my", "Acute myeloid leukaemia"),
        ("sarkoidosis", "Sarcoidosis"),
        ("mononukleosis", "Infectious mononucleosis"),
        ("guillian barre", "Guillain-Barré syndrome"),
        ("PE", "Pulmonary embolism"),
    ],
)
def test_what_is_typed_finds_the_diagnosis(typed: str, first: str) -> None:
    load_vocabulary(entries=starter(), source=Source.STARTER)

    assert suggest(typed)[0].name == first


def test_free_text_of_answerers_is_never_offered() -> None:
    resolve_concept(label="Zebra stripes")

    assert suggest("Zebra") == []
    assert suggest("Zebra stripse") == []


def test_merged_names_are_not_offered() -> None:
    gout = make_concept("Gout")
    podagra = make_concept("Podagra")
    podagra.merged_into = gout
    podagra.save()

    assert suggest("podag") == []


def test_the_combobox_is_answered_in_its_own_form(osler: Viewer, client_for: ClientFor) -> None:
    make_concept("Sarcoidosis", "Boeck disease")
    client = client_for(osler)

    found = client.get(reverse("polls:concepts"), {"q": "boeck"})

    assert found.json() == [{"value": "Sarcoidosis", "label": "Sarcoidosis", "note": ""}]
    for odd in ("", "a", "%", "\x00", "_" * 300, "' OR 1=1", "\\"):
        assert client.get(reverse("polls:concepts"), {"q": odd}).status_code == 200
