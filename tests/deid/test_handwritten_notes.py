"""Notes written by hand: their identifiers are found, and what reads like a case is left alone."""

from __future__ import annotations

import pytest

from cases.deid.text import scan, warnings
from tests.deid.labelled_notes import HANDWRITTEN, handwritten_notes, recall

CLEAN = [*HANDWRITTEN["tuning"]["clean"], *HANDWRITTEN["test"]["clean"]]
HARD_NEGATIVES = [*HANDWRITTEN["tuning"]["hard_negatives"], *HANDWRITTEN["test"]["hard_negatives"]]


def test_every_identifier_of_the_tuning_notes_is_found() -> None:
    planted, covered = recall(handwritten_notes("tuning"))

    assert covered == planted


def test_most_identifiers_of_the_test_notes_are_found() -> None:
    """The benchmark prints the figures; this only fails when they fall."""
    planted, covered = recall(handwritten_notes("test"))

    assert covered["all"] >= 0.85 * planted["all"]


@pytest.mark.parametrize("text", CLEAN)
def test_case_without_identifiers_is_left_alone(text: str) -> None:
    assert scan(text) == []


def test_few_hard_negatives_are_flagged() -> None:
    flagged = [text for text in HARD_NEGATIVES if scan(text)]

    assert len(flagged) <= 0.25 * len(HARD_NEGATIVES)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("El paciente ingresó el 3 de marzo de 2024 y fue operado el 5 de marzo.", "día 2"),
        ("Le patient a été opéré le 3 mars 2024 et revu le 7 mars par le service.", "jour 4"),
        ("Die Patientin wurde am 3. März 2024 operiert und am 4. März verlegt.", "Tag 1"),
        ("The patient was seen on 3 March 2024 and operated on 9 March.", "day 6"),
        ("Eine 93-jährige Frau mit Fieber und Husten.", "90 Jahre oder älter"),
    ],
)
def test_replacement_is_in_the_language_of_the_text(text: str, words: str) -> None:
    assert scan(text)[-1].replacement == words


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Seen in Leicester on 3 March 2024.", ["place_and_date"]),
        ("The first reported case, a woman of 96 years.", ["said_to_be_rare"]),
        ("The mayor of a small town with a rare vasculitis.", ["known_person"]),
        ("A 54-year-old man with gout.", []),
    ],
)
def test_details_that_are_rare_together_give_a_warning(text: str, codes: list[str]) -> None:
    assert warnings(text, scan(text)) == codes
