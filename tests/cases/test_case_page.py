"""The page of a case: who sees it, what is sealed, and a cost that does not grow."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.core.files.storage import storages
from django.test import Client
from django.utils import timezone

from cases.jobs import flush_views
from cases.models import (
    AnswerReveal,
    CaseStats,
    CaseStatus,
    CaseViewCount,
    Comment,
    Image,
    ImageState,
)
from cases.selectors import sees_answers
from cases.services import add_comment, hide_answers, reveal_answers
from cases.services.comments import set_helpful
from cases.services.visibility import close_discussion, hide_case, hide_comment
from polls.models import Poll
from polls.services import AnswerInput, create_case_polls, submit_answer
from sermo.core.redis import connection
from sermo.members.models import ShownAs
from sermo.members.viewer import Viewer
from tests.counting import statements
from tests.factories import make_case, make_comment, make_viewer

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
Browser = Callable[[Viewer | None], Client]
MOST_STATEMENTS = 10
NOON = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)


def say(viewer: Viewer, case: Any, **changes: Any) -> Comment:
    values: dict[str, Any] = {
        "text": "A synthetic comment.",
        "shown_as": ShownAs.HANDLE,
        "idempotency_key": uuid.uuid4(),
    }
    return add_comment(viewer=viewer, case=case, **(values | changes))


def same_for_all(html: str) -> str:
    """The page without what is new on every showing: tokens, keys, the nonce."""
    html = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", html)
    html = re.sub(r'name="idempotency_key" value="[^"]*"', "", html)
    return re.sub(r'nonce="[^"]*"', "", html)


def bodies(html: str) -> list[str]:
    return re.findall(r'<div class="comment__text"[^>]*>\s*<p>(.*?)</p>', html, re.DOTALL)


def test_the_page_tells_the_case_in_order(osler: Viewer, client_for: Browser) -> None:
    case = make_case(
        osler,
        title="A rash that sings",
        question="",
        history="Synthetic history.",
        age_band="40-49",
        sex="f",
    )

    html = client_for(osler).get(case.get_absolute_url()).content.decode()

    places = [
        html.index(one)
        for one in ("<h1", "What is the diagnosis?", "Synthetic history.", 'id="discussion"')
    ]
    assert places == sorted(places)
    assert html.count("<h1") == 1
    assert "40 to 49 years" in html
    assert "Nobody has commented yet" in html


def test_who_may_see_what(
    osler: Viewer, blackwell: Viewer, moderator: Viewer, client_for: Browser
) -> None:
    shown, hidden = make_case(osler), make_case(osler)
    waiting = make_case(osler, anonymous=True, appears_at=timezone.now() + dt.timedelta(hours=1))
    hide_case(case=hidden)
    people = {"author": osler, "other": blackwell, "moderator": moderator, "visitor": None}
    browsers = {name: client_for(who) for name, who in people.items()}

    statuses = {
        who: [browser.get(case.get_absolute_url()).status_code for case in (shown, hidden, waiting)]
        for who, browser in browsers.items()
    }

    assert statuses == {
        "author": [200, 200, 200],
        "other": [200, 404, 404],
        "moderator": [200, 200, 200],
        "visitor": [302, 302, 302],
    }
    notice = browsers["author"].get(hidden.get_absolute_url()).content
    assert b"This case is hidden" in notice
    assert browsers["author"].get("/cases/0000000000zz/").status_code == 404


def test_every_write_on_an_invisible_case_is_a_404(
    osler: Viewer, blackwell: Viewer, client_for: Browser
) -> None:
    case = make_case(osler)
    said = say(osler, case)
    hide_case(case=case)
    browser = client_for(blackwell)
    base = case.get_absolute_url()

    for path in (
        "comments/", "read/", "update/", "follow/", "bookmark/", "solve/", "reveal/",
        f"comments/{said.public_id}/reply/", f"comments/{said.public_id}/helpful/",
    ):  # fmt: skip
        assert browser.post(base + path, {"on": "1"}).status_code == 404, path


def test_sealed_comments_are_opened_by_just_reading_after_a_question(
    osler: Viewer, blackwell: Viewer, garrett: Viewer, client_for: Browser
) -> None:
    case = make_case(osler)
    hide_answers(case=case)
    say(blackwell, case, text="Sealed words.", hidden_until_answer=True)
    say(blackwell, case, text="Open words.")
    browser = client_for(garrett)
    before = browser.get(case.get_absolute_url()).content.decode()

    asked = browser.get(case.get_absolute_url() + "read/").content.decode()
    done = [browser.post(case.get_absolute_url() + "read/").status_code for _ in range(2)]

    after = browser.get(case.get_absolute_url()).content.decode()
    assert bodies(before) == ["Open words."]
    assert "1 comment is sealed until you answer" in before
    assert "give up your own blind answer" in asked
    assert done == [302, 302]
    assert bodies(after) == ["Sealed words.", "Open words."]
    assert AnswerReveal.objects.get().skipped_answer


def test_an_answer_opens_the_case_and_is_not_undone_by_reading(
    osler: Viewer, blackwell: Viewer
) -> None:
    case = make_case(osler)
    hide_answers(case=case)

    reveal_answers(viewer=blackwell, case=case, skipped_answer=False)
    reveal_answers(viewer=blackwell, case=case, skipped_answer=True)

    assert not AnswerReveal.objects.get().skipped_answer
    assert sees_answers(blackwell, case)
    assert not sees_answers(osler, case)


def test_ones_own_sealed_words_are_shown_to_oneself(
    osler: Viewer, blackwell: Viewer, client_for: Browser
) -> None:
    case = make_case(osler)
    hide_answers(case=case)
    say(blackwell, case, text="Mine, named.", hidden_until_answer=True)
    say(
        blackwell,
        case,
        text="Mine, anonymous.",
        hidden_until_answer=True,
        shown_as=ShownAs.ANONYMOUS,
    )

    html = client_for(blackwell).get(case.get_absolute_url()).content.decode()

    assert bodies(html) == ["Mine, named.", "Mine, anonymous."]
    assert "sealed until you answer" in html
    assert "comments are sealed until" not in html


def test_a_page_before_ones_own_answer_is_the_same_byte_for_byte_whatever_others_said(
    osler: Viewer, blackwell: Viewer, garrett: Viewer, client_for: Browser
) -> None:
    """Two worlds: the same people acted at the same time, and thought different things."""
    labels = ["Synthetic fever", "Invented gout", "Imaginary lupus"]
    case = make_case(osler)
    create_case_polls(case=case, viewer=osler, payload={"diagnosis": {"options": labels}})
    poll = Poll.objects.get()
    options = {option.label.casefold(): option for option in poll.options.all()}
    reader = client_for(garrett)
    pages = {}
    for world, (choice, own) in {"one": (0, "Alpha disease"), "two": (1, "Omega disease")}.items():
        with time_machine.travel(NOON, tick=False):
            answer = AnswerInput(
                [options[labels[choice].casefold()]], added=own, confidence=1 + 4 * choice
            )
            submit_answer(viewer=blackwell, poll=poll, answer=answer)
            first = say(
                blackwell, case, text=f"Surely {own}." * (1 + choice), hidden_until_answer=True
            )
            say(osler, case, text=f"{own}? No.", parent=first)
            set_helpful(viewer=osler, comment=first, on=bool(choice))
            pages[world] = {
                address: reader.get(address).content.decode()
                for address in (case.get_absolute_url(), "/cases/", "/inbox/")
            }
        AnswerReveal.objects.all().delete()
        poll.answers.all().delete()
        poll.options.filter(hidden_until_answer=True).delete()
        Comment.objects.all().delete()
        CaseStats.objects.update(n_comments=0, n_answers=0, last_position=0)

    for address, html in pages["one"].items():
        assert same_for_all(html) == same_for_all(pages["two"][address]), address
    page = pages["one"][case.get_absolute_url()]
    assert "2 comments are sealed until you answer" in page
    assert "Alpha" not in page


def test_a_solved_case_is_open_to_everybody_and_a_study_is_not(
    osler: Viewer, blackwell: Viewer
) -> None:
    solved = make_case(osler, status=CaseStatus.SOLVED, hides_answers=True)
    study = make_case(osler, status=CaseStatus.CASE_STUDY, purpose="share", hides_answers=True)

    assert sees_answers(blackwell, solved)
    assert not sees_answers(blackwell, study)


def test_a_hidden_comment_keeps_its_place_and_loses_its_words(
    osler: Viewer, blackwell: Viewer, client_for: Browser
) -> None:
    case = make_case(osler)
    said = say(blackwell, case, text="Out of order.")
    say(osler, case, parent=said, text="A reply that stays.")
    say(osler, case, quoted=said, text="I quote.")
    hide_comment(comment=said)

    html = client_for(osler).get(case.get_absolute_url()).content.decode()

    assert "Out of order." not in html
    assert "Hidden by a moderator." in html
    assert bodies(html) == ["A reply that stays.", "I quote."]


def test_a_quote_carries_the_identity_that_was_shown(
    osler: Viewer, blackwell: Viewer, client_for: Browser
) -> None:
    case = make_case(osler)
    said = say(blackwell, case, text="Quoted words.", shown_as=ShownAs.ANONYMOUS)
    reader = client_for(osler)

    form = reader.get(f"{case.get_absolute_url()}?quote={said.public_id}").content.decode()
    reader.post(
        case.get_absolute_url() + "comments/",
        {"text": "Agreed.", "shown_as": "handle", "quoted": said.public_id},
    )

    page = reader.get(case.get_absolute_url()).content.decode()
    assert form.count("<blockquote") == 1
    assert f"<bdi>{said.byline}</bdi>" in page
    assert "blackwell" not in page


def test_pages_of_a_long_discussion_lead_on_and_back(
    osler: Viewer, blackwell: Viewer, client_for: Browser
) -> None:
    case = make_case(osler)
    for number in range(120):
        make_comment(blackwell, case, text=f"n{number:03}", n_helpful=number % 7)
    reader = client_for(osler)
    told = [f"n{number:03}" for number in range(120)]

    def walk(order: str) -> tuple[list[list[str]], list[str]]:
        html = reader.get(f"{case.get_absolute_url()}?order={order}").content.decode()
        seen = [bodies(html)]
        while address := link(html, "next"):
            html = reader.get(case.get_absolute_url() + address).content.decode()
            seen.append(bodies(html))
        back = reader.get(case.get_absolute_url() + link(html, "prev")).content.decode()
        return seen, bodies(back)

    for order, expected in {
        "told": told,
        "newest": told[::-1],
        "helpful": sorted(told, key=lambda one: (-(int(one[1:]) % 7), one)),
    }.items():
        pages, back = walk(order)
        assert [one for page in pages for one in page] == expected
        assert [len(page) for page in pages] == [20] * 6
        assert back == pages[-2]


def link(html: str, rel: str) -> str:
    tags = [one for one in re.findall(r"<a [^>]*>", html) if f'rel="{rel}"' in one]
    return re.search(r'href="([^"#]*)', tags[0])[1].replace("&amp;", "&") if tags else ""  # type: ignore[index]


def test_every_comment_has_an_address_that_shows_it(
    osler: Viewer, blackwell: Viewer, client_for: Browser
) -> None:
    case = make_case(osler)
    tops = [make_comment(blackwell, case, text=f"n{number:03}") for number in range(70)]
    below = make_comment(osler, case, text="far below", parent=tops[60])

    address = f"{case.get_absolute_url()}?comment={below.public_id}"
    html = client_for(osler).get(address).content.decode()

    assert f'id="c-{below.public_id}"' in html
    assert bodies(html)[:2] == ["n060", "far below"]


def test_bad_places_in_the_discussion_show_the_first_page(
    osler: Viewer, client_for: Browser
) -> None:
    case = make_case(osler)
    say(osler, case)
    browser = client_for(osler)

    for odd in ("after=x", "before=9", "order=odd", "after=99999999999999999999_1", "quote=zz"):
        assert bodies(browser.get(f"{case.get_absolute_url()}?{odd}").content.decode())


def test_a_closed_discussion_has_no_form(osler: Viewer, client_for: Browser) -> None:
    case = make_case(osler)
    close_discussion(case=case)
    browser = client_for(osler)

    html = browser.get(case.get_absolute_url()).content.decode()
    sent = browser.post(
        case.get_absolute_url() + "comments/", {"text": "Late.", "shown_as": "handle"}
    )

    assert "comment-form" not in html
    assert sent.status_code == 409


def test_an_anonymous_author_is_offered_the_alias_first(osler: Viewer, client_for: Browser) -> None:
    case = make_case(osler, anonymous=True)

    html = client_for(osler).get(case.get_absolute_url()).content.decode()

    checked = next(
        one for one in re.findall(r"<input type=\"radio\"[^>]*>", html) if "checked" in one
    )
    assert 'value="anonymous"' in checked
    assert case.byline in html


def test_follow_and_bookmark_are_kept_for_oneself(
    osler: Viewer, blackwell: Viewer, client_for: Browser
) -> None:
    case = make_case(osler)
    browser = client_for(blackwell)
    base = case.get_absolute_url()

    on = browser.post(
        f"{base}follow/", {"on": "1"}, headers={"HX-Request": "true"}
    ).content.decode()
    browser.post(f"{base}bookmark/", {"on": "1"})
    page = browser.get(base).content.decode()
    browser.post(f"{base}follow/", {"on": "0"})
    after = browser.get(base).content.decode()

    assert 'aria-pressed="true"' in on
    assert page.count('aria-pressed="true"') == 2
    assert after.count('aria-pressed="true"') == 1


def make_ready_image(case: Any, **values: Any) -> Image:
    name = storages["images"].save(f"{uuid.uuid4().hex}.webp", open_nothing())
    sizes = {"480": [name, 480, 360], "2048": [name, 2048, 1536]}
    CaseStats.objects.filter(case=case).update(n_images=1)
    return Image.objects.create(
        case=case, state=ImageState.READY, renditions=sizes, received_at=timezone.now(), **values
    )


def open_nothing() -> Any:
    from django.core.files.base import ContentFile

    return ContentFile(b"synthetic")


def test_pictures_open_in_the_viewer_and_sensitive_ones_are_covered(
    osler: Viewer, client_for: Browser
) -> None:
    case = make_case(osler)
    make_ready_image(case, alt="A drawn rash")
    make_ready_image(case, alt="A drawn wound", is_sensitive=True, caption="Day 2", position=1)
    browser = client_for(osler)

    page = browser.get(case.get_absolute_url()).content.decode()
    feed = browser.get("/cases/").content.decode()

    assert page.count("data-viewer=") == 2
    assert 'data-caption="Day 2"' in page
    assert page.count('class="sensitive-picture"') == 1
    assert 'width="2048"' in page
    assert 'alt="A drawn rash"' in feed
    assert "covered" not in feed


@pytest.mark.parametrize("is_open", [True, False])
def test_twenty_replies_and_many_cost_the_same(
    osler: Viewer, blackwell: Viewer, client_for: Browser, is_open: bool
) -> None:
    short, long = make_case(osler), make_case(osler)
    for case, n in ((short, 20), (long, 231)):
        hide_answers(case=case)
        if is_open:
            reveal_answers(viewer=blackwell, case=case, skipped_answer=True)
        top = make_comment(osler, case)
        make_comment(osler, case, parent=top)
        for _ in range(n - 2):
            make_comment(osler, case, quoted=top, n_helpful=1, hidden_until_answer=False)
    browser = client_for(blackwell)
    browser.get(short.get_absolute_url())

    with statements() as few:
        browser.get(short.get_absolute_url())
    with statements() as many:
        browser.get(long.get_absolute_url())

    assert len(few) == len(many), "\n".join(many)
    assert len(own(many)) <= MOST_STATEMENTS, "\n".join(own(many))


def own(sql: list[str]) -> list[str]:
    """What the page itself asks; the ballot is counted by the tests of polls."""
    return [one for one in sql if "polls_" not in one]


def test_views_are_counted_without_a_write_of_the_page(osler: Viewer, client_for: Browser) -> None:
    case = make_case(osler)
    browser = client_for(osler)
    browser.get(case.get_absolute_url())
    with statements() as sql:
        for _ in range(3):
            browser.get(case.get_absolute_url())
    unwritten = CaseViewCount.objects.get(case=case).n_views

    flushed = [flush_views.flush_views() for _ in range(2)]

    assert not any("cases_caseviewcount" in one for one in sql)
    assert unwritten == 0
    assert flushed == [1, 0]
    assert CaseViewCount.objects.get(case=case).n_views == 4


def test_a_flush_that_died_is_finished_by_the_next(osler: Viewer) -> None:
    case, gone = make_case(osler), uuid.uuid4()
    connection().hset(flush_views.FLUSHING, case.pk.hex, 5)
    flush_views.count_view(case.pk)
    flush_views.count_view(gone)

    flushed = [flush_views.flush_views() for _ in range(3)]

    assert flushed == [1, 2, 0]
    assert CaseViewCount.objects.get(case=case).n_views == 6


def test_two_flushers_do_not_meet(osler: Viewer) -> None:
    case = make_case(osler)
    flush_views.count_view(case.pk)
    connection().set("views:lock", 1, ex=60)

    assert flush_views.flush_views() == 0
    assert CaseViewCount.objects.get(case=case).n_views == 0


def test_the_real_name_is_offered_only_where_the_session_knows_it(
    osler: Viewer, client_for: Browser
) -> None:
    case = make_case(make_viewer("another"))

    html = client_for(osler).get(case.get_absolute_url()).content.decode()

    assert 'value="real"' not in html
    assert 'value="anonymous"' in html
