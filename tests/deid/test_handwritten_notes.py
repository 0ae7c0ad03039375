"""Notes written by hand: what they plant is found, what reads like a case is left alone."""

from __future__ import annotations

import pytest

from cases.deid.text import scan, warnings
from tests.deid.handwritten_notes import CLEAN, HARD, handwritten_notes
from tools.benchmarks.deid.note_recall import recall


def test_everything_planted_where_rules_were_written_is_found() -> None:
    planted, found = recall(handwritten_notes("tuning"))

    assert found == planted


def test_most_is_found_where_nobody_looked() -> None:
    """The figures are printed by the benchmark; this only notices when they fall."""
    planted, found = recall(handwritten_notes("test"))

    assert found["all"] >= 0.85 * planted["all"]


@pytest.mark.parametrize("text", [*CLEAN["tuning"], *CLEAN["test"]])
def test_a_case_without_identifiers_is_left_alone(text: str) -> None:
    assert scan(text) == []


def test_few_hard_negatives_are_flagged() -> None:
    flagged = [text for text in (*HARD["tuning"], *HARD["test"]) if scan(text)]

    assert len(flagged) <= 0.25 * len(HARD["tuning"] + HARD["test"])


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
def test_what_is_offered_is_in_the_language_of_the_text(text: str, words: str) -> None:
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
def test_what_is_rare_together_is_warned_of(text: str, codes: list[str]) -> None:
    assert warnings(text, scan(text)) == codes
