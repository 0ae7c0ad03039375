from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from verification.policy.matching import Agreement, compare_names, normalised_spellings


@pytest.mark.parametrize(
    ("typed", "recorded", "agrees"),
    [
        (("José", "Núñez-Pérez"), ("JOSE", "NUNEZ PEREZ"), True),
        (("Jürgen", "Müßig"), ("JUERGEN", "MUESSIG"), True),
        (("Bill", "Placeholder"), ("WILLIAM", "PLACEHOLDER JR"), True),
        (("Sinéad", "O'Example"), ("SINEAD", "OEXAMPLE"), True),
        (("Blake", "Van der Test"), ("BLAKE Q", "VANDER TEST"), True),
        (("B", "Placeholder"), ("BLAKE", "PLACEHOLDER"), False),
        (("Blake", "Placeholders"), ("BLAKE", "PLACEHOLDER"), False),
        (("Robin", "Placeholder"), ("BLAKE", "PLACEHOLDER"), False),
    ],
)
def test_names_match_despite_accents_and_short_forms(
    typed: tuple[str, str], recorded: tuple[str, str], agrees: bool
) -> None:
    agreement = compare_names(
        given=typed[0],
        family=typed[1],
        recorded_given=[recorded[0]],
        recorded_family=[recorded[1]],
        same_birth_date=False,
    )

    assert (agreement is Agreement.AGREES) is agrees


def test_an_initial_counts_only_with_an_equal_birth_date() -> None:
    agreement = compare_names(
        given="B",
        family="Placeholder",
        recorded_given=["Blake"],
        recorded_family=["Placeholder"],
        same_birth_date=True,
    )

    assert agreement is Agreement.AGREES


def test_a_look_alike_letter_makes_another_name() -> None:
    agreement = compare_names(
        given="Blake",
        family="Pl\u0430ceholder",  # Cyrillic a
        recorded_given=["Blake"],
        recorded_family=["Placeholder"],
        same_birth_date=True,
    )

    assert agreement is Agreement.DIFFERS


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_text_breaks_the_comparison(given_name: str, family: str) -> None:
    agreement = compare_names(
        given=given_name,
        family=family,
        recorded_given=[family],
        recorded_family=[given_name],
        same_birth_date=True,
    )

    assert agreement in Agreement


@given(st.text(max_size=40))
@example("\U0001f110")  # a bracketed capital: its A appears only once it is taken apart
@example("\u01fe")  # its stroke is left once the accent is gone
def test_normalising_a_name_twice_changes_nothing(name: str) -> None:
    for spelling in normalised_spellings(name):
        assert spelling in normalised_spellings(spelling)
