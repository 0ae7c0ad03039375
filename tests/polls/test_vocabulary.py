"""Names of diagnoses: comparing them, loading them, and suggestions while a member types."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from polls.models import Concept, ConceptSource, Synonym
from polls.selectors import suggest_diagnoses
from polls.services import get_or_create_concept, load_vocabulary
from polls.vocabulary.entries import VocabularyEntry
from polls.vocabulary.folding import fold, to_american_spelling
from polls.vocabulary.icd10cm import SPECIALTY_OF_CODE, icd10cm, specialty_of_code
from polls.vocabulary.orphanet import orphanet
from polls.vocabulary.spelling import deletions, edit_distance
from polls.vocabulary.starter import starter
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
def test_names_are_compared_without_case_accents_and_punctuation(typed: str, folded: str) -> None:
    assert fold(typed) == folded
    assert len(fold("\ufdfa" * 200)) <= 200


def test_british_and_american_spelling_are_the_same_name() -> None:
    assert to_american_spelling(fold("Ischaemic oedema")) == "ischemic edema"
    assert to_american_spelling(fold("Hereditary angioedema")) == "hereditary angioedema"


def test_the_starter_list_has_300_entries_and_no_ambiguous_name() -> None:
    entries = list(starter())
    names = [fold(entry.name) for entry in entries]
    first_use: dict[str, str] = {}

    assert len(entries) >= 300
    assert len(set(names)) == len(names)
    assert {entry.specialty for entry in entries} <= set(specialties.NAMES)
    for entry in entries:
        for text in {fold(term) for term in (entry.name, *entry.synonyms)}:
            assert first_use.setdefault(text, entry.name) == entry.name


def test_loading_a_vocabulary_twice_changes_nothing() -> None:
    for _ in range(2):
        out = StringIO()
        call_command("load_vocabulary", only="starter", stdout=out)
        rows = (Concept.objects.count(), Synonym.objects.count())
        assert f"{rows[0]} diagnoses under {rows[1]} spellings" in out.getvalue()

    assert get_or_create_concept(label="heart attack").name == "Myocardial infarction"
    assert (
        get_or_create_concept(label="acute myelogenous LEUKEMIA").name == "Acute myeloid leukaemia"
    )


def test_free_text_is_merged_into_the_vocabulary_that_covers_it() -> None:
    free = get_or_create_concept(label="whipple's disease")

    load_vocabulary(entries=[VocabularyEntry("Whipple disease")], source=ConceptSource.STARTER)

    free.refresh_from_db()
    assert free.merged_into is not None
    assert free.merged_into.source == ConceptSource.STARTER
    assert get_or_create_concept(label="Whipple's disease") == free.merged_into


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
def test_typed_text_suggests_the_diagnosis(typed: str, first: str) -> None:
    load_vocabulary(entries=starter(), source=ConceptSource.STARTER)

    assert suggest_diagnoses(typed)[0].name == first


def test_free_text_of_members_is_never_suggested() -> None:
    get_or_create_concept(label="Zebra stripes")

    assert suggest_diagnoses("Zebra") == []
    assert suggest_diagnoses("Zebra stripse") == []


def test_merged_concepts_are_not_suggested() -> None:
    gout = make_concept("Gout")
    podagra = make_concept("Podagra")
    podagra.merged_into = gout
    podagra.save()

    assert suggest_diagnoses("podag") == []


def test_the_combobox_gets_value_label_and_note(osler: Viewer, client_for: ClientFor) -> None:
    make_concept("Sarcoidosis", "Boeck disease")
    client = client_for(osler)

    response = client.get(reverse("polls:concepts"), {"q": "boeck"})

    assert response.json() == [{"value": "Sarcoidosis", "label": "Sarcoidosis", "note": ""}]
    for odd in ("", "a", "%", "_" * 300, "' OR 1=1", "\\"):
        assert client.get(reverse("polls:concepts"), {"q": odd}).status_code == 200


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("sarcoidsis", "Sarcoidosis"),
        ("sarcoidosiis", "Sarcoidosis"),
        ("sracoidosis", "Sarcoidosis"),
        ("pulmonary embolsim", "Pulmonary embolism"),
        ("myocardail infraction", "Myocardial infarction"),
        ("T2DM", "Type 2 diabetes"),
    ],
)
def test_a_misspelling_suggests_the_right_diagnosis(typed: str, first: str) -> None:
    load_vocabulary(entries=starter(), source=ConceptSource.STARTER)

    assert suggest_diagnoses(typed)[0].name == first


@given(st.text("abcdefgh", min_size=1, max_size=9), st.integers(0, 8), st.sampled_from("abcdefgh"))
def test_words_with_one_error_share_a_deletion(word: str, at: int, letter: str) -> None:
    at %= len(word)
    left_out, wrong = word[:at] + word[at + 1 :], word[:at] + letter + word[at + 1 :]
    swapped = word[:at] + word[at : at + 2][::-1] + word[at + 2 :]

    for misspelt in (left_out, wrong, swapped, word[:at] + letter + word[at:]):
        assert edit_distance(word, misspelt) == edit_distance(misspelt, word) <= 1
        assert set(deletions(word)) & set(deletions(misspelt))


def test_the_edit_distance_of_known_examples() -> None:
    assert edit_distance("", "abc") == 3
    assert edit_distance("ca", "abc") == 3
    assert edit_distance("kitten", "sitting") == 3
    assert edit_distance("guillian", "guillain") == 1


def test_the_starter_list_has_at_least_150_abbreviations() -> None:
    short = {
        text
        for entry in starter()
        for text in entry.synonyms
        if re.fullmatch(r"[A-Z0-9][A-Za-z0-9-]{1,7}", text) and sum(map(str.isupper, text)) > 1
    }

    assert len(short) >= 150
    assert {"MI", "PE", "T2DM"} <= short


def test_icd_10_cm_leaves_out_residual_categories_and_external_causes() -> None:
    entries = {entry.code: entry for entry in itertools.islice(icd10cm(), 4000)}

    assert entries["A01.0"].name == "Typhoid fever"
    assert "Infection due to Salmonella typhi" in entries["A01.0"].synonyms
    assert entries["A01.0"].specialty == "infectious"
    assert not [
        entry for entry in entries.values() if re.match("other|unspecified", entry.name, re.I)
    ]
    assert specialty_of_code("I63.9") == "neurology"
    assert specialty_of_code("I21.0") == "cardiology"
    assert specialty_of_code("S72.0") == ""
    assert set(SPECIALTY_OF_CODE.values()) <= set(specialties.NAMES)


def test_rare_diseases_have_orpha_numbers() -> None:
    entries = list(orphanet())

    assert len(entries) > 4000
    assert all(entry.code.startswith("ORPHA:") and entry.name for entry in entries)
    assert "Ataxia-telangiectasia" in {entry.name for entry in entries}


def test_a_known_diagnosis_gets_the_code_of_a_later_vocabulary_and_no_duplicate() -> None:
    starter_list = [VocabularyEntry("Typhoid fever", "infectious", ("Enteric fever",))]
    load_vocabulary(entries=starter_list, source=ConceptSource.STARTER)
    progress: list[tuple[int, int]] = []

    load_vocabulary(
        entries=[
            VocabularyEntry("Enteric fever", "", ("Infection due to Salmonella typhi",), "A01.0"),
            VocabularyEntry("Paratyphoid fever A", "infectious", (), "A01.1"),
        ],
        source=ConceptSource.ICD10CM,
        report_progress=lambda done, total: progress.append((done, total)),
    )
    load_vocabulary(entries=starter_list, source=ConceptSource.STARTER)

    assert {concept.name: concept.source for concept in Concept.objects.all()} == {
        "Typhoid fever": ConceptSource.STARTER,
        "Paratyphoid fever A": ConceptSource.ICD10CM,
    }
    known = Concept.objects.get(name="Typhoid fever")
    assert known.code == "A01.0"
    assert suggest_diagnoses("salmonella typhi")[0] == known
    assert progress == [(3, 3)]


def test_suggestions_need_a_limited_number_of_queries() -> None:
    load_vocabulary(entries=starter(), source=ConceptSource.STARTER)
    counts = {}
    for typed in ("ga", "gout", "myocardial inf", "sarcoidsis", "zzzzqqqq xxxxwwww"):
        with CaptureQueriesContext(connection) as caught:
            suggest_diagnoses(typed)
        counts[typed] = len(caught)

    assert counts["ga"] == counts["gout"] == counts["myocardial inf"] == 1
    assert counts["sarcoidsis"] <= 6
    assert counts["zzzzqqqq xxxxwwww"] <= 7
