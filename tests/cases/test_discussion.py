"""Comments, replies, updates: said once, counted rightly, sealed where they must be."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from cases.errors import (
    CannotBecomeAnonymous,
    CaseNotVisible,
    CommentOnOtherCase,
    DiscussionClosed,
    NestedReply,
    NotCaseAuthor,
    OwnComment,
)
from cases.models import (
    AskedSpecialty,
    Case,
    CaseStats,
    Comment,
    CommentKind,
    HelpfulMark,
)
from cases.policies import activity_score, hot_score, is_author
from cases.services import count_answers, hide_answers
from cases.services.comments import add_update, set_helpful
from cases.services.identity import show_name
from cases.services.visibility import close_discussion, hide_case, hide_comment
from sermo.core import coarse
from sermo.members.models import Member, PrivateState, ShownAs
from sermo.members.pseudonyms import case_scope
from sermo.members.viewer import Viewer
from sermo.notifications.models import Event
from tests.counting import statements
from tests.factories import make_case, make_viewer
from tests.factories_cases import post_comment
from tests.waiting import MAX_WAIT_SECONDS

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
Browser = Callable[[Viewer | None], Client]
MAX_STATEMENTS = 10


def yesterdays(case: Case) -> Case:
    case.posted_at -= dt.timedelta(days=1)
    case.save(update_fields=["posted_at"])
    CaseStats.objects.filter(case=case).update(last_activity_at=case.posted_at)
    AskedSpecialty.objects.filter(case=case).update(last_activity_at=case.posted_at)
    return case


def assert_counters_match_rows(case: Case) -> None:
    """The counters say what the rows say."""
    stats = CaseStats.objects.get(case=case)
    shown = Comment.objects.filter(case=case, hidden_at=None, appears_at=None)
    assert stats.n_comments == shown.count()
    assert stats.last_position == max([0, *(row.position or 0 for row in shown)])
    assert stats.hot_score == pytest.approx(
        hot_score(activity_score(stats.n_comments, stats.n_answers), case.posted_at)
    )
    latest = max([case.posted_at, *shown.values_list("posted_at", flat=True)])
    assert stats.last_activity_at == latest
    assert {row.last_activity_at for row in AskedSpecialty.objects.filter(case=case)} == {latest}


def post(browser: Client, case: Case, **data: Any) -> Any:
    values = {
        "text": "Could it be the synthetic fever?",
        "shown_as": "handle",
        "idempotency_key": str(uuid.uuid4()),
    }
    return browser.post(f"/cases/{case.public_id}/comments/", values | data)


def test_a_comment_updates_the_counters_in_the_same_transaction(
    osler: Viewer, blackwell: Viewer
) -> None:
    case = yesterdays(make_case(osler))

    post_comment(blackwell, case)
    post_comment(osler, case)
    post_comment(blackwell, case, shown_as=ShownAs.ANONYMOUS)
    count_answers(case=case)

    stats = CaseStats.objects.get(case=case)
    assert (stats.n_comments, stats.n_answers, stats.last_position) == (3, 1, 3)
    assert stats.hot_score == pytest.approx(hot_score(activity_score(3, 1), case.posted_at))
    assert list(case.comments.values_list("position", flat=True)) == [1, 2, 3]


def test_the_counters_equal_a_recount(osler: Viewer, blackwell: Viewer) -> None:
    case = yesterdays(make_case(osler))

    for _ in range(3):
        post_comment(blackwell, case)
        post_comment(osler, case, shown_as=ShownAs.ANONYMOUS)

    assert_counters_match_rows(case)


def test_the_same_idempotency_key_posts_one_comment(osler: Viewer, blackwell: Viewer) -> None:
    case = make_case(osler)
    key = uuid.uuid4()

    first = post_comment(blackwell, case, idempotency_key=key)
    second = post_comment(blackwell, case, idempotency_key=key)

    assert first == second
    assert CaseStats.objects.get(case=case).n_comments == 1
    assert Event.objects.count() == 1


def test_replies_have_one_level_and_stay_in_their_case(osler: Viewer, blackwell: Viewer) -> None:
    case, other = make_case(osler), make_case(osler)
    top = post_comment(blackwell, case)
    below = post_comment(osler, case, parent=top)

    with pytest.raises(NestedReply):
        post_comment(blackwell, case, parent=below)
    with pytest.raises(CommentOnOtherCase):
        post_comment(blackwell, other, parent=top)
    with pytest.raises(CommentOnOtherCase):
        post_comment(blackwell, other, quoted=top)


def test_a_reply_to_or_quote_of_a_hidden_comment_is_hidden_too(
    osler: Viewer, blackwell: Viewer
) -> None:
    case = make_case(osler)
    sealed = post_comment(blackwell, case, hidden_until_answer=True)

    assert post_comment(osler, case, parent=sealed).hidden_until_answer
    assert post_comment(osler, case, quoted=sealed).hidden_until_answer
    assert not post_comment(osler, case).hidden_until_answer


def test_a_closed_or_hidden_case_takes_no_comment(osler: Viewer, blackwell: Viewer) -> None:
    closed, hidden = make_case(osler), make_case(osler)
    close_discussion(case=closed)
    hide_case(case=hidden)
    closed.refresh_from_db()
    hidden.refresh_from_db()

    with pytest.raises(DiscussionClosed):
        post_comment(blackwell, closed)
    with pytest.raises(CaseNotVisible):
        post_comment(osler, hidden)


def test_an_anonymous_comment_has_a_pseudonym_and_nothing_of_the_member(
    osler: Viewer, blackwell: Viewer
) -> None:
    case = make_case(osler)

    comment = post_comment(blackwell, case, shown_as=ShownAs.ANONYMOUS)

    assert comment.author is None
    assert comment.pseudonym == blackwell.pseudonym(case_scope(case.pk))
    assert blackwell.member.handle not in comment.byline
    assert comment.posted_at == coarse.to_mark(comment.posted_at)
    assert is_author(blackwell, comment)
    assert not is_author(osler, comment)


def test_two_pseudonyms_with_one_anonymous_name_get_numbers(
    osler: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sermo.members.pseudonyms.anonymous_name", lambda tag: "Teal Heron")
    case = make_case(osler)
    people = [make_viewer(f"person-{n}") for n in range(3)]

    bylines = [post_comment(item, case, shown_as=ShownAs.ANONYMOUS).byline for item in people]
    again = post_comment(people[1], case, shown_as=ShownAs.ANONYMOUS).byline

    assert bylines == ["Teal Heron", "Teal Heron 2", "Teal Heron 3"]
    assert again == "Teal Heron 2"


def test_the_author_badge_follows_the_identity_of_the_case(osler: Viewer) -> None:
    named, anonymous = make_case(osler), make_case(osler, anonymous=True)

    assert post_comment(osler, named).by_case_author
    assert post_comment(osler, anonymous, shown_as=ShownAs.ANONYMOUS).by_case_author
    assert not post_comment(osler, named, shown_as=ShownAs.ANONYMOUS).by_case_author
    assert not post_comment(osler, anonymous).by_case_author


def test_an_update_has_the_identity_of_the_case_and_only_the_author_posts_it(
    osler: Viewer, blackwell: Viewer
) -> None:
    case = make_case(osler, anonymous=True)

    update = add_update(viewer=osler, case=case, text="Day 3.", idempotency_key=uuid.uuid4())

    assert update.kind == CommentKind.UPDATE
    assert update.byline == case.byline
    assert update.author is None
    with pytest.raises(NotCaseAuthor):
        add_update(viewer=blackwell, case=case, text="Day 4.", idempotency_key=uuid.uuid4())


def test_helpful_counts_a_member_once_and_can_be_removed(
    osler: Viewer, blackwell: Viewer, garrett: Viewer
) -> None:
    comment = post_comment(blackwell, make_case(osler))

    counts = [
        set_helpful(viewer=osler, comment=comment, on=True),
        set_helpful(viewer=osler, comment=comment, on=True),
        set_helpful(viewer=garrett, comment=comment, on=True),
        set_helpful(viewer=osler, comment=comment, on=False),
        set_helpful(viewer=osler, comment=comment, on=False),
    ]

    comment.refresh_from_db()
    assert counts == [1, 1, 2, 1, 1]
    assert comment.n_helpful == HelpfulMark.objects.count() == 1
    with pytest.raises(OwnComment):
        set_helpful(viewer=blackwell, comment=comment, on=True)


def test_showing_a_name_changes_all_posts_in_the_case_and_none_elsewhere(
    osler: Viewer, blackwell: Viewer
) -> None:
    case, other = make_case(osler), make_case(osler)
    here = [post_comment(blackwell, case, shown_as=ShownAs.ANONYMOUS) for _ in range(2)]
    there = post_comment(blackwell, other, shown_as=ShownAs.ANONYMOUS)
    another = post_comment(osler, case, shown_as=ShownAs.ANONYMOUS)

    changed = show_name(viewer=blackwell, case=case, shown_as=ShownAs.HANDLE)

    assert changed == 2
    for item in here:
        item.refresh_from_db()
        assert (item.author, item.pseudonym, item.byline) == (blackwell.member, None, "blackwell")
    for item in (there, another):
        item.refresh_from_db()
        assert item.author is None


def test_a_name_cannot_become_anonymous(osler: Viewer) -> None:
    case = make_case(osler)

    with pytest.raises(CannotBecomeAnonymous):
        show_name(viewer=osler, case=case, shown_as=ShownAs.ANONYMOUS)


# --- By the browser ---------------------------------------------------------------------------


def test_a_comment_is_posted_and_shown(
    osler: Viewer, blackwell: Viewer, client_for: Browser
) -> None:
    case = make_case(osler)
    browser = client_for(blackwell)

    response = post(browser, case, text="Have you <b>looked</b> at the hands?")

    assert response.status_code == 302
    html = browser.get(response["Location"].partition("#")[0]).content.decode()
    assert "Have you &lt;b&gt;looked&lt;/b&gt; at the hands?" in html
    assert 'aria-label="Comment by blackwell"' in html


def test_a_double_click_posts_one_comment(
    osler: Viewer, blackwell: Viewer, client_for: Browser
) -> None:
    case = make_case(osler)
    browser = client_for(blackwell)
    key = str(uuid.uuid4())

    answers = [post(browser, case, idempotency_key=key).status_code for _ in range(2)]

    assert answers == [302, 302]
    assert case.comments.count() == 1


def test_possible_patient_details_come_back_marked_with_the_text(
    osler: Viewer, blackwell: Viewer, client_for: Browser
) -> None:
    case = make_case(osler)
    text = "Seen on 3 March 2024, call 555-867-5309."

    response = post(client_for(blackwell), case, text=text, shown_as="anonymous")

    html = response.content.decode()
    assert response.status_code == 422
    assert "3 March 2024" in html
    assert 'class="finding-mark' in html
    assert text in html
    assert 'value="anonymous"' in html
    assert not case.comments.exists()


def test_findings_are_replaced_or_kept_as_decided(
    osler: Viewer, blackwell: Viewer, client_for: Browser
) -> None:
    case = make_case(osler)
    browser = client_for(blackwell)
    text = "Seen on 3 March 2024, see www.mail.example."
    html = post(browser, case, text=text).content.decode()
    keys = sorted({part.split('"')[0] for part in html.split('name="finding-')[1:]})
    by_kind = {}
    for key in keys:
        item = html.split(f'name="finding-{key}"')[0].rsplit("<li", 1)[1]
        by_kind["date" if "date" in item else "url"] = key

    response = post(
        browser,
        case,
        text=text,
        **{f"finding-{by_kind['date']}": "replace", f"finding-{by_kind['url']}": "keep"},
    )

    assert response.status_code == 302
    saved_text = case.comments.get().text
    assert "March" not in saved_text
    assert "www.mail.example" in saved_text


def test_an_empty_comment_comes_back(osler: Viewer, client_for: Browser) -> None:
    assert post(client_for(osler), make_case(osler), text="  ").status_code == 422


def test_a_comment_is_hidden_until_answer_unless_its_writer_opens_it(
    osler: Viewer, blackwell: Viewer, client_for: Browser
) -> None:
    case = make_case(osler)
    hide_answers(case=case)
    browser = client_for(blackwell)

    post(browser, case)
    post(browser, case, is_open="on")

    assert list(case.comments.values_list("hidden_until_answer", flat=True)) == [True, False]


def test_a_reply_to_a_reply_is_posted_under_the_same_comment_and_quotes(
    osler: Viewer, blackwell: Viewer, client_for: Browser
) -> None:
    case = make_case(osler)
    top = post_comment(blackwell, case)
    below = post_comment(osler, case, parent=top)
    browser = client_for(blackwell)
    address = f"/cases/{case.public_id}/comments/{below.public_id}/reply/"

    page = browser.get(address)
    sent = browser.post(address, {"text": "Quite so.", "shown_as": "handle"})

    assert page.status_code == 200
    assert sent.status_code == 302
    comment = case.comments.get(text="Quite so.")
    assert (comment.parent, comment.quoted) == (top, below)


def test_a_comment_hidden_until_answer_cannot_be_reached_by_its_address(
    osler: Viewer, blackwell: Viewer, garrett: Viewer, client_for: Browser
) -> None:
    case = make_case(osler)
    hide_answers(case=case)
    sealed = post_comment(blackwell, case, hidden_until_answer=True, text="Synthetic fever.")
    browser = client_for(garrett)
    base = f"/cases/{case.public_id}/comments/{sealed.public_id}"

    assert browser.get(f"{base}/reply/").status_code == 404
    assert browser.post(f"{base}/helpful/", {"on": "1"}).status_code == 404
    assert post(browser, case, quoted=sealed.public_id).status_code == 404
    assert (
        b"Synthetic fever"
        not in browser.get(f"/cases/{case.public_id}/?quote={sealed.public_id}").content
    )
    assert (
        b"Synthetic fever"
        not in browser.get(f"/cases/{case.public_id}/?comment={sealed.public_id}").content
    )


def test_the_helpful_button_has_a_pressed_state(
    osler: Viewer, blackwell: Viewer, client_for: Browser
) -> None:
    case = make_case(osler)
    comment = post_comment(blackwell, case)
    browser = client_for(osler)
    address = f"/cases/{case.public_id}/comments/{comment.public_id}/helpful/"

    on = browser.post(address, {"on": "1"}, headers={"HX-Request": "true"}).content.decode()
    plain = browser.post(address, {"on": "1"})
    off = browser.post(address, {"on": "0"}, headers={"HX-Request": "true"}).content.decode()

    assert 'aria-pressed="true"' in on
    assert plain.status_code == 302
    assert 'aria-pressed="false"' in off
    assert "osler" not in on


def test_an_anonymous_comment_writes_nothing_about_its_member(
    osler: Viewer, blackwell: Viewer, client_for: Browser
) -> None:
    """The private state does not change either: its row would change at that moment."""
    case = make_case(osler)
    browser = client_for(blackwell)
    browser.get(f"/cases/{case.public_id}/")

    with statements() as sql:
        post(browser, case, shown_as="anonymous")

    writes = [
        item for item in sql if item.lstrip().startswith(("INSERT", "UPDATE", "DELETE", "WITH"))
    ]
    assert writes
    assert not any(Member._meta.db_table in item for item in writes)
    assert not any(PrivateState._meta.db_table in item for item in writes)
    assert not any(
        blackwell.member.pk.hex in item or str(blackwell.member.pk) in item for item in writes
    )


def test_showing_a_name_asks_for_confirmation(osler: Viewer, client_for: Browser) -> None:
    case = make_case(osler, anonymous=True)
    browser = client_for(osler)
    address = f"/cases/{case.public_id}/reveal/"

    confirmation = browser.get(address)
    done = browser.post(address, {"shown_as": "handle"})

    case.refresh_from_db()
    assert confirmation.status_code == 200
    assert done.status_code == 302
    assert case.author == osler.member
    assert browser.get(address).status_code == 404


def test_only_the_author_opens_the_update_page(
    osler: Viewer, blackwell: Viewer, client_for: Browser
) -> None:
    case = make_case(osler)
    before = post_comment(blackwell, case)
    address = f"/cases/{case.public_id}/update/"

    reader = client_for(blackwell)
    assert reader.get(address).status_code == 404
    sent = client_for(osler).post(address, {"text": "Ferritin 9000, synthetic."})

    html = reader.get(f"/cases/{case.public_id}/").content.decode()
    assert sent.status_code == 302
    assert "Ferritin 9000" in html
    assert "Written before update 1" in html
    assert html.index("Ferritin 9000") < html.index(f"c-{before.public_id}")


@pytest.mark.parametrize("shown_as", ["handle", "anonymous"])
def test_a_comment_needs_at_most_ten_queries(
    osler: Viewer, blackwell: Viewer, client_for: Browser, settings: Any, shown_as: str
) -> None:
    settings.ANONYMOUS_MARK_MINUTES = 20
    case = make_case(osler)
    browser = client_for(blackwell)
    post(browser, case)

    with statements() as sql:
        response = post(browser, case, shown_as=shown_as)

    assert response.status_code == 302
    assert not any("count(" in item.lower() for item in sql)
    assert len(sql) <= MAX_STATEMENTS, "\n".join(sql)


@pytest.mark.django_db(transaction=True, databases=["default", "identity"])
def test_two_comments_at_once_are_both_posted_and_counted() -> None:
    osler, blackwell = make_viewer("osler"), make_viewer("blackwell")
    case = make_case(osler)
    start = threading.Barrier(2)
    trouble: list[BaseException] = []

    def run(viewer: Viewer) -> None:
        try:
            start.wait(MAX_WAIT_SECONDS)
            for _ in range(5):
                post_comment(viewer, case)
        except BaseException as error:
            trouble.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[item]) for item in (osler, blackwell)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(MAX_WAIT_SECONDS)

    assert not trouble
    assert CaseStats.objects.get(case=case).n_comments == 10
    assert sorted(row.position or 0 for row in case.comments.all()) == list(range(1, 11))
    assert sorted(Event.objects.values_list("number", flat=True)) == list(range(1, 11))


@pytest.mark.django_db(transaction=True, databases=["default", "identity"])
def test_one_form_sent_twice_at_once_posts_one_comment() -> None:
    osler = make_viewer("osler")
    case = make_case(osler)
    key = uuid.uuid4()
    start = threading.Barrier(2)
    results: list[Any] = []

    def run() -> None:
        try:
            start.wait(MAX_WAIT_SECONDS)
            results.append(post_comment(osler, case, idempotency_key=key).pk)
        except BaseException as error:
            results.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(MAX_WAIT_SECONDS)

    assert results[0] == results[1] == Comment.objects.get().pk
    assert CaseStats.objects.get(case=case).n_comments == 1


def test_hiding_and_recounting_agree(osler: Viewer, blackwell: Viewer) -> None:
    case = make_case(osler)
    comment = post_comment(blackwell, case)
    post_comment(osler, case)

    hide_comment(comment=comment)

    stats = CaseStats.objects.get(case=case)
    assert stats.n_comments == case.comments.filter(hidden_at=None).count() == 1
