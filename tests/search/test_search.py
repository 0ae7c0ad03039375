from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.services import index_case
from polls.folding import fold, trigrams
from polls.models import Concept, Source, Synonym
from sermo.members.viewer import Viewer
from sermo.search.selectors import CLOSE, OPEN, pieces
from tests.factories import make_case

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
ClientFor = Callable[[Viewer | None], Client]


def _make(osler: Viewer, title: str, **values: Any) -> None:
    index_case(case=make_case(osler, title=title, **values))


def _search(client: Client, **asked: str) -> str:
    return client.get(reverse("search:search"), asked).content.decode()


def test_words_of_title_body_and_tag_find_a_case(osler: Viewer, client_for: ClientFor) -> None:
    _make(osler, "Branching casts", history="Fontan circulation", tags=["lymph"])
    client = client_for(osler)

    for word in ("casts", "fontan", "lymph"):
        assert "Branching" in _search(client, q=word)
    assert "Branching" not in _search(client, q="appendix")


def test_another_name_of_a_diagnosis_finds_it(osler: Viewer, client_for: ClientFor) -> None:
    _make(osler, "Pain after a myocardial infarction")
    concept = Concept.objects.create(name="Myocardial infarction", source=Source.STARTER)
    for text in ("Myocardial infarction", "Heart attack"):
        Synonym.objects.create(
            concept=concept, text=text, folded=fold(text), trigrams=trigrams(fold(text))
        )

    assert "Pain after a" in _search(client_for(osler), q="heart attack")


def test_what_matched_is_marked_and_the_rest_escaped(osler: Viewer, client_for: ClientFor) -> None:
    _make(osler, "Casts <script>alert(1)</script>")

    page = _search(client_for(osler), q="casts")

    assert "<mark>Casts</mark>" in page
    assert "<script>alert(1)" not in page


def test_hidden_and_waiting_cases_are_not_found(osler: Viewer, client_for: ClientFor) -> None:
    case = make_case(osler, title="Synthetic rarity")
    index_case(case=case)
    case.hidden_at = case.posted_at
    case.save()
    index_case(case=case)

    assert "Synthetic rarity" not in _search(client_for(osler), q="rarity")


def test_nothing_found_says_what_to_do_next(osler: Viewer, client_for: ClientFor) -> None:
    page = _search(client_for(osler), q="zebra", status="solved")

    assert "Search without filters" in page


@pytest.mark.parametrize("odd", ["'", '"', "a & | !", "\x00", "(((", "<>", "%", "x" * 5000])
def test_odd_words_are_words(odd: str, osler: Viewer, client_for: ClientFor) -> None:
    answer = client_for(osler).get(reverse("search:search"), {"q": odd, "after": "odd"})

    assert answer.status_code == 200


def test_one_hit_and_many_cost_the_same(
    osler: Viewer,
    client_for: ClientFor,
    django_assert_max_num_queries: Callable[..., Any],
) -> None:
    for number in range(25):
        _make(osler, f"Casts number {number}")
    client = client_for(osler)

    with django_assert_max_num_queries(5):
        page = _search(client, q="casts")

    assert page.count("data-item") == 20
    assert "after=" in page


def test_marks_without_a_twin_mark_nothing() -> None:
    runs = pieces(f"a {OPEN}b{CLOSE} c {OPEN}d")

    assert [(run.text, run.is_match) for run in runs] == [
        ("a ", False),
        ("b", True),
        (f" c {OPEN}d", False),
    ]
