"""The pages about reports of patient details: confirm, undo, correct, decide."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import Case, CaseStats, Comment
from cases.policies import HIDDEN_WORDS
from cases.services.appearing import show_case, show_comment
from polls.models import Poll
from sermo.members.models import CommunityRole
from sermo.members.viewer import Viewer
from sermo.moderation.models import DecisionKind, ModerationDecision, Report, StoppedReporter
from sermo.moderation.services import covers
from tests.factories import make_case, make_comment
from tests.moderation.marking import decide, make_picture, report_words
from tests.moderation.test_covers import NAME, make_target, shown_text

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
ClientFor = Callable[[Viewer | None], Client]
# The kind in the address.
ADDRESSES = {
    "case": "case",
    "comment": "comment",
    "update": "comment",
    "picture": "picture",
    "poll": "poll",
}


def address(name: str, kind: str, item: Any) -> str:
    return reverse(f"moderation:{name}", args=[ADDRESSES[kind], item.public_id])


def page_of(item: Any) -> str:
    if isinstance(item, Poll):
        return reverse("polls:detail", args=[item.public_id])
    case = item if isinstance(item, Case) else item.case
    return str(case.get_absolute_url())


def text_of(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


@pytest.mark.parametrize("kind", sorted(ADDRESSES))
def test_the_page_of_each_post_leads_to_a_page_that_asks_first(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor, kind: str
) -> None:
    item = make_target(osler, kind)
    client = client_for(blackwell)
    details = address("patient-details", kind, item)

    page = client.get(page_of(item)).content.decode()
    asked = client.get(details)

    assert f'href="{details}"' in page
    assert asked.status_code == 200
    assert "You have 3 reports of this kind left today." in text_of(asked)
    assert not Report.objects.exists()
    assert NAME in shown_text(item) or kind == "picture"


@pytest.mark.parametrize("kind", sorted(ADDRESSES))
def test_the_whole_way_of_a_report_without_javascript(
    osler: Viewer, blackwell: Viewer, moderator: Viewer, client_for: ClientFor, kind: str
) -> None:
    item = make_target(osler, kind)
    reporter, author = client_for(blackwell), client_for(osler)
    data = {"details": "name"} | ({} if kind == "picture" else {"marked": NAME})

    sent = reporter.post(address("patient-details", kind, item), data)
    after = reporter.get(address("reported", kind, item))
    page = reporter.get(page_of(item))
    own_page = author.get(page_of(item))
    correct = author.get(address("correct", kind, item))

    assert (sent.status_code, sent["Location"]) == (302, address("reported", kind, item))
    assert "Colleagues cannot see the" in text_of(after)
    assert "Undo report" in text_of(after)
    assert NAME not in page.content.decode()
    assert "Hidden after a report: possible patient details." in text_of(page)
    assert address("correct", kind, item) in own_page.content.decode()
    assert correct.status_code == 200
    assert kind == "picture" or NAME in text_of(correct)
    assert reporter.get(address("correct", kind, item)).status_code == 404

    undone = reporter.post(address("withdraw", kind, item))

    assert undone.status_code == 302
    assert reporter.get(address("reported", kind, item)).status_code == 404
    assert NAME in reporter.get(page_of(item)).content.decode() or kind == "picture"
    log = text_of(reporter.get(reverse("moderation:log")))
    assert "hidden after a report" in log
    assert "shown again: report withdrawn" in log
    assert blackwell.member.handle not in log.partition("Decisions")[2]


@pytest.mark.parametrize("kind", sorted(ADDRESSES))
def test_the_author_corrects_on_the_page(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor, kind: str
) -> None:
    item = make_target(osler, kind)
    report_words(blackwell, item, *([] if kind == "picture" else [NAME]))

    response = client_for(osler).post(address("correct", kind, item), {"passage_0": "the patient"})

    assert response.status_code == 302
    if kind != "picture":
        assert "the patient" in shown_text(item)
    assert client_for(osler).get(page_of(item)).status_code == 200
    assert "corrected by the author" in text_of(client_for(blackwell).get("/log/"))


def test_new_patient_details_in_a_correction_are_found(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    case = make_case(osler, history=f"{NAME} fell.")
    report_words(blackwell, case, NAME)

    response = client_for(osler).post(
        address("correct", "case", case), {"passage_0": "Mr John Smith, born 3 March 1950,"}
    )

    assert response.status_code == 422
    assert "What may tell who the patient is" in text_of(response)
    assert HIDDEN_WORDS in shown_text(case)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({}, "Say what you saw. Nothing was reported yet."),
        ({"details": "name"}, "Say where you saw it. Nothing was reported yet."),
        ({"details": "name", "marked": "Quentin"}, "These words are not in the post: “Quentin”."),
        ({"details": "name", "marked": "Z"}, "Mark at least 2 characters in each line."),
        ({"details": "name", "marked": "ab\n" * 21}, "These words are not in the post"),
        ({"details": "x", "marked": NAME}, "Select a valid choice."),
        ({"details": "name", "marked": "a" * 501}, "This is 1 character too long."),
    ],
)
def test_a_report_that_does_not_say_what_and_where_hides_nothing_and_keeps_the_words(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor, data: dict[str, str], sentence: str
) -> None:
    case = make_case(osler, history=f"{NAME} fell.")

    response = client_for(blackwell).post(
        address("patient-details", "case", case), {"note": "My note", **data}
    )

    assert response.status_code == 422
    assert sentence in text_of(response)
    assert "My note" in response.content.decode()
    assert not Report.objects.exists()


def test_the_page_says_that_a_report_over_the_limit_hides_nothing(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    cases = [make_case(osler, history=f"{NAME} fell.") for _ in range(4)]
    for case in cases[:3]:
        report_words(blackwell, case, NAME)
    client = client_for(blackwell)

    before = client.get(address("patient-details", "case", cases[3]))
    client.post(address("patient-details", "case", cases[3]), {"details": "name", "marked": NAME})
    after = client.get(address("reported", "case", cases[3]))

    assert "You have used your reports of today." in text_of(before)
    assert "Hide and report" not in text_of(before)
    assert "The post stays visible until the moderator decides." in text_of(after)


@pytest.mark.parametrize("state", ["hidden_at", "appears_at"])
def test_what_is_not_visible_cannot_be_reported(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor, state: str
) -> None:
    case = make_case(osler)
    comment = make_comment(osler, case)
    Case.objects.filter(pk=case.pk).update(**{state: case.posted_at})

    for kind, item in (("case", case), ("comment", comment)):
        for name in ("patient-details", "report"):
            assert client_for(blackwell).get(address(name, kind, item)).status_code == 404


def test_a_comment_hidden_until_answer_cannot_be_reported_or_guessed_before(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    comment = make_comment(osler, make_case(osler), hidden_until_answer=True)

    details = address("patient-details", "comment", comment)
    assert client_for(blackwell).get(details).status_code == 404


def test_a_report_of_patient_details_by_the_other_form_leads_to_the_page_that_asks(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    case = make_case(osler, history=f"{NAME} fell.")

    response = client_for(blackwell).post(address("report", "case", case), {"reason": "patient"})

    assert response["Location"] == address("patient-details", "case", case)
    assert NAME in shown_text(case)


def test_an_author_is_told_to_correct_their_own_post(osler: Viewer, client_for: ClientFor) -> None:
    case = make_case(osler, history=f"{NAME} fell.")

    response = client_for(osler).get(address("patient-details", "case", case))

    assert response.status_code == 403
    assert "Correct it yourself." in text_of(response)


def test_a_moderator_shows_it_again_with_one_press_in_the_queue(
    osler: Viewer, blackwell: Viewer, moderator: Viewer, client_for: ClientFor
) -> None:
    case = make_case(osler, history=f"{NAME} fell.")
    report_words(blackwell, case, NAME)
    client = client_for(moderator)
    queue = client.get(reverse("moderation:queue")).content.decode()
    restore = address("restore", "case", case)
    form = queue[queue.index(f'action="{restore}"') :].partition("</form>")[0]

    fields = dict(re.findall(r'name="(\w+)"\s+value="([^"]*)"', form))
    response = client.post(restore, fields)

    assert 'data-shortcut="r"' in form
    assert response.status_code == 302
    assert NAME in shown_text(case)
    decision = ModerationDecision.objects.get(kind=DecisionKind.RESTORE)
    assert decision.moderator == moderator.member


def test_the_page_of_a_reported_post_names_reporters_by_a_label_and_can_stop_them(
    osler: Viewer, blackwell: Viewer, moderator: Viewer, client_for: ClientFor
) -> None:
    case = make_case(osler, history=f"{NAME} fell.")
    report = report_words(blackwell, case, NAME)
    client = client_for(moderator)

    page = text_of(client.get(address("item", "case", case)))
    stopped = client.post(reverse("moderation:stop-reporter", args=[report.public_id]))
    queue = client.get(reverse("moderation:queue")).content.decode()

    label = bytes(report.reporter_week).hex()[:4].upper()
    assert f"Reporter {label}: 1 post hidden that week, 0 shown again." in page
    assert NAME in page
    assert blackwell.member.handle not in page
    assert stopped.status_code == 302
    assert f"Reporter {label}, until" in text_of(client.get(reverse("moderation:queue")))
    key = re.search(r'name="reporter"\s+value="([0-9a-f]+)"', queue)
    assert key is not None
    client.post(reverse("moderation:resume-reporter"), {"reporter": key.group(1)})
    assert not StoppedReporter.objects.exists()


@pytest.mark.parametrize("value", ["", "zz", "0", "00" * 16, "é"])
def test_resuming_with_an_odd_key_is_no_error(
    moderator: Viewer, client_for: ClientFor, value: str
) -> None:
    response = client_for(moderator).post(
        reverse("moderation:resume-reporter"), {"reporter": value}
    )

    assert response.status_code in {302, 404}


def test_an_author_is_suspended_after_a_page_that_asks(
    osler: Viewer, moderator: Viewer, client_for: ClientFor
) -> None:
    case = make_case(osler)
    client, suspend = client_for(moderator), address("suspend", "case", case)

    asked = client.post(suspend, {"reason": "abuse", "note": "Insults."})
    asked_text = text_of(asked)
    confirmed = client.post(suspend, {"reason": "abuse", "note": "Insults.", "is_confirmed": "yes"})

    assert asked.status_code == 200
    assert "Only an operator can lift the suspension." in asked_text
    assert "Insults." in asked_text
    assert confirmed.status_code == 302


def test_a_moderator_opens_a_closed_discussion_again(
    osler: Viewer, moderator: Viewer, client_for: ClientFor
) -> None:
    case = make_case(osler)
    client = client_for(moderator)

    client.post(address("close", "case", case), {"reason": "other"})
    assert "Open the discussion again" in text_of(client.get(address("item", "case", case)))
    client.post(address("reopen", "case", case), {"reason": "other"})

    case.refresh_from_db()
    assert case.closed_to_comments_at is None


@pytest.mark.parametrize("kind", ["case", "comment", "picture"])
@pytest.mark.parametrize("act", ["hide", "restore", "dismiss", "close", "reopen", "suspend"])
@pytest.mark.parametrize("is_anonymous", [True, False])
def test_no_decision_about_what_waits_is_an_error(
    osler: Viewer,
    moderator: Viewer,
    client_for: ClientFor,
    kind: str,
    act: str,
    is_anonymous: bool,
) -> None:
    """A case or a comment that has not appeared, and a picture that waits for a moderator."""
    case = make_case(osler, anonymous=is_anonymous)
    Case.objects.filter(pk=case.pk).update(appears_at=case.posted_at)
    items = {
        "case": case,
        "comment": make_comment(osler, case, anonymous=True, appears_at=case.posted_at),
        "picture": make_picture(case, moderation_status="waiting"),
    }
    client = client_for(moderator)

    for _ in range(2):
        response = client.post(
            address(act, kind, items[kind]), {"reason": "other", "is_confirmed": "yes"}
        )
        assert response.status_code in {302, 409}
    assert client.get(address("item", kind, items[kind])).status_code == 200


@pytest.mark.parametrize("order", list(permutations(["hide", "appear", "restore", "hide again"])))
@pytest.mark.parametrize("kind", ["case", "comment"])
def test_what_waits_can_be_hidden_and_shown_in_any_order(
    osler: Viewer, moderator: Viewer, kind: str, order: tuple[str, ...]
) -> None:
    case = make_case(osler, anonymous=True)
    comment = make_comment(osler, case, anonymous=True, appears_at=case.posted_at)
    if kind == "case":
        Case.objects.filter(pk=case.pk).update(appears_at=case.posted_at)
        CaseStats.objects.update(is_listed=False)
    item: Case | Comment = case if kind == "case" else comment

    for act in order:
        item.refresh_from_db()
        if act != "appear":
            decide(moderator, item, DecisionKind(act.partition(" ")[0]))
        elif kind == "case":
            show_case(case_id=case.pk, at=timezone.now())
        else:
            show_comment(comment_id=comment.pk, at=timezone.now())

    stats = CaseStats.objects.get()
    shown = Comment.objects.filter(hidden_at=None, appears_at=None)
    assert stats.n_comments == shown.count()
    assert stats.is_listed == Case.objects.visible().exists()


def test_a_moderator_sees_and_decides_about_a_community_poll_on_one_page(
    osler: Viewer, moderator: Viewer, client_for: ClientFor
) -> None:
    poll = make_target(osler, "poll")
    client = client_for(moderator)

    page = client.get(page_of(poll)).content.decode()
    item = address("item", "poll", poll)

    assert f'href="{item}"' in page
    assert client.get(item).status_code == 200
    decide(moderator, poll, DecisionKind.HIDE)
    assert ModerationDecision.objects.get().target_kind == "poll"
    assert moderator.member.role == CommunityRole.MODERATOR


def test_the_reporter_reads_that_the_author_acted(
    osler: Viewer, blackwell: Viewer, garrett: Viewer, client_for: ClientFor
) -> None:
    case = make_case(osler, history=f"{NAME} fell.")
    for viewer in (blackwell, garrett):
        report_words(viewer, case, NAME)
    covers.correct_words(viewer=osler, item=case, replacements={})

    page = text_of(client_for(blackwell).get(address("reported", "case", case)))

    assert "The author corrected the post." in page
    assert "Undo report" not in page
