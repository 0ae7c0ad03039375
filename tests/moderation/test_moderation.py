"""Reports, decisions, suspensions, and their pages."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import CaseStats, Comment
from polls.models import Poll, PollKind
from sermo.audit.models import CommunityAuditEvent
from sermo.audit.services import first_broken_position
from sermo.core.quotas import REPORTS, QuotaReached
from sermo.members.models import AuthorCapsule
from sermo.members.records import all_records
from sermo.members.services import suspend_member
from sermo.members.viewer import Viewer
from sermo.moderation import errors
from sermo.moderation.models import (
    DecisionKind,
    ModerationDecision,
    Report,
    Sanction,
    SanctionState,
)
from sermo.moderation.selectors.targets import target_kind
from sermo.moderation.services import decisions, sanctions, suspension
from sermo.moderation.services.reports import report_target
from tests.factories import make_case, make_comment
from tests.quotas import use_up
from tests.waiting import MAX_WAIT_SECONDS

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
ClientFor = Callable[[Viewer | None], Client]


def _decide(
    moderator: Viewer, item: object, kind: DecisionKind, key: uuid.UUID | None = None
) -> None:
    decisions.decide(
        moderator=moderator,
        item=item,  # type: ignore[arg-type]
        kind=kind,
        reason="other",
        note="",
        idempotency_key=key or uuid.uuid4(),
    )


def banned_members() -> list[uuid.UUID]:
    return [member_id for member_id, record in all_records() if record.is_banned]


def test_a_second_report_by_the_same_member_adds_no_row(osler: Viewer, blackwell: Viewer) -> None:
    case = make_case(osler)

    for _ in range(2):
        report_target(viewer=blackwell, item=case, reason="abuse", note="")

    report = Report.objects.get()
    assert report.reporter not in (blackwell.member.pk.bytes, blackwell.secret)
    case.refresh_from_db()
    assert case.hidden_at is None


def test_a_hidden_case_leaves_its_lists_and_a_restored_one_returns(
    osler: Viewer, moderator: Viewer
) -> None:
    case = make_case(osler)

    _decide(moderator, case, DecisionKind.HIDE)
    assert not CaseStats.objects.get(case=case).is_listed
    _decide(moderator, case, DecisionKind.RESTORE)

    assert CaseStats.objects.get(case=case).is_listed
    assert case.asked_specialties.get().is_listed
    assert [record.action for record in CommunityAuditEvent.objects.all()] == [
        "moderation.post.hidden",
        "moderation.post.restored",
    ]
    assert first_broken_position("community") is None


def test_a_form_sent_twice_makes_one_decision(osler: Viewer, moderator: Viewer) -> None:
    case, key = make_case(osler), uuid.uuid4()

    for _ in range(2):
        _decide(moderator, case, DecisionKind.HIDE, key)

    assert ModerationDecision.objects.count() == 1


def test_a_moderator_cannot_decide_about_their_own_post(moderator: Viewer, osler: Viewer) -> None:
    named = make_case(moderator)
    anonymous = make_comment(moderator, make_case(osler), anonymous=True)

    for item in (named, anonymous):
        with pytest.raises(errors.OwnPost):
            _decide(moderator, item, DecisionKind.HIDE)


def test_suspending_an_anonymous_author_needs_two_moderators_and_the_sealed_worker(
    osler: Viewer, blackwell: Viewer, moderator: Viewer, second_moderator: Viewer
) -> None:
    comment = make_comment(blackwell, make_case(osler), anonymous=True)
    sanction = sanctions.request_suspension(
        moderator=moderator, item=comment, reason="abuse", note=""
    )
    suspension.suspend_author(sanction.pk)
    assert banned_members() == []
    with pytest.raises(errors.SecondModeratorNeeded):
        sanctions.answer_sanction(moderator=moderator, sanction=sanction, agrees=True)

    sanctions.answer_sanction(moderator=second_moderator, sanction=sanction, agrees=True)
    for _ in range(2):
        suspension.suspend_author(sanction.pk)

    assert banned_members() == [blackwell.member.pk]
    sanction.refresh_from_db()
    assert sanction.state == SanctionState.DONE
    events = "".join(str(record.__dict__) for record in CommunityAuditEvent.objects.all())
    assert str(blackwell.member.pk) not in events
    assert blackwell.member.pk.hex not in events


def test_a_named_author_is_suspended_without_a_second_moderator(
    osler: Viewer, moderator: Viewer
) -> None:
    sanction = sanctions.request_suspension(
        moderator=moderator, item=make_case(osler), reason="abuse", note=""
    )

    suspension.suspend_author(sanction.pk)

    assert banned_members() == [osler.member.pk]


def test_a_suspended_member_cannot_read(osler: Viewer, client_for: ClientFor) -> None:
    case = make_case(osler)
    suspend_member(osler.member.pk)

    response = client_for(osler).get(case.get_absolute_url())

    assert response.status_code == 403


def test_the_author_of_an_item_without_a_capsule_cannot_be_suspended(
    osler: Viewer, moderator: Viewer, client_for: ClientFor
) -> None:
    case = make_case(osler, anonymous=True)
    AuthorCapsule.objects.all().delete()

    with pytest.raises(errors.AuthorUnknown):
        sanctions.request_suspension(moderator=moderator, item=case, reason="abuse", note="")
    address = reverse("moderation:item", args=["case", case.public_id])
    page = client_for(moderator).get(address).content.decode()

    assert "Nobody can suspend the author: this item is older than 90 days." in page
    assert "Suspend the author</button>" not in " ".join(page.split())


def test_a_capsule_that_ends_before_the_second_moderator_agrees_suspends_nobody(
    osler: Viewer, moderator: Viewer, second_moderator: Viewer
) -> None:
    case = make_case(osler, anonymous=True)
    sanction = sanctions.request_suspension(moderator=moderator, item=case, reason="abuse", note="")
    AuthorCapsule.objects.all().delete()

    sanctions.answer_sanction(moderator=second_moderator, sanction=sanction, agrees=True)
    suspension.suspend_author(sanction.pk)

    sanction.refresh_from_db()
    assert sanction.state == SanctionState.TOO_LATE
    assert not ModerationDecision.objects.exists()


def test_a_refused_suspension_changes_nothing(
    osler: Viewer, blackwell: Viewer, moderator: Viewer, second_moderator: Viewer
) -> None:
    item = make_case(blackwell, anonymous=True)
    sanction = sanctions.request_suspension(moderator=moderator, item=item, reason="abuse", note="")

    sanctions.answer_sanction(moderator=second_moderator, sanction=sanction, agrees=False)
    suspension.suspend_author(sanction.pk)

    assert banned_members() == []
    with pytest.raises(errors.SanctionAlreadyDecided):
        sanctions.answer_sanction(moderator=second_moderator, sanction=sanction, agrees=True)


@pytest.mark.django_db(transaction=True, databases=["default", "identity"])
def test_two_requests_at_once_make_one_suspension(
    osler: Viewer, moderator: Viewer, second_moderator: Viewer
) -> None:
    item = make_case(osler, anonymous=True)
    outcomes: list[str] = []

    def request(requester: Viewer) -> None:
        try:
            sanctions.request_suspension(moderator=requester, item=item, reason="abuse", note="")
            outcomes.append("requested")
        except errors.SuspensionAlreadyRequested:
            outcomes.append("pending")
        finally:
            connection.close()

    threads = [
        threading.Thread(target=request, args=[requester])
        for requester in (moderator, second_moderator)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(MAX_WAIT_SECONDS)

    assert sorted(outcomes) == ["pending", "requested"]
    assert Sanction.objects.count() == 1


def test_the_queue_needs_a_fixed_number_of_queries(
    osler: Viewer,
    blackwell: Viewer,
    moderator: Viewer,
    client_for: ClientFor,
    django_assert_max_num_queries: Callable[..., object],
) -> None:
    client = client_for(moderator)
    for _ in range(12):
        case = make_case(osler)
        comment = make_comment(blackwell, case)
        for item in (case, comment):
            Report.objects.create(
                target_kind=target_kind(item),
                target_id=item.pk,
                reason="other",
                reporter=uuid.uuid4().bytes,
                reported_at=timezone.now(),
            )

    with django_assert_max_num_queries(8):  # type: ignore[attr-defined]
        response = client.get(reverse("moderation:queue"))

    assert response.content.decode().count("data-item") == 24


def test_pages_to_report_hide_and_read_the_log(
    osler: Viewer, blackwell: Viewer, moderator: Viewer, client_for: ClientFor
) -> None:
    case = make_case(osler)
    comment = make_comment(osler, case, text="Buy this synthetic tonic")
    reporter, moderating = client_for(blackwell), client_for(moderator)
    address = reverse("moderation:report", args=["comment", comment.public_id])
    assert reporter.post(address, {}).status_code == 422

    assert reporter.post(address, {"reason": "advertising"}).status_code == 302
    hide = reverse("moderation:hide", args=["comment", comment.public_id])
    assert reporter.post(hide, {"reason": "advertising"}).status_code == 404
    assert moderating.post(hide, {"reason": "advertising"}).status_code == 302

    assert Comment.objects.get().hidden_at is not None
    assert "Buy this synthetic tonic" not in reporter.get(case.get_absolute_url()).content.decode()
    log = reporter.get(reverse("moderation:log")).content.decode()
    assert "Advertising" in log
    visitors = client_for(None).get(reverse("moderation:log")).content.decode()
    assert "Advertising" not in visitors


def test_the_number_of_reports_in_an_hour_is_limited(osler: Viewer, blackwell: Viewer) -> None:
    use_up(REPORTS, blackwell)

    last = make_case(osler)
    with pytest.raises(QuotaReached):
        report_target(viewer=blackwell, item=last, reason="abuse", note="")

    assert not Report.objects.exists()


def test_a_community_poll_can_be_reported_and_hidden(
    osler: Viewer, blackwell: Viewer, moderator: Viewer, client_for: ClientFor
) -> None:
    poll = Poll.objects.create(
        kind=PollKind.OPINION, question="Which?", opened_at=timezone.now(), asked_by=osler.member
    )
    report = reverse("moderation:report", args=["poll", poll.public_id])

    assert client_for(blackwell).post(report, {"reason": "advertising"}).status_code == 302
    page = reverse("moderation:item", args=["poll", poll.public_id])
    assert client_for(moderator).get(page).status_code == 200
    _decide(moderator, poll, DecisionKind.HIDE)

    poll.refresh_from_db()
    assert poll.hidden_at is not None
