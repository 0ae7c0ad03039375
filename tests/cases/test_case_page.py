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

from cases.drafts.content import DiagnosisPollContent, DraftContent
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
from cases.services import hide_answers, reveal_answers, view_counts
from cases.services.comments import set_helpful
from cases.services.visibility import close_discussion, hide_case, hide_comment
from polls.models import Poll
from polls.services import AnswerInput, create_case_polls, submit_answer
from sermo.core.redis import connection
from sermo.members.models import ShownAs
from sermo.members.viewer import Viewer
from tests.counting import statements
from tests.factories import make_case, make_comment, make_viewer
from tests.factories_cases import post_comment

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
Browser = Callable[[Viewer | None], Client]
MAX_STATEMENTS = 10
NOON = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)


def same_for_all(html: str) -> str:
    """The page without what is new on every showing: tokens, keys, the nonce."""
    html = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", html)
    html = re.sub(r'name="idempotency_key" value="[^"]*"', "", html)
    return re.sub(r'nonce="[^"]*"', "", html)


def bodies(html: str) -> list[str]:
    return re.findall(r'<div class="comment__text"[^>]*>\s*<p>(.*?)</p>', html, re.DOTALL)


def test_the_case_page_shows_its_parts_in_order(osler: Viewer, client_for: Browser) -> None:
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
        html.index(item)
        for item in ("<h1", "What is the diagnosis?", "Synthetic history.", 'id="discussion"')
    ]
    assert places == sorted(places)
    assert html.count("<h1") == 1
    assert "40 to 49 years" in html
    assert "Nobody has commented yet" in html


def test_each_role_sees_only_the_cases_it_may_see(
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
    assert b"Only the author and moderators can see this case." in notice
    assert browsers["author"].get("/cases/0000000000zz/").status_code == 404


def test_every_write_on_an_invisible_case_is_a_404(
    osler: Viewer, blackwell: Viewer, client_for: Browser
) -> None:
    case = make_case(osler)
    comment = post_comment(osler, case)
    hide_case(case=case)
    browser = client_for(blackwell)
    base = case.get_absolute_url()

    for path in (
        "comments/", "read/", "update/", "follow/", "bookmark/", "solve/", "reveal/",
        f"comments/{comment.public_id}/reply/", f"comments/{comment.public_id}/helpful/",
    ):  # fmt: skip
        assert browser.post(base + path, {"on": "1"}).status_code == 404, path


def test_hidden_comments_are_shown_after_skipping_the_answer(
    osler: Viewer, blackwell: Viewer, garrett: Viewer, client_for: Browser
) -> None:
    case = make_case(osler)
    hide_answers(case=case)
    post_comment(blackwell, case, text="Sealed words.", hidden_until_answer=True)
    post_comment(blackwell, case, text="Open words.")
    browser = client_for(garrett)
    before = browser.get(case.get_absolute_url()).content.decode()

    confirmation = browser.get(case.get_absolute_url() + "read/").content.decode()
    done = [browser.post(case.get_absolute_url() + "read/").status_code for _ in range(2)]

    after = browser.get(case.get_absolute_url()).content.decode()
    assert bodies(before) == ["Open words."]
    assert "1 comment is sealed until you answer" in before
    assert "give up your own blind answer" in confirmation
    assert done == [302, 302]
    assert bodies(after) == ["Sealed words.", "Open words."]
    assert AnswerReveal.objects.get().skipped_answer


def test_an_answer_reveals_the_answers_and_a_later_skip_changes_nothing(
    osler: Viewer, blackwell: Viewer
) -> None:
    case = make_case(osler)
    hide_answers(case=case)

    reveal_answers(viewer=blackwell, case=case, skipped_answer=False)
    reveal_answers(viewer=blackwell, case=case, skipped_answer=True)

    assert not AnswerReveal.objects.get().skipped_answer
    assert sees_answers(blackwell, case)
    assert not sees_answers(osler, case)


def test_authors_see_their_own_hidden_comments(
    osler: Viewer, blackwell: Viewer, client_for: Browser
) -> None:
    case = make_case(osler)
    hide_answers(case=case)
    post_comment(blackwell, case, text="Mine, named.", hidden_until_answer=True)
    post_comment(
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


def test_a_page_before_answering_is_identical_whatever_others_answered(
    osler: Viewer, blackwell: Viewer, garrett: Viewer, client_for: Browser
) -> None:
    """Two worlds: the same people acted at the same time, and thought different things."""
    labels = ("Synthetic fever", "Invented gout", "Imaginary lupus")
    content = DraftContent(diagnosis_poll=DiagnosisPollContent(labels))
    case = make_case(osler)
    create_case_polls(case=case, viewer=osler, content=content)
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
            first = post_comment(
                blackwell, case, text=f"Surely {own}." * (1 + choice), hidden_until_answer=True
            )
            post_comment(osler, case, text=f"{own}? No.", parent=first)
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


def test_answers_of_a_solved_case_are_shown_and_those_of_a_case_study_are_not(
    osler: Viewer, blackwell: Viewer
) -> None:
    solved = make_case(osler, status=CaseStatus.SOLVED, hides_answers=True)
    study = make_case(osler, status=CaseStatus.CASE_STUDY, purpose="share", hides_answers=True)

    assert sees_answers(blackwell, solved)
    assert not sees_answers(blackwell, study)


def test_a_hidden_comment_keeps_its_position_without_its_text(
    osler: Viewer, blackwell: Viewer, client_for: Browser
) -> None:
    case = make_case(osler)
    comment = post_comment(blackwell, case, text="Out of order.")
    post_comment(osler, case, parent=comment, text="A reply that stays.")
    post_comment(osler, case, quoted=comment, text="I quote.")
    hide_comment(comment=comment)

    html = client_for(osler).get(case.get_absolute_url()).content.decode()

    assert "Out of order." not in html
    assert "Hidden by a moderator or after two reports." in html
    assert bodies(html) == ["A reply that stays.", "I quote."]


def test_a_quote_carries_the_identity_that_was_shown(
    osler: Viewer, blackwell: Viewer, client_for: Browser
) -> None:
    case = make_case(osler)
    comment = post_comment(blackwell, case, text="Quoted words.", shown_as=ShownAs.ANONYMOUS)
    reader = client_for(osler)

    form = reader.get(f"{case.get_absolute_url()}?quote={comment.public_id}").content.decode()
    reader.post(
        case.get_absolute_url() + "comments/",
        {"text": "Agreed.", "shown_as": "handle", "quoted": comment.public_id},
    )

    page = reader.get(case.get_absolute_url()).content.decode()
    assert form.count("<blockquote") == 1
    assert f"<bdi>{comment.byline}</bdi>" in page
    assert "blackwell" not in page


def test_a_long_discussion_has_next_and_previous_pages(
    osler: Viewer, blackwell: Viewer, client_for: Browser
) -> None:
    case = make_case(osler)
    for number in range(120):
        make_comment(blackwell, case, text=f"n{number:03}", n_helpful=number % 7)
    reader = client_for(osler)
    oldest = [f"n{number:03}" for number in range(120)]

    def walk(order: str) -> tuple[list[list[str]], list[str]]:
        html = reader.get(f"{case.get_absolute_url()}?order={order}").content.decode()
        seen = [bodies(html)]
        while address := link(html, "next"):
            html = reader.get(case.get_absolute_url() + address).content.decode()
            seen.append(bodies(html))
        back = reader.get(case.get_absolute_url() + link(html, "prev")).content.decode()
        return seen, bodies(back)

    for order, expected in {
        "oldest": oldest,
        "newest": oldest[::-1],
        "helpful": sorted(oldest, key=lambda item: (-(int(item[1:]) % 7), item)),
    }.items():
        pages, back = walk(order)
        assert [item for page in pages for item in page] == expected
        assert [len(page) for page in pages] == [20] * 6
        assert back == pages[-2]


def link(html: str, rel: str) -> str:
    tags = [item for item in re.findall(r"<a [^>]*>", html) if f'rel="{rel}"' in item]
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


def test_an_invalid_cursor_of_the_discussion_shows_the_first_page(
    osler: Viewer, client_for: Browser
) -> None:
    case = make_case(osler)
    post_comment(osler, case)
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


def test_the_anonymous_name_is_preselected_for_an_anonymous_author(
    osler: Viewer, client_for: Browser
) -> None:
    case = make_case(osler, anonymous=True)

    html = client_for(osler).get(case.get_absolute_url()).content.decode()

    checked = next(
        item for item in re.findall(r"<input type=\"radio\"[^>]*>", html) if "checked" in item
    )
    assert 'value="anonymous"' in checked
    assert case.byline in html


def test_follow_and_bookmark_are_private(
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
def test_twenty_and_many_comments_need_the_same_number_of_queries(
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
    assert len(own(many)) <= MAX_STATEMENTS, "\n".join(own(many))


def own(sql: list[str]) -> list[str]:
    """What the page itself asks; the answer form is counted by the tests of polls."""
    return [item for item in sql if "polls_" not in item]


def test_views_are_counted_without_a_write_of_the_page(osler: Viewer, client_for: Browser) -> None:
    case = make_case(osler)
    browser = client_for(osler)
    browser.get(case.get_absolute_url())
    with statements() as sql:
        for _ in range(3):
            browser.get(case.get_absolute_url())
    unwritten = CaseViewCount.objects.get(case=case).n_views

    flushed = [flush_views.flush_views() for _ in range(2)]

    assert not any("cases_caseviewcount" in item for item in sql)
    assert unwritten == 0
    assert flushed == [1, 0]
    assert CaseViewCount.objects.get(case=case).n_views == 4


def test_the_next_flush_finishes_one_that_crashed(osler: Viewer) -> None:
    case, gone = make_case(osler), uuid.uuid4()
    connection().hset(flush_views.FLUSHING, case.pk.hex, 5)
    view_counts.count_view(case.pk)
    view_counts.count_view(gone)

    flushed = [flush_views.flush_views() for _ in range(3)]

    assert flushed == [1, 2, 0]
    assert CaseViewCount.objects.get(case=case).n_views == 6


def test_only_one_flush_runs_at_a_time(osler: Viewer) -> None:
    case = make_case(osler)
    view_counts.count_view(case.pk)
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
