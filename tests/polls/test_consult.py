"""The arithmetic printed on the page: worked by hand, and held by properties."""

from __future__ import annotations

import random
import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polls.consult import Answer, by_specialty, merged, minority, movement, pool

KEYS = "ABCDEF"
lists = st.permutations(KEYS).flatmap(
    lambda keys: st.integers(1, 5).map(lambda length: tuple(keys[:length]))
)
answers = st.lists(
    st.builds(
        Answer,
        ranked=lists,
        confidence=st.none() | st.integers(1, 5),
        specialty=st.sampled_from(["", "cardiology", "neurology", "surgery"]),
        order=st.integers(0, 99),
    ),
    max_size=30,
)


def test_five_lists_worked_by_hand() -> None:
    five = [
        Answer(("A", "B")),
        Answer(("A",)),
        Answer(("B", "A", "C")),
        Answer(("C", "B")),
        Answer(("A", "C")),
    ]

    pooled = {one.key: one for one in pool(five)}

    # A: 1 + 1 + 1/2 + 1 = 3.5; B: 1/2 + 1 + 1/2 = 2; C: 1/3 + 1 + 1/2 = 11/6
    assert pooled["A"].score == Fraction(7, 2)
    assert pooled["B"].score == 2
    assert pooled["C"].score == Fraction(11, 6)
    assert pooled["A"].share == Fraction(7, 2) / (Fraction(7, 2) + 2 + Fraction(11, 6))
    assert [one.key for one in pool(five)] == ["A", "B", "C"]


def test_of_few_the_surer_leads_a_tie_and_of_five_it_does_not() -> None:
    few = [Answer(("A",), 1, order=0), Answer(("B",), 5, order=1)]

    assert [one.key for one in pool(few)] == ["B", "A"]
    many = [*few, *(Answer((key,), order=9) for key in "CDE")]
    assert pool(many)[0].key == "A"


def test_no_confidence_outweighs_a_sum() -> None:
    assert pool([Answer(("A",), 1), Answer(("B",), 5), Answer(("A",), 1)])[0].key == "A"


def test_a_tie_falls_to_more_first_ranks_then_to_the_earlier() -> None:
    # Both 3: A by three first ranks, B by two and two seconds.
    tied = [
        Answer(("A", "B"), order=5),
        Answer(("A", "B"), order=4),
        Answer(("A",), order=3),
        Answer(("B",), order=2),
        Answer(("B",), order=1),
    ]
    assert [one.key for one in pool(tied)] == ["A", "B"]

    level = [Answer((key,), order=order) for key, order in zip("EDCBA", range(5), strict=True)]
    assert [one.key for one in pool(level)] == ["E", "D", "C", "B", "A"]


def test_nobody_and_one() -> None:
    assert pool([]) == []
    assert [(one.key, one.share) for one in pool([Answer(("A",))])] == [("A", Fraction(1))]


@given(answers, st.randoms())
def test_the_order_of_answers_changes_nothing(some: list[Answer], chance: random.Random) -> None:
    shuffled = some[:]
    chance.shuffle(shuffled)

    assert pool(some) == pool(shuffled)


@given(answers)
def test_shares_sum_to_one(some: list[Answer]) -> None:
    pooled = pool(some)

    assert not pooled or sum(one.share for one in pooled) == 1


@given(answers, st.sampled_from(KEYS))
def test_one_more_first_rank_never_lowers_a_diagnosis(some: list[Answer], key: str) -> None:
    def place(of: list[Answer]) -> int:
        keys = [one.key for one in pool(of)]
        return keys.index(key) if key in keys else len(keys)

    before = place(some)

    assert place([*some, Answer((key,), order=100)]) <= before


@given(answers, st.integers(2, 5))
def test_no_group_smaller_than_k_is_ever_shown(some: list[Answer], k: int) -> None:
    bars = by_specialty(some, k=k)

    assert all(bar.n >= k for bar in bars)
    assert sum(bar.n for bar in bars) <= len(some)


def test_231_answers_and_one_cardiologist_who_is_sure() -> None:
    crowd = [Answer((f"D{n % 15}",), 3, "internal", n) for n in range(230)]
    cardiologist = Answer(("Rare heart disease",), 5, "electrophysiology", 230)
    lone = Answer(("Rare heart disease",), 5, "dermatology", 230)
    owner = {"Rare heart disease": "cardiology"}
    family = {"electrophysiology": "cardiology"}

    def of(slug: str) -> str:
        return family.get(slug, slug)

    assert minority([*crowd, cardiologist], owner, of) == ["Rare heart disease"]
    assert minority([*crowd, lone], owner, of) == []


def test_who_kept_and_who_moved() -> None:
    first = {b"a": "A", b"b": "A", b"c": "B", b"d": "C"}
    before = {who: Answer((key,)) for who, key in first.items()}
    after = {b"a": Answer(("A", "B")), b"b": Answer(("B",)), b"c": Answer(("B",))}

    moved = movement(before, after)

    assert (moved.kept, moved.moved) == (2, (("B", 1),))


@given(answers, st.dictionaries(st.sampled_from(KEYS), st.sampled_from("XY"), max_size=4))
def test_merging_before_counting_is_counting_one_name(
    some: list[Answer], into: dict[str, str]
) -> None:
    once = merged(some, into)

    assert pool(merged(once, into)) == pool(once)
    assert {one.key for one in pool(once)} <= {into.get(key, key) for key in KEYS}
    assert sum(one.first_ranks for one in pool(once)) == len(some)


@given(answers)
def test_a_renaming_moves_no_place(some: list[Answer]) -> None:
    renamed = merged(some, {key: f"*{key}" for key in KEYS})

    assert [f"*{one.key}" for one in pool(some)] == [one.key for one in pool(renamed)]


@given(answers)
def test_the_working_adds_up_to_the_score(some: list[Answer]) -> None:
    for one in pool(some):
        assert one.score == sum(Fraction(term.count, term.rank) for term in one.terms)
        assert one.mentions == sum(term.count for term in one.terms)


def test_two_thousand_answers_are_pooled_quickly(capsys: pytest.CaptureFixture[str]) -> None:
    """Shown, not judged: the machine that runs this is nobody's promise."""
    chance = random.Random(1)
    keys = [f"D{number}" for number in range(40)]
    some = [
        Answer(
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
    assert sum(one.mentions for one in pooled) == sum(len(one.ranked) for one in some)
