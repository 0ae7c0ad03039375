"""Pooling, groups and the minority report: examples computed by hand, and properties."""

from __future__ import annotations

import random
import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polls.consult import (
    RankedAnswer,
    compare_rounds,
    group_by_specialty,
    merge_keys,
    minority_report,
    pool,
)

KEYS = "ABCDEF"
lists = st.permutations(KEYS).flatmap(
    lambda keys: st.integers(1, 5).map(lambda length: tuple(keys[:length]))
)
answers = st.lists(
    st.builds(
        RankedAnswer,
        ranked=lists,
        confidence=st.none() | st.integers(1, 5),
        specialty=st.sampled_from(["", "cardiology", "neurology", "surgery"]),
        order=st.integers(0, 99),
    ),
    max_size=30,
)


def test_five_lists_worked_by_hand() -> None:
    five = [
        RankedAnswer(("A", "B")),
        RankedAnswer(("A",)),
        RankedAnswer(("B", "A", "C")),
        RankedAnswer(("C", "B")),
        RankedAnswer(("A", "C")),
    ]

    pooled = {option.key: option for option in pool(five)}

    # A: 1 + 1 + 1/2 + 1 = 3.5; B: 1/2 + 1 + 1/2 = 2; C: 1/3 + 1 + 1/2 = 11/6
    assert pooled["A"].score == Fraction(7, 2)
    assert pooled["B"].score == 2
    assert pooled["C"].score == Fraction(11, 6)
    assert pooled["A"].share == Fraction(7, 2) / (Fraction(7, 2) + 2 + Fraction(11, 6))
    assert [option.key for option in pool(five)] == ["A", "B", "C"]


def test_confidence_decides_a_tie_of_four_answers_or_fewer_but_not_of_five() -> None:
    few = [RankedAnswer(("A",), 1, order=0), RankedAnswer(("B",), 5, order=1)]

    assert [option.key for option in pool(few)] == ["B", "A"]
    many = [*few, *(RankedAnswer((key,), order=9) for key in "CDE")]
    assert pool(many)[0].key == "A"


def test_confidence_never_outweighs_a_higher_score() -> None:
    assert (
        pool([RankedAnswer(("A",), 1), RankedAnswer(("B",), 5), RankedAnswer(("A",), 1)])[0].key
        == "A"
    )


def test_ties_are_ordered_by_first_ranks_then_by_the_earliest_answer() -> None:
    # Both 3: A by three first ranks, B by two and two seconds.
    tied = [
        RankedAnswer(("A", "B"), order=5),
        RankedAnswer(("A", "B"), order=4),
        RankedAnswer(("A",), order=3),
        RankedAnswer(("B",), order=2),
        RankedAnswer(("B",), order=1),
    ]
    assert [option.key for option in pool(tied)] == ["A", "B"]

    level = [
        RankedAnswer((key,), order=order) for key, order in zip("EDCBA", range(5), strict=True)
    ]
    assert [option.key for option in pool(level)] == ["E", "D", "C", "B", "A"]


def test_pooling_no_answer_and_one_answer() -> None:
    assert pool([]) == []
    assert [(option.key, option.share) for option in pool([RankedAnswer(("A",))])] == [
        ("A", Fraction(1))
    ]


@given(answers, st.randoms())
def test_the_order_of_answers_does_not_change_the_ranking(
    some: list[RankedAnswer], chance: random.Random
) -> None:
    shuffled = some[:]
    chance.shuffle(shuffled)

    assert pool(some) == pool(shuffled)


@given(answers)
def test_shares_sum_to_one(some: list[RankedAnswer]) -> None:
    pooled = pool(some)

    assert not pooled or sum(option.share for option in pooled) == 1


@given(answers, st.sampled_from(KEYS))
def test_one_more_first_rank_never_lowers_a_diagnosis(some: list[RankedAnswer], key: str) -> None:
    def position(of: list[RankedAnswer]) -> int:
        keys = [option.key for option in pool(of)]
        return keys.index(key) if key in keys else len(keys)

    before = position(some)

    assert position([*some, RankedAnswer((key,), order=100)]) <= before


@given(answers, st.integers(2, 5))
def test_no_group_is_smaller_than_k(some: list[RankedAnswer], k: int) -> None:
    sizes = [len(group.answers) for group in group_by_specialty(some, k=k)]

    assert all(size >= k for size in sizes)
    assert sum(sizes) <= len(some)


def test_one_confident_cardiologist_among_231_is_in_the_minority_report() -> None:
    others = [RankedAnswer((f"D{n % 15}",), 3, "internal", n) for n in range(230)]
    cardiologist = RankedAnswer(("Rare heart disease",), 5, "electrophysiology", 230)
    lone = RankedAnswer(("Rare heart disease",), 5, "dermatology", 230)
    owner = {"Rare heart disease": "cardiology"}
    family = {"electrophysiology": "cardiology"}

    def of(slug: str) -> str:
        return family.get(slug, slug)

    assert minority_report([*others, cardiologist], owner, of) == ["Rare heart disease"]
    assert minority_report([*others, lone], owner, of) == []


def test_unchanged_and_changed_first_choices_are_counted() -> None:
    first = {b"a": "A", b"b": "A", b"c": "B", b"d": "C"}
    before = {pseudonym: RankedAnswer((key,)) for pseudonym, key in first.items()}
    after = {b"a": RankedAnswer(("A", "B")), b"b": RankedAnswer(("B",)), b"c": RankedAnswer(("B",))}

    changes = compare_rounds(before, after)

    assert (changes.n_unchanged, changes.changed_to) == (2, (("B", 1),))


@given(answers, st.dictionaries(st.sampled_from(KEYS), st.sampled_from("XY"), max_size=4))
def test_merged_keys_are_counted_as_one_diagnosis(
    some: list[RankedAnswer], into: dict[str, str]
) -> None:
    once = merge_keys(some, into)

    assert pool(merge_keys(once, into)) == pool(once)
    assert {option.key for option in pool(once)} <= {into.get(key, key) for key in KEYS}
    assert sum(option.first_ranks for option in pool(once)) == len(some)


@given(answers)
def test_renaming_the_keys_does_not_change_the_ranking(some: list[RankedAnswer]) -> None:
    renamed = merge_keys(some, {key: f"*{key}" for key in KEYS})

    assert [f"*{option.key}" for option in pool(some)] == [option.key for option in pool(renamed)]


@given(answers)
def test_the_terms_add_up_to_the_score(some: list[RankedAnswer]) -> None:
    for option in pool(some):
        assert option.score == sum(Fraction(term.count, term.rank) for term in option.terms)
        assert option.mentions == sum(term.count for term in option.terms)


def test_two_thousand_answers_are_pooled_quickly(capsys: pytest.CaptureFixture[str]) -> None:
    """The time is printed and not asserted, because it depends on the machine."""
    chance = random.Random(1)
    keys = [f"D{number}" for number in range(40)]
    some = [
        RankedAnswer(
            tuple(chance.sample(keys, chance.randint(1, 5))),
            chance.choice([None, 1, 2, 3, 4, 5]),
            chance.choice(["cardiology", "neurology", "surgery"]),
            number,
        )
        for number in range(2000)
    ]
    began = time.perf_counter()

    pooled = pool(some)

    with capsys.disabled():
        print(f" [2,000 answers: {1000 * (time.perf_counter() - began):.0f} ms]")  # noqa: T201
    assert sum(option.mentions for option in pooled) == sum(len(option.ranked) for option in some)
