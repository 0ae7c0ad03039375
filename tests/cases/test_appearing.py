"""Anonymous cases and comments wait, appear together at marks, and are told to their author."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connections
from django.test import Client

from cases.drafts.content import DiagnosisPollContent
from cases.errors import CaseNotYetVisible, CommentNotVisible
from cases.jobs.publish_delayed import publish_delayed
from cases.models import AskedSpecialty, CaseSearchEntry, CaseStats, Comment
from cases.policies import hot_score
from cases.services import follows
from cases.services.appearing import show_case, show_comment
from cases.services.comments import add_update
from cases.services.identity import show_name
from cases.services.visibility import hide_comment
from polls.jobs.count_waiting import count_waiting
from polls.models import Poll
from polls.selectors.decisive_tests import decisive_tests
from polls.services import AnswerInput, submit_answer
from polls.services.decisive_tests import report_test_result
from sermo.members import pseudonyms
from sermo.members.models import ShownAs
from sermo.members.viewer import Viewer
from sermo.notifications.models import Event
from sermo.notifications.selectors.inbox import count_unread
from tests.factories import make_case, make_viewer
from tests.factories_cases import make_case as publish
from tests.factories_cases import post_comment, solve
from tests.factories_polls import make_poll
from tests.waiting import MAX_WAIT_SECONDS

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
Browser = Callable[[Viewer | None], Client]
ANONYMOUS = ShownAs.ANONYMOUS


def at(time: str) -> dt.datetime:
    """This time of day on the day of these tests."""
    return dt.datetime.fromisoformat(f"2026-03-04T{time}Z")


@pytest.fixture(autouse=True)
def _marks(settings: Any, time_machine: Any) -> None:
    settings.ANONYMOUS_MARK_MINUTES, settings.ANONYMOUS_URGENT_MARK_MINUTES = 20, 5
    time_machine.move_to(at("03:10:30"), tick=False)


def test_an_anonymous_comment_waits_and_gets_everything_at_the_mark(
    osler: Viewer, blackwell: Viewer, time_machine: Any
) -> None:
    case = make_case(osler)
    stats = CaseStats.objects.values().get(case=case)

    waiting = post_comment(blackwell, case, shown_as=ANONYMOUS)
    early = publish_delayed()

    assert (waiting.position, waiting.posted_at, waiting.appears_at) == (
        None,
        *[at("03:20:00")] * 2,
    )
    assert early == 0
    assert CaseStats.objects.values().get(case=case) == stats
    assert not Event.objects.exists()
    time_machine.move_to(at("03:20:40"), tick=False)
    assert (publish_delayed(), publish_delayed()) == (1, 0)
    waiting.refresh_from_db()
    assert (waiting.position, waiting.posted_at, waiting.appears_at) == (1, at("03:20:00"), None)
    after = CaseStats.objects.get(case=case)
    assert (after.n_comments, after.last_position) == (1, 1)
    assert after.last_activity_at == at("03:20:00")
    assert Event.objects.get().happened_at == at("03:20:00")


def test_the_database_refuses_a_position_before_the_mark(osler: Viewer, blackwell: Viewer) -> None:
    waiting = post_comment(blackwell, make_case(osler), shown_as=ANONYMOUS)

    with pytest.raises(IntegrityError, match="cases_comment_position_once_it_appears"):
        Comment.objects.filter(pk=waiting.pk).update(position=1)


def test_all_that_is_due_appears_in_one_run_in_random_order(
    osler: Viewer, time_machine: Any
) -> None:
    cases = [make_case(osler) for _ in range(4)]
    people = [make_viewer(f"person-{n}") for n in range(6)]
    written = [
        [post_comment(viewer, case, shown_as=ANONYMOUS).pk for viewer in people] for case in cases
    ]

    time_machine.move_to(at("03:20:10"), tick=False)
    shown = publish_delayed()

    orders = [
        list(case.comments.order_by("position").values_list("pk", flat=True)) for case in cases
    ]
    assert shown == 24
    assert [sorted(order) for order in orders] == [sorted(keys) for keys in written]
    assert orders != written


def test_a_case_that_appears_is_new_at_that_moment(
    osler: Viewer, blackwell: Viewer, time_machine: Any
) -> None:
    case = publish(
        osler, shown_as=ANONYMOUS, urgency="urgent", title="Waiting", specialties=("cardiology",)
    )
    poll = Poll.objects.create(
        case=case, question="Which?", kind="opinion", opened_at=case.posted_at
    )
    named = make_case(blackwell)

    assert case.appears_at == at("03:15:00")
    assert not CaseSearchEntry.objects.filter(case=case).exists()
    assert not CaseStats.objects.get(case=case).is_listed
    time_machine.move_to(at("03:15:20"), tick=False)
    assert publish_delayed() == 1
    stats, asked = CaseStats.objects.get(case=case), AskedSpecialty.objects.get(case=case)
    entry = CaseSearchEntry.objects.get(case=case)
    assert (stats.is_listed, asked.is_listed, entry.is_listed) == (True, True, True)
    assert stats.last_activity_at == asked.last_activity_at == entry.posted_at == at("03:15:00")
    assert stats.last_activity_at > CaseStats.objects.get(case=named).last_activity_at
    assert stats.hot_score == pytest.approx(hot_score(0, at("03:15:00")))
    poll.refresh_from_db()
    assert poll.opened_at == at("03:15:00")


def test_after_a_delay_the_stored_time_is_when_it_could_first_be_read(
    osler: Viewer, blackwell: Viewer, time_machine: Any
) -> None:
    case = publish(osler, shown_as=ANONYMOUS)
    comment = post_comment(blackwell, make_case(osler), shown_as=ANONYMOUS)

    time_machine.move_to(at("04:03:20"), tick=False)
    publish_delayed()

    case.refresh_from_db()
    comment.refresh_from_db()
    assert case.posted_at == comment.posted_at == at("04:00:00")
    assert CaseStats.objects.get(case=case).last_activity_at == at("04:00:00")


def test_the_wait_for_the_first_answer_is_counted_from_appearing(
    osler: Viewer, blackwell: Viewer, time_machine: Any
) -> None:
    options = DiagnosisPollContent(("Gout", "Lupus"))
    case = publish(osler, shown_as=ANONYMOUS, diagnosis_poll=options)
    poll = Poll.objects.get(case=case)
    time_machine.move_to(at("04:05:00"), tick=False)
    publish_delayed()
    time_machine.move_to(at("04:54:00"), tick=False)

    poll.refresh_from_db()
    submit_answer(viewer=blackwell, poll=poll, answer=AnswerInput([poll.options.all()[0]]))
    time_machine.move_to(at("05:00:10"), tick=False)
    count_waiting()

    poll.refresh_from_db()
    assert poll.first_answer_within == dt.timedelta(hours=1)


def test_nothing_happens_in_a_case_before_it_appears(osler: Viewer, moderator: Viewer) -> None:
    """A named comment older than the case would name its author."""
    case = publish(osler, shown_as=ANONYMOUS)

    for viewer, shown_as in ((osler, ShownAs.HANDLE), (osler, ANONYMOUS), (moderator, "handle")):
        with pytest.raises(CaseNotYetVisible):
            post_comment(viewer, case, shown_as=shown_as)
    with pytest.raises(CaseNotYetVisible):
        add_update(viewer=osler, case=case, text="Day 2.", idempotency_key=uuid.uuid4())
    with pytest.raises(CaseNotYetVisible):
        solve(osler, case)


def test_nobody_replies_to_or_quotes_what_has_not_appeared(
    osler: Viewer, blackwell: Viewer, client_for: Browser
) -> None:
    case = make_case(osler)
    waiting = post_comment(blackwell, case, shown_as=ANONYMOUS)
    address = f"{case.get_absolute_url()}comments/{waiting.public_id}/"

    for viewer in (osler, blackwell):
        with pytest.raises(CommentNotVisible):
            post_comment(viewer, case, parent=waiting)
        with pytest.raises(CommentNotVisible):
            post_comment(viewer, case, quoted=waiting)
        for action in ("reply/", "helpful/"):
            assert client_for(viewer).post(address + action, {"on": "1"}).status_code == 404


def test_numbers_of_bylines_tell_nothing_of_what_waits(
    osler: Viewer, time_machine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pseudonyms, "anonymous_name", lambda tag: "Teal Heron")
    case = make_case(osler)
    urgent = make_case(osler, urgency="urgent")
    people = [make_viewer(f"person-{n}") for n in range(3)]

    waiting = [post_comment(viewer, case, shown_as=ANONYMOUS).byline for viewer in people]
    post_comment(people[0], case, shown_as=ANONYMOUS)
    time_machine.move_to(at("03:20:10"), tick=False)
    publish_delayed()

    assert waiting == ["Teal Heron"] * 3
    names = {row.pseudonym: row.byline for row in case.comments.all()}
    assert set(names.values()) == {"Teal Heron", "Teal Heron 2", "Teal Heron 3"}
    assert len(names) == 3
    assert not urgent.comments.exists()


def test_the_author_sees_the_time_in_thread_page_and_list(
    osler: Viewer, blackwell: Viewer, client_for: Browser
) -> None:
    discussed = make_case(osler)
    for n in range(25):
        post_comment(osler, discussed, f"Remark {n}")
    own = publish(blackwell, shown_as=ANONYMOUS, title="A waiting case")
    waiting = post_comment(blackwell, discussed, "Hardly written", shown_as=ANONYMOUS)
    reply = post_comment(
        blackwell, discussed, "A reply", parent=discussed.comments.all()[0], shown_as=ANONYMOUS
    )
    browser = client_for(blackwell)

    for query in ("", "?order=newest", "?after=0_20", f"?comment={waiting.public_id}"):
        html = browser.get(f"{discussed.get_absolute_url()}{query}").content.decode()
        assert html.count("Appears at 03:20") == 2, query
        assert html.index("Remark 2") < html.index("Hardly written")
        assert f'id="c-{reply.public_id}"' in html
        assert f"{waiting.public_id}/reply/" not in html
    assert (
        "Others see this case from 03:20." in browser.get(own.get_absolute_url()).content.decode()
    )
    assert "Appears at 03:20" in browser.get("/cases/?mine=1").content.decode()
    assert (
        "Hardly written" not in client_for(osler).get(discussed.get_absolute_url()).content.decode()
    )


def test_the_message_and_the_composer_tell_when_it_appears(
    osler: Viewer, blackwell: Viewer, client_for: Browser
) -> None:
    case, urgent = make_case(osler), make_case(osler, urgency="urgent")
    browser = client_for(blackwell)

    composer = browser.get(case.get_absolute_url()).content.decode()
    composer_urgent = browser.get(urgent.get_absolute_url()).content.decode()
    page = browser.post(
        f"{case.get_absolute_url()}comments/", {"text": "Hm.", "shown_as": "anonymous"}, follow=True
    ).content.decode()

    assert "Anonymous posts appear together every 20 minutes." in composer
    assert "Anonymous posts appear together every 5 minutes." in composer_urgent
    assert "Posted. Others see it from 03:20." in page


def test_a_comment_hidden_while_it_waits_takes_its_place_and_no_more(
    osler: Viewer, blackwell: Viewer, time_machine: Any
) -> None:
    case = make_case(osler)
    waiting = post_comment(blackwell, case, shown_as=ANONYMOUS)

    hide_comment(comment=waiting)
    time_machine.move_to(at("03:20:10"), tick=False)
    publish_delayed()

    stats = CaseStats.objects.get(case=case)
    assert (stats.n_comments, stats.last_position) == (0, 1)
    assert not Event.objects.exists()


def test_a_name_shown_while_a_comment_waits_stays(
    osler: Viewer, blackwell: Viewer, time_machine: Any
) -> None:
    case = make_case(osler)
    waiting = post_comment(blackwell, case, shown_as=ANONYMOUS)

    show_name(viewer=blackwell, case=case, shown_as=ShownAs.HANDLE)
    time_machine.move_to(at("03:20:10"), tick=False)
    publish_delayed()

    waiting.refresh_from_db()
    assert (waiting.byline, waiting.position) == ("blackwell", 1)


def test_a_reported_test_result_shows_when_its_update_appears(
    osler: Viewer, blackwell: Viewer, time_machine: Any
) -> None:
    poll = make_poll(osler, "Gout", "Lupus", anonymous=True)
    answer = AnswerInput([poll.options.all()[0]], decisive_test="A biopsy")
    submit_answer(viewer=blackwell, poll=poll, answer=answer)
    time_machine.move_to(at("03:20:10"), tick=False)
    count_waiting()
    test = poll.decisive_tests.get()

    report_test_result(
        viewer=osler, decisive_test=test, text="Clean.", idempotency_key=uuid.uuid4()
    )

    assert not decisive_tests(poll)[0].is_reported
    time_machine.move_to(at("03:40:10"), tick=False)
    publish_delayed()
    assert decisive_tests(poll)[0].is_reported


def test_the_author_of_an_anonymous_comment_hears_of_replies_until_muted(
    osler: Viewer, blackwell: Viewer, client_for: Browser, time_machine: Any
) -> None:
    case = make_case(osler)
    post_comment(osler, case, "Before")
    waiting = post_comment(blackwell, case, shown_as=ANONYMOUS)
    time_machine.move_to(at("03:20:10"), tick=False)
    publish_delayed()
    waiting.refresh_from_db()
    time_machine.move_to(at("03:30:00"), tick=False)

    post_comment(osler, case, parent=waiting)

    browser = client_for(blackwell)
    assert count_unread(blackwell) == 1
    assert "A reply to your comment" in browser.get("/inbox/").content.decode()
    assert 'name="on" value="0"' in browser.get(case.get_absolute_url()).content.decode()
    follows.follow(viewer=blackwell, case=case, on=False)
    assert count_unread(blackwell) == 0


def test_who_shows_the_name_later_still_follows_the_case(
    osler: Viewer, blackwell: Viewer, client_for: Browser, time_machine: Any
) -> None:
    case = make_case(osler)
    post_comment(blackwell, case, shown_as=ANONYMOUS)
    time_machine.move_to(at("03:20:10"), tick=False)
    publish_delayed()
    browser = client_for(blackwell)

    browser.post(f"{case.get_absolute_url()}reveal/", {"shown_as": "handle"})

    assert 'name="on" value="0"' in browser.get(case.get_absolute_url()).content.decode()
    post_comment(osler, case, "Later")
    assert count_unread(blackwell) == 1


@pytest.mark.django_db(transaction=True, databases=["default", "identity"])
def test_two_workers_at_once_show_each_item_once(settings: Any) -> None:
    osler, blackwell = make_viewer("osler"), make_viewer("blackwell")
    commented = make_case(osler)
    case = publish(osler, shown_as=ANONYMOUS)
    comments = [post_comment(blackwell, commented, shown_as=ANONYMOUS) for _ in range(4)]
    shown: list[bool] = []
    start = threading.Barrier(2)

    def run() -> None:
        try:
            start.wait(MAX_WAIT_SECONDS)
            shown.append(show_case(case_id=case.pk, at=at("03:20:00")))
            shown.extend(show_comment(comment_id=row.pk, at=at("03:20:00")) for row in comments)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(MAX_WAIT_SECONDS)

    assert sum(shown) == 5
    assert len(shown) == 10
    assert sorted(row.position or 0 for row in commented.comments.all()) == [1, 2, 3, 4]
    assert Event.objects.count() == 4
