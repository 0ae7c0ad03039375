from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Case, Outcome
from cases.services import index_case
from sermo.members.viewer import Viewer
from sermo.search.selectors import CLOSE, OPEN, pieces
from tests.factories import make_case
from tests.factories_polls import answer, case_of, make_concept, make_poll

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
    make_concept("Myocardial infarction", "Heart attack", "MI")

    client = client_for(osler)

    for typed in ("heart attack", "MI", "Myocardial Infarction"):
        assert "Pain after a" in _search(client, q=typed)


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


def test_a_slip_of_the_pen_leads_to_the_diagnosis(osler: Viewer, client_for: ClientFor) -> None:
    make_concept("Sarcoidosis")

    page = _search(client_for(osler), q="sarkoidosis")

    assert "?q=Sarcoidosis" in page
    assert "Ask your colleagues" in page


def test_what_answerers_wrote_is_not_searched(
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
    asked, quiz = make_case(osler, title="Asked"), make_case(osler, title="Quiz", purpose="share")
    for case in (asked, quiz):
        Outcome.objects.create(
            case=case,
            diagnosis="Plastic bronchitis",
            certainty="certain",
            established_by="test",
            recorded_at=case.posted_at,
        )
    Case.objects.filter(pk=asked.pk).update(status="solved")
    Case.objects.filter(pk=quiz.pk).update(status="study")
    for case in (asked, quiz):
        index_case(case=case)

    page = _search(client_for(osler), q="plastic bronchitis")

    assert "Asked" in page
    assert "Quiz" not in page


def test_filters_are_those_of_the_feed(osler: Viewer, client_for: ClientFor) -> None:
    _make(osler, "Casts one", specialties=["electrophysiology"], urgency="urgent")
    _make(osler, "Casts two", specialties=["dermatology"], status="solved")
    client = client_for(osler)

    def found(**asked: str) -> list[str]:
        page = _search(client, q="casts", **asked)
        return [one for one in ("one", "two") if f"</mark> {one}" in page]

    assert found() == ["one", "two"]
    assert found(specialty="cardiology") == ["one"]
    assert found(urgency="urgent") == ["one"]
    assert found(status="solved") == ["two"]
    assert found(image="1") == []
    assert found(specialty="no such", status="odd", urgency="odd") == ["one", "two"]


@pytest.mark.parametrize("sort", ["newest", "best"])
def test_pages_follow_each_other_without_gap_or_repeat(
    sort: str, osler: Viewer, client_for: ClientFor
) -> None:
    for number in range(45):
        words = "casts " * (1 + number % 4)
        _make(osler, f"Number{number:02} {words}", history="casts" if number % 3 else "")
    client = client_for(osler)
    seen: list[str] = []
    asked = {"q": "casts", "sort": sort}

    for _ in range(3):
        page = _search(client, **asked)
        seen += re.findall(r"(Number\d\d)", page)
        older = re.search(r"after=([^\"&]+)", page)
        asked["after"] = older[1] if older else ""

    assert not asked["after"]
    assert len(seen) == len(set(seen)) == 45


def test_the_best_match_stands_first(osler: Viewer, client_for: ClientFor) -> None:
    _make(osler, "Casts in a bronchus")
    _make(osler, "Something else", history="casts, once")

    page = _search(client_for(osler), q="casts", sort="best")

    assert page.index("in a bronchus") < page.index("Something else")


def test_only_members_search(client_for: ClientFor) -> None:
    answer_ = client_for(None).get(reverse("search:search"), {"q": "casts"})

    assert answer_.status_code == 302
