"""The inbox: computed for its owner from private state; it says that something happened only."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import pytest
from django.test import Client

from cases.models import Case
from cases.services import follows
from cases.services.comments import add_update
from cases.services.visibility import hide_case
from sermo.members.models import ShownAs
from sermo.members.viewer import Viewer
from sermo.notifications.models import Event
from sermo.notifications.selectors.follows import last_number, load_follows
from sermo.notifications.selectors.inbox import count_unread, inbox
from tests.counting import statements
from tests.factories import make_case
from tests.factories_cases import post_comment, solve

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
Browser = Callable[[Viewer | None], Client]


def make_own_case(viewer: Viewer, *, anonymous: bool = False) -> Case:
    return make_case(viewer, anonymous=anonymous, title="A case of my own")


def inbox_texts(viewer: Viewer) -> list[list[str]]:
    return [[item.text for item in group.items] for group in inbox(viewer)]


def test_an_empty_inbox_names_the_next_step(osler: Viewer, client_for: Browser) -> None:
    html = client_for(osler).get("/inbox/").content.decode()

    assert "Nothing yet" in html
    assert "/cases/" in html


@pytest.mark.parametrize("anonymous", [False, True])
def test_an_author_is_notified_about_the_own_case(
    osler: Viewer, blackwell: Viewer, anonymous: bool
) -> None:
    case = make_own_case(osler, anonymous=anonymous)
    post_comment(blackwell, case)
    post_comment(osler, case, shown_as=case.shown_as)

    groups = inbox(osler)

    assert [group.title for group in groups] == ["A case of my own"]
    assert inbox_texts(osler) == [["A comment on your case"]]
    assert count_unread(osler) == 1


def test_a_reply_to_the_own_comment_says_so_also_for_anonymous_members(
    osler: Viewer, blackwell: Viewer, garrett: Viewer
) -> None:
    case = make_own_case(osler)
    for viewer, shown_as in ((blackwell, ShownAs.HANDLE), (garrett, ShownAs.ANONYMOUS)):
        mine = post_comment(viewer, case, shown_as=shown_as)
        follows.follow(viewer=viewer, case=case, on=True)
        post_comment(osler, case, parent=mine)

    assert inbox_texts(blackwell) == [["A reply", "A comment", "A reply to your comment"]]
    assert inbox_texts(garrett) == [["A reply to your comment", "A reply", "A comment"]]


def test_followers_are_notified_about_updates_and_the_outcome(
    osler: Viewer, blackwell: Viewer
) -> None:
    case = make_own_case(osler)
    follows.follow(viewer=blackwell, case=case, on=True)
    add_update(viewer=osler, case=case, text="Day 3.", idempotency_key=uuid.uuid4())
    solve(osler, case)

    assert inbox_texts(blackwell) == [["The outcome", "An update by the author"]]
    assert inbox_texts(osler) == []


def test_earlier_events_are_not_new_to_a_new_follower(osler: Viewer, blackwell: Viewer) -> None:
    case = make_own_case(osler)
    post_comment(osler, case)

    follows.follow(viewer=blackwell, case=case, on=True)

    assert count_unread(blackwell) == 0


def test_reading_one_case_leaves_the_others_new(
    osler: Viewer, blackwell: Viewer, client_for: Browser
) -> None:
    first, second = make_own_case(osler), make_own_case(osler)
    post_comment(blackwell, first)
    post_comment(blackwell, second)
    browser = client_for(osler)
    before = count_unread(osler)

    sent = browser.post(f"/inbox/{first.pk}/read/")

    assert (before, sent.status_code, count_unread(osler)) == (2, 302, 1)
    browser.post("/inbox/read/")
    assert count_unread(osler) == 0
    assert "You have read everything" in browser.get("/inbox/").content.decode()


def test_opening_an_item_redirects_to_the_comment_and_marks_it_read(
    osler: Viewer, blackwell: Viewer, client_for: Browser
) -> None:
    case = make_own_case(osler)
    comment = post_comment(blackwell, case)
    browser = client_for(osler)
    html = browser.get("/inbox/").content.decode()
    address = re.search(r'href="(/inbox/[0-9a-f-]+/\d+/)"', html)[1]  # type: ignore[index]

    response = browser.get(address)

    assert response["Location"] == comment.get_absolute_url()
    assert count_unread(osler) == 0


def test_the_event_of_a_hidden_comment_does_not_link_to_the_comment(
    osler: Viewer, blackwell: Viewer
) -> None:
    case = make_own_case(osler)

    sealed = post_comment(blackwell, case, hidden_until_answer=True)

    event = Event.objects.get()
    assert event.path == case.get_absolute_url()
    assert sealed.public_id not in event.path


def test_the_inbox_shows_no_text_of_comments(
    osler: Viewer, blackwell: Viewer, client_for: Browser
) -> None:
    case = make_own_case(osler)
    post_comment(blackwell, case, text="Clearly the synthetic fever.")

    html = client_for(osler).get("/inbox/").content.decode()

    assert "synthetic fever" not in html
    assert "blackwell" not in html


def test_a_hidden_case_is_not_in_the_inbox(
    osler: Viewer, blackwell: Viewer, client_for: Browser
) -> None:
    case = make_own_case(osler)
    follows.follow(viewer=blackwell, case=case, on=True)
    post_comment(osler, case)
    number = Event.objects.get().number
    hide_case(case=case)

    assert inbox_texts(blackwell) == []
    assert client_for(blackwell).get(f"/inbox/{case.pk}/{number}/").status_code == 404


def test_unfollowing_ends_notifications_of_the_own_case_too(
    osler: Viewer, blackwell: Viewer
) -> None:
    case = make_own_case(osler)
    follows.follow(viewer=osler, case=case, on=False)

    post_comment(blackwell, case)

    assert inbox_texts(osler) == []
    assert count_unread(osler) == 0
    follows.follow(viewer=osler, case=case, on=True)
    post_comment(blackwell, case)
    assert count_unread(osler) == 1


def test_a_named_comment_follows_the_case_until_unfollowed(
    osler: Viewer, blackwell: Viewer, client_for: Browser
) -> None:
    case = make_own_case(osler)
    browser = client_for(blackwell)
    comment = {"text": "Hm.", "shown_as": "handle"}

    browser.post(f"{case.get_absolute_url()}comments/", comment)
    followed = load_follows(blackwell).is_following(case.pk)
    browser.post(f"{case.get_absolute_url()}follow/", {"on": "0"})
    browser.post(f"{case.get_absolute_url()}comments/", comment)

    assert followed
    assert not load_follows(blackwell).is_following(case.pk)


def test_the_inbox_link_shows_the_number_of_unread_events(
    osler: Viewer, blackwell: Viewer, client_for: Browser
) -> None:
    post_comment(blackwell, make_own_case(osler))
    browser = client_for(osler)

    assert "Inbox, 1 unread" in browser.get("/inbox/bell/").content.decode()
    assert client_for(None).get("/inbox/bell/").status_code == 302


def test_events_are_numbered_within_their_case(osler: Viewer, blackwell: Viewer) -> None:
    first, second = make_own_case(osler), make_own_case(osler)
    for case in (first, second, first):
        post_comment(blackwell, case)

    numbers = Event.objects.filter(subject=first.pk).values_list("number", flat=True)

    assert list(numbers) == [1, 2]
    assert last_number(second.pk) == 1


def test_many_cases_need_no_more_queries_than_one(
    osler: Viewer, blackwell: Viewer, client_for: Browser
) -> None:
    post_comment(blackwell, make_own_case(osler))
    browser = client_for(osler)
    browser.get("/inbox/")
    with statements() as few:
        browser.get("/inbox/")
    for _ in range(12):
        post_comment(blackwell, make_own_case(osler))

    with statements() as many:
        browser.get("/inbox/")
    with statements() as link:
        browser.get("/inbox/bell/")

    assert len(few) == len(many) <= 6
    assert len(link) <= 5
