"""The inbox: computed for its owner from a private shelf; it says that, never what."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from cases.models import Case, Comment
from cases.services import add_comment, follows
from cases.services.comments import add_update
from cases.services.outcomes import mark_solved
from cases.services.visibility import hide_case
from sermo.members.models import ShownAs
from sermo.members.viewer import Viewer, private_state
from sermo.notifications import selectors, services, shelf
from sermo.notifications.models import Event
from tests.counting import statements
from tests.factories import make_case

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
Browser = Callable[[Viewer | None], Client]


def say(viewer: Viewer, case: Case, **changes: Any) -> Comment:
    values: dict[str, Any] = {
        "text": "A synthetic comment.",
        "shown_as": ShownAs.HANDLE,
        "idempotency_key": uuid.uuid4(),
    }
    return add_comment(viewer=viewer, case=case, **(values | changes))


def own(viewer: Viewer, *, anonymous: bool = False) -> Case:
    """A case as the composer leaves it: its key lies on its author's shelf."""
    case = make_case(viewer, anonymous=anonymous, title="A case of my own")
    private_state.update_section(
        viewer, shelf.OWN, lambda state: state.update({case.pk.hex: case.public_id})
    )
    return case


def words(viewer: Viewer) -> list[list[str]]:
    return [[line.words for line in group.lines] for group in selectors.inbox(viewer)]


def test_an_empty_inbox_names_the_next_step(osler: Viewer, client_for: Browser) -> None:
    html = client_for(osler).get("/inbox/").content.decode()

    assert "Nothing yet" in html
    assert "/cases/" in html


@pytest.mark.parametrize("anonymous", [False, True])
def test_an_author_hears_of_the_own_case(osler: Viewer, blackwell: Viewer, anonymous: bool) -> None:
    case = own(osler, anonymous=anonymous)
    say(blackwell, case)
    say(osler, case, shown_as=case.shown_as)

    groups = selectors.inbox(osler)

    assert [group.title for group in groups] == ["A case of my own"]
    assert words(osler) == [["A comment on your case"]]
    assert selectors.unread(osler) == 1


def test_a_reply_to_me_is_called_so_under_a_name_and_under_a_tag(
    osler: Viewer, blackwell: Viewer, garrett: Viewer
) -> None:
    case = own(osler)
    for viewer, shown_as in ((blackwell, ShownAs.HANDLE), (garrett, ShownAs.ANONYMOUS)):
        mine = say(viewer, case, shown_as=shown_as)
        follows.follow(viewer=viewer, case=case, on=True)
        say(osler, case, parent=mine)

    assert words(blackwell) == [["A reply", "A comment", "A reply to your comment"]]
    assert words(garrett) == [["A reply to your comment", "A reply", "A comment"]]


def test_followers_hear_of_updates_and_the_outcome(osler: Viewer, blackwell: Viewer) -> None:
    case = own(osler)
    follows.follow(viewer=blackwell, case=case, on=True)
    add_update(viewer=osler, case=case, text="Day 3.", idempotency_key=uuid.uuid4())
    mark_solved(
        viewer=osler, case=case, diagnosis="Synthetic", certainty="certain", established_by="test"
    )

    assert words(blackwell) == [["The outcome", "An update by the author"]]
    assert words(osler) == []


def test_what_happened_before_one_followed_is_not_new(osler: Viewer, blackwell: Viewer) -> None:
    case = own(osler)
    say(osler, case)

    follows.follow(viewer=blackwell, case=case, on=True)

    assert selectors.unread(blackwell) == 0


def test_reading_one_case_leaves_the_others_new(
    osler: Viewer, blackwell: Viewer, client_for: Browser
) -> None:
    first, second = own(osler), own(osler)
    say(blackwell, first)
    say(blackwell, second)
    browser = client_for(osler)
    before = selectors.unread(osler)

    sent = browser.post(f"/inbox/{first.pk}/read/")

    assert (before, sent.status_code, selectors.unread(osler)) == (2, 302, 1)
    browser.post("/inbox/read/")
    assert selectors.unread(osler) == 0
    assert "You have read everything" in browser.get("/inbox/").content.decode()


def test_following_a_line_leads_there_and_counts_as_read(
    osler: Viewer, blackwell: Viewer, client_for: Browser
) -> None:
    case = own(osler)
    said = say(blackwell, case)
    browser = client_for(osler)
    html = browser.get("/inbox/").content.decode()
    address = re.search(r'href="(/inbox/[0-9a-f-]+/\d+/)"', html)[1]  # type: ignore[index]

    response = browser.get(address)

    assert response["Location"] == said.get_absolute_url()
    assert selectors.unread(osler) == 0


def test_a_sealed_comment_is_told_without_its_place(osler: Viewer, blackwell: Viewer) -> None:
    case = own(osler)

    sealed = say(blackwell, case, hidden_until_answer=True)

    event = Event.objects.get()
    assert event.path == case.get_absolute_url()
    assert sealed.public_id not in event.path


def test_no_page_of_the_inbox_says_what_was_said(
    osler: Viewer, blackwell: Viewer, client_for: Browser
) -> None:
    case = own(osler)
    say(blackwell, case, text="Clearly the synthetic fever.")

    html = client_for(osler).get("/inbox/").content.decode()

    assert "synthetic fever" not in html
    assert "blackwell" not in html


def test_a_hidden_case_leaves_the_inbox(
    osler: Viewer, blackwell: Viewer, client_for: Browser
) -> None:
    case = own(osler)
    follows.follow(viewer=blackwell, case=case, on=True)
    say(osler, case)
    number = Event.objects.get().number
    hide_case(case=case)

    assert words(blackwell) == []
    assert client_for(blackwell).get(f"/inbox/{case.pk}/{number}/").status_code == 404


def test_unfollowing_silences_even_ones_own_case(osler: Viewer, blackwell: Viewer) -> None:
    case = own(osler)
    follows.follow(viewer=osler, case=case, on=False)

    say(blackwell, case)

    assert words(osler) == []
    assert selectors.unread(osler) == 0
    follows.follow(viewer=osler, case=case, on=True)
    say(blackwell, case)
    assert selectors.unread(osler) == 1


def test_who_comments_under_a_name_follows_and_may_leave(
    osler: Viewer, blackwell: Viewer, client_for: Browser
) -> None:
    case = own(osler)
    browser = client_for(blackwell)
    comment = {"text": "Hm.", "shown_as": "handle"}

    browser.post(f"{case.get_absolute_url()}comments/", comment)
    followed = shelf.marks(blackwell).is_following(case.pk)
    browser.post(f"{case.get_absolute_url()}follow/", {"on": "0"})
    browser.post(f"{case.get_absolute_url()}comments/", comment)

    assert followed
    assert not shelf.marks(blackwell).is_following(case.pk)


def test_the_bell_counts_and_says_so(osler: Viewer, blackwell: Viewer, client_for: Browser) -> None:
    say(blackwell, own(osler))
    browser = client_for(osler)

    assert "Inbox, 1 unread" in browser.get("/inbox/bell/").content.decode()
    assert client_for(None).get("/inbox/bell/").status_code == 302


def test_events_tell_numbers_within_their_case_only(osler: Viewer, blackwell: Viewer) -> None:
    first, second = own(osler), own(osler)
    for case in (first, second, first):
        say(blackwell, case)

    numbers = Event.objects.filter(subject=first.pk).values_list("number", flat=True)

    assert list(numbers) == [1, 2]
    assert services.last_number(second.pk) == 1


def test_one_case_and_many_cost_the_same(
    osler: Viewer, blackwell: Viewer, client_for: Browser
) -> None:
    say(blackwell, own(osler))
    browser = client_for(osler)
    browser.get("/inbox/")
    with statements() as one:
        browser.get("/inbox/")
    for _ in range(12):
        say(blackwell, own(osler))

    with statements() as many:
        browser.get("/inbox/")
    with statements() as bell:
        browser.get("/inbox/bell/")

    assert len(one) == len(many) <= 6
    assert len(bell) <= 5
