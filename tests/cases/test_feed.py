"""The feed: filters, pages by cursor, and a cost that does not grow."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cases.models import AskedSpecialty, Case, CaseStats, CaseStatus
from cases.services.follows import bookmark
from cases.services.visibility import hide_case
from sermo.members.viewer import Viewer
from tests.counting import statements
from tests.factories import make_case

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
Browser = Callable[[Viewer | None], Client]
MAX_STATEMENTS = 8


def titles(html: str) -> list[str]:
    return re.findall(r'case-card__title"[^>]*>\s*<a [^>]*>([^<]*)</a>', html)


def at(case: Case, hours: float, **stats: Any) -> Case:
    """Put the case's last activity this many hours back."""
    moment = timezone.now() - dt.timedelta(hours=hours)
    CaseStats.objects.filter(case=case).update(last_activity_at=moment, **stats)
    AskedSpecialty.objects.filter(case=case).update(last_activity_at=moment)
    return case


def many(author: Viewer, n: int, **values: Any) -> list[Case]:
    return [at(make_case(author, title=f"Case {k:02}", **values), k) for k in range(n)]


def test_a_visitor_sees_no_case(client_for: Browser) -> None:
    response = client_for(None).get("/cases/")

    assert response.status_code == 302


def test_an_empty_feed_names_the_next_step(osler: Viewer, client_for: Browser) -> None:
    html = client_for(osler).get("/cases/").content.decode()

    assert "No case yet" in html
    assert "/cases/new/" in html


def test_the_feed_shows_what_was_active_last_first(osler: Viewer, client_for: Browser) -> None:
    many(osler, 3)

    html = client_for(osler).get("/cases/").content.decode()

    assert titles(html) == ["Case 00", "Case 01", "Case 02"]


def test_older_and_newer_pages_lead_there_and_back(osler: Viewer, client_for: Browser) -> None:
    many(osler, 45)
    browser = client_for(osler)
    first = browser.get("/cases/").content.decode()

    second = browser.get("/cases/" + link(first, "next")).content.decode()
    third = browser.get("/cases/" + link(second, "next")).content.decode()
    again = browser.get("/cases/" + link(third, "prev")).content.decode()

    assert titles(first) == [f"Case {k:02}" for k in range(20)]
    assert titles(second) == [f"Case {k:02}" for k in range(20, 40)]
    assert titles(third) == [f"Case {k:02}" for k in range(40, 45)]
    assert titles(again) == titles(second)
    assert 'rel="prev"' not in first
    assert 'rel="next"' not in third
    assert titles(browser.get("/cases/" + link(again, "prev")).content.decode()) == titles(first)


def link(html: str, rel: str) -> str:
    tag = next(item for item in re.findall(r"<a [^>]*>", html) if f'rel="{rel}"' in item)
    return re.search(r'href="([^"]*)"', tag)[1].replace("&amp;", "&")  # type: ignore[index]


def test_an_invalid_cursor_shows_the_first_page_and_a_notice(
    osler: Viewer, client_for: Browser
) -> None:
    many(osler, 2)
    browser = client_for(osler)

    for odd in (
        "after=rubbish",
        "before=1_zz",
        "after=nan_" + "0" * 32,
        "sort=hot&after=nan_" + "0" * 32,
    ):
        response = browser.get(f"/cases/?{odd}")

        assert response.status_code == 200
        assert "first page" in response.content.decode()
        assert len(titles(response.content.decode())) == 2


def test_cases_with_equal_times_are_all_shown_once(osler: Viewer, client_for: Browser) -> None:
    moment = timezone.now()
    for case in many(osler, 30):
        CaseStats.objects.filter(case=case).update(last_activity_at=moment)
    browser = client_for(osler)

    first = browser.get("/cases/").content.decode()
    second = browser.get("/cases/" + link(first, "next")).content.decode()

    assert len({*titles(first), *titles(second)}) == 30


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("specialty=cardiology", {"Heart", "Rhythm", "Both"}),
        ("specialty=electrophysiology", {"Rhythm", "Both"}),
        ("status=solved", {"Heart"}),
        ("urgency=urgent", {"Rhythm"}),
        ("specialty=cardiology&status=solved", {"Heart"}),
        ("specialty=cardiology&sort=hot", {"Heart", "Rhythm", "Both"}),
        ("image=1", set()),
        ("specialty=nonsense", {"Heart", "Rhythm", "Both", "Skin"}),
    ],
)
def test_each_filter_shows_the_matching_cases(
    osler: Viewer, client_for: Browser, query: str, shown: set[str]
) -> None:
    at(make_case(osler, title="Heart", specialties=["cardiology"], status=CaseStatus.SOLVED), 1)
    at(make_case(osler, title="Rhythm", specialties=["electrophysiology"], urgency="urgent"), 2)
    at(make_case(osler, title="Both", specialties=["cardiology", "electrophysiology"]), 3)
    at(make_case(osler, title="Skin", specialties=["dermatology"]), 4)

    html = client_for(osler).get(f"/cases/?{query}").content.decode()

    assert set(titles(html)) == shown
    assert len(titles(html)) == len(shown)


def test_mine_shows_own_cases_under_any_identity(
    osler: Viewer, blackwell: Viewer, client_for: Browser
) -> None:
    make_case(osler, title="Named")
    make_case(osler, title="Anonymous", anonymous=True)
    make_case(blackwell, title="Another's", anonymous=True)

    mine = client_for(osler).get("/cases/?mine=1").content.decode()
    others = client_for(blackwell).get("/cases/?mine=1").content.decode()

    assert set(titles(mine)) == {"Named", "Anonymous"}
    assert "Anonymous" not in titles(others)


def test_bookmarks_are_a_filter(osler: Viewer, client_for: Browser) -> None:
    bookmarked = make_case(osler, title="Kept")
    make_case(osler, title="Passed by")
    bookmark(viewer=osler, case=bookmarked, on=True)

    html = client_for(osler).get("/cases/?saved=1").content.decode()

    assert titles(html) == ["Kept"]


def test_a_hidden_case_leaves_every_list_but_its_authors(
    osler: Viewer, blackwell: Viewer, client_for: Browser
) -> None:
    hide_case(case=make_case(osler, title="Out of sight"))

    assert titles(client_for(blackwell).get("/cases/").content.decode()) == []
    assert titles(client_for(osler).get("/cases/?mine=1").content.decode()) == ["Out of sight"]


def test_new_cases_are_counted_and_the_list_does_not_change(
    osler: Viewer, client_for: Browser
) -> None:
    many(osler, 2)
    browser = client_for(osler)
    html = browser.get("/cases/").content.decode()
    address = re.search(r'hx-get="([^"]*news/[^"]*)"', html)[1]  # type: ignore[index]
    nothing = browser.get(address.replace("&amp;", "&")).content.decode()
    make_case(osler, title="Newer")
    CaseStats.objects.filter(case__title="Newer").update(
        last_activity_at=timezone.now() + dt.timedelta(seconds=5)
    )

    something = browser.get(address.replace("&amp;", "&")).content.decode()

    assert "new" not in nothing
    assert "1 new" in something
    assert browser.get("/cases/news/?since=x").status_code == 400


@pytest.mark.parametrize(
    "query", ["", "specialty=paediatrics", "sort=hot", "mine=1", "status=unsolved&image=1"]
)
def test_one_row_and_many_need_the_same_number_of_queries(
    osler: Viewer, client_for: Browser, query: str
) -> None:
    browser = client_for(osler)
    make_case(osler, title="One", specialties=["paediatrics"])
    CaseStats.objects.update(n_images=1)
    browser.get("/cases/")
    with statements() as for_one:
        browser.get(f"/cases/?{query}")
    many(osler, 40, specialties=["paediatrics"])
    CaseStats.objects.update(n_images=1)

    with statements() as for_many:
        browser.get(f"/cases/?{query}")

    assert len(for_one) == len(for_many) <= MAX_STATEMENTS


def test_a_full_page_is_light(osler: Viewer, client_for: Browser) -> None:
    many(osler, 25)

    html = client_for(osler).get("/cases/").content

    assert len(html) < 60_000
