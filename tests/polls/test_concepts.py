"""Names of diagnoses: how they are compared, loaded, and offered while somebody types."""

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

from polls.folding import american, deletions, fold, slips
from polls.models import Concept, Source, Synonym
from polls.selectors import suggest
from polls.services import load_vocabulary, resolve_concept
from polls.services.concepts import Entry
from polls.vocabulary import starter
from polls.vocabulary.icd10cm import OWNERS, icd10cm, owner
from polls.vocabulary.orphanet import orphanet
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
        call_command("load_vocabulary", only="starter", stdout=out)
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
def test_a_slip_of_the_pen_is_put_right(typed: str, first: str) -> None:
    load_vocabulary(entries=starter(), source=Source.STARTER)

    assert suggest(typed)[0].name == first


@given(st.text("abcdefgh", min_size=1, max_size=9), st.integers(0, 8), st.sampled_from("abcdefgh"))
def test_one_slip_always_leaves_something_in_common(word: str, at: int, letter: str) -> None:
    at %= len(word)
    left_out, wrong = word[:at] + word[at + 1 :], word[:at] + letter + word[at + 1 :]
    swapped = word[:at] + word[at : at + 2][::-1] + word[at + 2 :]

    for slipped in (left_out, wrong, swapped, word[:at] + letter + word[at:]):
        assert slips(word, slipped) == slips(slipped, word) <= 1
        assert set(deletions(word)) & set(deletions(slipped))


def test_slips_are_counted_as_in_the_books() -> None:
    assert slips("", "abc") == 3
    assert slips("ca", "abc") == 3
    assert slips("kitten", "sitting") == 3
    assert slips("guillian", "guillain") == 1


def test_the_own_list_knows_at_least_150_abbreviations() -> None:
    short = {
        text
        for entry in starter()
        for text in entry.synonyms
        if re.fullmatch(r"[A-Z0-9][A-Za-z0-9-]{1,7}", text) and sum(map(str.isupper, text)) > 1
    }

    assert len(short) >= 150
    assert {"MI", "PE", "T2DM"} <= short


def test_icd_10_cm_names_diagnoses_and_leaves_out_rests_and_causes() -> None:
    found = {entry.code: entry for entry in itertools.islice(icd10cm(), 4000)}

    assert found["A01.0"].name == "Typhoid fever"
    assert "Infection due to Salmonella typhi" in found["A01.0"].synonyms
    assert found["A01.0"].specialty == "infectious"
    assert not [one for one in found.values() if re.match("other|unspecified", one.name, re.I)]
    assert owner("I63.9") == "neurology"
    assert owner("I21.0") == "cardiology"
    assert owner("S72.0") == ""
    assert set(OWNERS.values()) <= set(specialties.NAMES)


def test_rare_diseases_come_with_their_orpha_numbers() -> None:
    found = list(orphanet())

    assert len(found) > 4000
    assert all(entry.code.startswith("ORPHA:") and entry.name for entry in found)
    assert "Ataxia-telangiectasia" in {entry.name for entry in found}


def test_what_the_starter_list_knows_gets_a_code_and_no_twin() -> None:
    starter_list = [Entry("Typhoid fever", "infectious", ("Enteric fever",))]
    load_vocabulary(entries=starter_list, source=Source.STARTER)
    told: list[tuple[int, int]] = []

    load_vocabulary(
        entries=[
            Entry("Enteric fever", "", ("Infection due to Salmonella typhi",), "A01.0"),
            Entry("Paratyphoid fever A", "infectious", (), "A01.1"),
        ],
        source=Source.ICD10CM,
        say=lambda done, of: told.append((done, of)),
    )
    load_vocabulary(entries=starter_list, source=Source.STARTER)

    assert {one.name: one.source for one in Concept.objects.all()} == {
        "Typhoid fever": Source.STARTER,
        "Paratyphoid fever A": Source.ICD10CM,
    }
    known = Concept.objects.get(name="Typhoid fever")
    assert known.code == "A01.0"
    assert suggest("salmonella typhi")[0] == known
    assert told == [(3, 3)]


def test_suggestions_cost_a_bounded_number_of_statements() -> None:
    load_vocabulary(entries=starter(), source=Source.STARTER)
    counts = {}
    for typed in ("ga", "gout", "myocardial inf", "sarcoidsis", "zzzzqqqq xxxxwwww"):
        with CaptureQueriesContext(connection) as caught:
            suggest(typed)
        counts[typed] = len(caught)

    assert counts["ga"] == counts["gout"] == counts["myocardial inf"] == 1
    assert counts["sarcoidsis"] <= 6
    assert counts["zzzzqqqq xxxxwwww"] <= 7
