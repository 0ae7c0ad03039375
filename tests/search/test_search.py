from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.postgres.search import SearchVector
from django.db import connection
from django.db.models import Value
from django.test import Client
from django.urls import reverse

from cases.models import Case, CaseSearchEntry, Outcome
from cases.services import index_case
from sermo.members.viewer import Viewer
from sermo.search.selectors import (
    HIGHLIGHT_END,
    HIGHLIGHT_START,
    SearchParameters,
    search_cases,
    split_highlights,
)
from tests.factories import make_case
from tests.factories_polls import answer, case_of, make_concept, make_poll

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
ClientFor = Callable[[Viewer | None], Client]


def _make_indexed_case(osler: Viewer, title: str, **values: Any) -> None:
    index_case(case=make_case(osler, title=title, **values))


def _search(client: Client, **parameters: str) -> str:
    return client.get(reverse("search:search"), parameters).content.decode()


def test_words_of_title_text_and_tags_find_a_case(osler: Viewer, client_for: ClientFor) -> None:
    _make_indexed_case(osler, "Branching casts", history="Fontan circulation", tags=["lymph"])
    client = client_for(osler)

    for word in ("casts", "fontan", "lymph"):
        assert "Branching" in _search(client, q=word)
    assert "Branching" not in _search(client, q="appendix")


def test_a_synonym_of_a_diagnosis_finds_the_case(osler: Viewer, client_for: ClientFor) -> None:
    _make_indexed_case(osler, "Pain after a myocardial infarction")
    make_concept("Myocardial infarction", "Heart attack", "MI")

    client = client_for(osler)

    for typed in ("heart attack", "MI", "Myocardial Infarction"):
        assert "Pain after a" in _search(client, q=typed)


def test_matches_are_highlighted_and_all_text_is_escaped(
    osler: Viewer, client_for: ClientFor
) -> None:
    _make_indexed_case(osler, "Casts <script>alert(1)</script>")

    page = _search(client_for(osler), q="casts")

    assert "<mark>Casts</mark>" in page
    assert "<script>alert(1)" not in page


def test_hidden_cases_are_not_found(osler: Viewer, client_for: ClientFor) -> None:
    case = make_case(osler, title="Synthetic rarity")
    index_case(case=case)
    case.hidden_at = case.posted_at
    case.save()
    index_case(case=case)

    assert "Synthetic rarity" not in _search(client_for(osler), q="rarity")


def test_an_empty_result_says_what_to_do_next(osler: Viewer, client_for: ClientFor) -> None:
    page = _search(client_for(osler), q="zebra", status="solved")

    assert "Search without filters" in page


@pytest.mark.parametrize("odd", ["'", '"', "a & | !", "(((", "<>", "%", "x" * 5000])
def test_special_characters_are_accepted(odd: str, osler: Viewer, client_for: ClientFor) -> None:
    response = client_for(osler).get(reverse("search:search"), {"q": odd, "after": "odd"})

    assert response.status_code == 200


def test_many_results_need_no_more_queries_than_one(
    osler: Viewer,
    client_for: ClientFor,
    django_assert_max_num_queries: Callable[..., Any],
) -> None:
    for number in range(25):
        _make_indexed_case(osler, f"Casts number {number}")
    client = client_for(osler)

    with django_assert_max_num_queries(5):
        page = _search(client, q="casts")

    assert page.count("data-item") == 20
    assert "after=" in page


def test_an_unclosed_highlight_marks_nothing() -> None:
    fragments = split_highlights(f"a {HIGHLIGHT_START}b{HIGHLIGHT_END} c {HIGHLIGHT_START}d")

    assert [(fragment.text, fragment.is_match) for fragment in fragments] == [
        ("a ", False),
        ("b", True),
        (f" c {HIGHLIGHT_START}d", False),
    ]


def test_a_misspelling_leads_to_the_diagnosis(osler: Viewer, client_for: ClientFor) -> None:
    make_concept("Sarcoidosis")

    page = _search(client_for(osler), q="sarkoidosis")

    assert "?q=Sarcoidosis" in page
    assert "Ask your colleagues" in page


def test_diagnoses_added_by_members_are_not_searched(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease", guess=["Unicorn sign"])
    answer(blackwell, poll, added="Zebra stripes")
    index_case(case=case_of(poll))
    client = client_for(osler)

    for word in ("zebra", "unicorn", "zebra stripes"):
        page = _search(client, q=word)
        assert "Nothing found" in page
        assert "stripes</a>" not in page
        assert "Unicorn" not in page


def test_the_diagnosis_of_a_solved_case_finds_it_and_of_a_quiz_does_not(
    osler: Viewer, client_for: ClientFor
) -> None:
    question, quiz = (
        make_case(osler, title="Asked"),
        make_case(osler, title="Quiz", purpose="share"),
    )
    for case in (question, quiz):
        Outcome.objects.create(
            case=case,
            diagnosis="Plastic bronchitis",
            certainty="certain",
            established_by="test",
            recorded_at=case.posted_at,
        )
    Case.objects.filter(pk=question.pk).update(status="solved")
    Case.objects.filter(pk=quiz.pk).update(status="study")
    for case in (question, quiz):
        index_case(case=case)

    page = _search(client_for(osler), q="plastic bronchitis")

    assert "Asked" in page
    assert "Quiz" not in page


def test_filters_are_those_of_the_feed(osler: Viewer, client_for: ClientFor) -> None:
    _make_indexed_case(osler, "Casts one", specialties=["electrophysiology"], urgency="urgent")
    _make_indexed_case(osler, "Casts two", specialties=["dermatology"], status="solved")
    client = client_for(osler)

    def titles(**parameters: str) -> list[str]:
        page = _search(client, q="casts", **parameters)
        return [name for name in ("one", "two") if f"</mark> {name}" in page]

    assert titles() == ["one", "two"]
    assert titles(specialty="cardiology") == ["one"]
    assert titles(urgency="urgent") == ["one"]
    assert titles(status="solved") == ["two"]
    assert titles(image="1") == []
    assert titles(specialty="no such", status="odd", urgency="odd") == ["one", "two"]


@pytest.mark.parametrize("sort", ["newest", "best"])
def test_pages_have_no_gap_and_no_repeated_case(
    sort: str, osler: Viewer, client_for: ClientFor
) -> None:
    for number in range(45):
        words = "casts " * (1 + number % 4)
        _make_indexed_case(
            osler, f"Number{number:02} {words}", history="casts" if number % 3 else ""
        )
    client = client_for(osler)
    seen: list[str] = []
    parameters = {"q": "casts", "sort": sort}

    for _ in range(3):
        page = _search(client, **parameters)
        seen += re.findall(r"(Number\d\d)", page)
        older = re.search(r"after=([^\"&]+)", page)
        parameters["after"] = older[1] if older else ""

    assert not parameters["after"]
    assert len(seen) == len(set(seen)) == 45


def test_the_best_match_is_first(osler: Viewer, client_for: ClientFor) -> None:
    _make_indexed_case(osler, "Casts in a bronchus")
    _make_indexed_case(osler, "Something else", history="casts, once")

    page = _search(client_for(osler), q="casts", sort="best")

    assert page.index("in a bronchus") < page.index("Something else")


def test_visitors_cannot_search(client_for: ClientFor) -> None:
    response = client_for(None).get(reverse("search:search"), {"q": "casts"})

    assert response.status_code == 302


def test_a_pasted_ligature_is_found_and_an_entry_from_before_after_the_migration(
    osler: Viewer,
) -> None:
    case = make_case(osler, title="Lung \ufb01brosis at forty")
    index_case(case=case)
    found = [result.case for result in search_cases(SearchParameters(q="fibrosis")).results]
    CaseSearchEntry.objects.filter(case=case).update(
        vector=SearchVector(Value(case.title), weight="A", config="english")
    )
    before = search_cases(SearchParameters(q="fibrosis")).results
    migration = importlib.import_module("cases.migrations.0009_search_by_composed_text")

    with connection.cursor() as cursor:
        cursor.execute(migration.ADD_COMPOSED_WORDS)

    after = [result.case for result in search_cases(SearchParameters(q="fibrosis")).results]
    assert (found, before, after) == ([case], [], [case])
