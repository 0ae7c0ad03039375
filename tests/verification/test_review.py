from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import User, VerifiedPerson
from sermo.audit.models import IdentityAuditEvent
from sermo.members.viewer import Viewer
from tests.factories import client_for
from tests.factories_verification import (
    make_applicant,
    make_checked,
    make_draft,
    make_in_review,
    make_submitted,
    picture,
)
from verification import services
from verification.errors import (
    ApplicationChanged,
    ClaimedByAnother,
    ClaimExpired,
    OwnApplication,
    TooLateToUndo,
)
from verification.models import (
    Application,
    ApplicationDecisionKind,
    ApplicationState,
    Credential,
    Decision,
    DocumentView,
)
from verification.pipeline.worker import process_application
from verification.policy.reasons import Reason
from verification.selectors.review_queue import current_decision
from verification.tasks import sweep

pytestmark = [
    pytest.mark.django_db(databases=["default", "identity"]),
    pytest.mark.usefixtures("registers"),
]


def travel_ahead(seconds: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + dt.timedelta(seconds=seconds))


@pytest.fixture
def _clock_stands_still() -> Iterator[None]:
    """The 10 seconds for undoing pass only when a test moves the clock."""
    with time_machine.travel(timezone.now(), tick=False):
        yield


def make_with_document() -> Application:
    draft = make_draft(make_applicant(), number="2999000021", given="Casey", family="Sampleton")
    services.add_document(application=draft, content=picture("blue"), key=uuid.uuid4())
    services.give_consents(application=draft, given={"register", "own_db", "document"})
    services.submit_application(application=draft)
    process_application(draft.pk)
    draft.refresh_from_db()
    return draft


def test_only_reviewers_can_open_the_queue(applicant: User, osler: Viewer) -> None:
    application = make_in_review(applicant)
    address = f"/review/{application.public_id}/"

    assert Client().get("/review/").status_code == 302
    for client in (client_for(applicant), client_for(osler)):
        assert client.get("/review/").status_code == 404
        assert client.get(address).status_code == 404
        assert client.post(f"{address}approve/").status_code == 404


def test_the_queue_shows_the_oldest_first_without_names(reviewer: User) -> None:
    make_in_review()
    with travel_ahead(60):
        newer = make_checked(make_applicant(), country="GB", number="9999017")
    client = client_for(reviewer)

    with travel_ahead(3 * 86_400):
        page = client.get("/review/").content.decode()

    assert page.index("NPI ·") < page.index("GMC ·")
    assert "Late: waits 3 days" in page
    assert "Sampleton" not in page
    assert newer.state == ApplicationState.IN_REVIEW


def test_an_empty_queue_says_so(reviewer: User) -> None:
    assert b"Nobody is waiting" in client_for(reviewer).get("/review/").content


def test_details_are_shown_only_to_the_reviewer_with_the_claim(
    reviewer: User, second_reviewer: User
) -> None:
    application = make_in_review()
    address = f"/review/{application.public_id}/"
    client, other = client_for(reviewer), client_for(second_reviewer)
    assert b"Sampleton" not in client.get(address).content

    client.post(f"{address}claim/")

    page = client.get(address).content.decode()
    assert "Sampleton" in page
    assert "resident" in page
    assert "The register does not say plainly" in page
    assert b"Sampleton" not in other.get(address).content
    assert other.post(f"{address}claim/").status_code == 409
    assert b"Another reviewer works on it" in other.get("/review/").content


def test_a_claim_ends_after_fifteen_minutes(reviewer: User, second_reviewer: User) -> None:
    application = make_in_review()
    services.claim_for_review(application=application, reviewer=reviewer)
    with pytest.raises(ClaimedByAnother):
        services.claim_for_review(application=application, reviewer=second_reviewer)

    with travel_ahead(16 * 60):
        services.claim_for_review(application=application, reviewer=second_reviewer)
        with pytest.raises(ClaimExpired):
            services.decide_application(
                application=application, reviewer=reviewer, kind=ApplicationDecisionKind.APPROVE
            )


def test_differences_are_marked_in_words(reviewer: User) -> None:
    application = make_checked(make_applicant(), given="Blake", family="Placeholders")
    client = client_for(reviewer)
    client.post(f"/review/{application.public_id}/claim/")

    page = client.get(f"/review/{application.public_id}/").content.decode()

    assert '<td class="document-comparison__mismatch">differs</td>' in page
    assert "<ins>s</ins>" in page
    assert "agrees" in page


def test_each_view_of_a_document_is_recorded_and_shown(reviewer: User) -> None:
    application = make_with_document()
    document = application.documents.get()
    client = client_for(reviewer)
    address = f"/review/{application.public_id}/documents/{document.public_id}/"
    assert client.get(address).status_code == 404

    client.post(f"/review/{application.public_id}/claim/")
    shown = client.get(address)

    assert shown.content == picture("blue")
    assert shown["Content-Type"] == "image/jpeg"
    assert "sandbox" in shown["Content-Security-Policy"]
    assert shown["Cache-Control"] == "no-store"
    assert DocumentView.objects.get().viewer == reviewer
    assert IdentityAuditEvent.objects.filter(action="verification.document.viewed").count() == 1
    page = client.get(f"/review/{application.public_id}/").content.decode()
    assert str(reviewer.pk)[:8] in page


def test_a_document_of_another_application_is_not_found(reviewer: User) -> None:
    mine, other = make_in_review(), make_with_document_of_another()
    client = client_for(reviewer)
    client.post(f"/review/{mine.public_id}/claim/")

    document = other.documents.get()

    address = f"/review/{mine.public_id}/documents/{document.public_id}/"
    assert client.get(address).status_code == 404


def make_with_document_of_another() -> Application:
    draft = make_draft(make_applicant(), country="GB", number="9999017")
    services.add_document(application=draft, content=picture(), key=uuid.uuid4())
    services.give_consents(application=draft, given={"register", "own_db", "document"})
    services.submit_application(application=draft)
    process_application(draft.pk)
    return draft


@pytest.mark.usefixtures("_clock_stands_still")
def test_an_approval_takes_effect_after_ten_seconds(reviewer: User) -> None:
    application = make_in_review()
    client = client_for(reviewer)
    client.post(f"/review/{application.public_id}/claim/")

    assert client.post(f"/review/{application.public_id}/approve/")["Location"] == "/review/"

    sweep()
    application.refresh_from_db()
    assert application.state == ApplicationState.IN_REVIEW
    assert b"Undo" in client.get("/review/").content
    with travel_ahead(11):
        sweep()
    application.refresh_from_db()
    assert application.state == ApplicationState.APPROVED
    assert VerifiedPerson.objects.get().member_class == "resident"


@pytest.mark.usefixtures("_clock_stands_still")
def test_an_approval_can_be_undone_for_ten_seconds(reviewer: User, second_reviewer: User) -> None:
    application = make_in_review()
    services.claim_for_review(application=application, reviewer=reviewer)
    decision = services.decide_application(
        application=application, reviewer=reviewer, kind=ApplicationDecisionKind.APPROVE
    )
    with pytest.raises(OwnApplication):
        services.undo_decision(decision=decision, reviewer=second_reviewer)

    client_for(reviewer).post(f"/review/{application.public_id}/undo/")

    with travel_ahead(20):
        sweep()
    application.refresh_from_db()
    assert application.state == ApplicationState.IN_REVIEW
    assert current_decision(application) is None


def test_after_ten_seconds_it_is_too_late_to_undo(reviewer: User) -> None:
    application = make_in_review()
    services.claim_for_review(application=application, reviewer=reviewer)
    decision = services.decide_application(
        application=application, reviewer=reviewer, kind=ApplicationDecisionKind.APPROVE
    )

    with travel_ahead(11), pytest.raises(TooLateToUndo):
        services.undo_decision(decision=decision, reviewer=reviewer)


def test_a_rejection_needs_reason_and_note_and_keeps_the_input(reviewer: User) -> None:
    application = make_in_review()
    client = client_for(reviewer)
    client.post(f"/review/{application.public_id}/claim/")
    address = f"/review/{application.public_id}/reject/"

    missing = client.post(address, {"reject-reason": "", "reject-note": "Kept words."})
    assert missing.status_code == 422
    assert b"Kept words." in missing.content
    done = client.post(address, {"reject-reason": "NOT_PHYSICIAN", "reject-note": "A nurse badge."})

    assert done.status_code == 302
    with travel_ahead(11):
        sweep()
    application.refresh_from_db()
    assert application.state == ApplicationState.REJECTED
    assert application.reasons == ["NOT_PHYSICIAN"]
    assert b"nurse badge" not in bytes(Decision.objects.get().note_ciphertext or b"")


def test_contested_numbers_need_two_reviewers(
    hospital_applicant: User, reviewer: User, second_reviewer: User
) -> None:
    first = make_submitted(hospital_applicant)
    contested = make_checked(make_applicant())
    assert Reason.CREDENTIAL_CONTESTED not in contested.reasons
    process_application(first.pk)
    first.refresh_from_db()
    assert first.state == ApplicationState.IN_REVIEW
    client, other = client_for(reviewer), client_for(second_reviewer)
    address = f"/review/{first.public_id}/"
    client.post(f"{address}claim/")
    client.post(f"{address}approve/")
    with travel_ahead(60):
        sweep()
    first.refresh_from_db()
    assert first.state == ApplicationState.IN_REVIEW

    assert client.post(f"{address}confirm/").status_code == 403
    assert b"Needs a second reviewer" in other.get("/review/").content
    other.post(f"{address}claim/")
    assert b"The first reviewer would approve" in other.get(address).content
    other.post(f"{address}confirm/")
    with travel_ahead(60):
        sweep()

    first.refresh_from_db()
    assert first.state == ApplicationState.APPROVED
    # The reviewers decided between two claims, so the other one was released.
    assert Credential.objects.get(active=True).application_id == first.pk


def test_a_second_reviewer_who_disagrees_sends_it_back(
    hospital_applicant: User, reviewer: User, second_reviewer: User
) -> None:
    make_checked(make_applicant())
    contested = make_checked(hospital_applicant)
    services.claim_for_review(application=contested, reviewer=reviewer)
    services.decide_application(
        application=contested, reviewer=reviewer, kind=ApplicationDecisionKind.APPROVE
    )
    other = client_for(second_reviewer)
    other.post(f"/review/{contested.public_id}/claim/")

    other.post(f"/review/{contested.public_id}/disagree/")

    contested.refresh_from_db()
    assert contested.state == ApplicationState.IN_REVIEW
    assert current_decision(contested) is None


def test_a_member_keeps_the_number_against_a_reviewers_mistake(
    hospital_applicant: User, reviewer: User, second_reviewer: User
) -> None:
    make_checked(hospital_applicant)
    impostor = make_checked(make_applicant())
    services.claim_for_review(application=impostor, reviewer=reviewer)
    decision = services.decide_application(
        application=impostor, reviewer=reviewer, kind=ApplicationDecisionKind.APPROVE
    )
    services.claim_for_review(application=impostor, reviewer=second_reviewer)
    services.confirm_decision(decision=decision, reviewer=second_reviewer)

    with travel_ahead(60):
        sweep()

    impostor.refresh_from_db()
    assert impostor.state == ApplicationState.IN_REVIEW
    assert VerifiedPerson.objects.count() == 1


def test_a_reviewer_cannot_review_their_own_application_or_an_appeal_against_them(
    reviewer: User, second_reviewer: User
) -> None:
    application = make_in_review()
    User.objects.filter(pk=application.user_id).update(role="reviewer")
    with pytest.raises(OwnApplication):
        services.claim_for_review(
            application=application, reviewer=User.objects.get(pk=application.user_id)
        )
    User.objects.filter(pk=application.user_id).update(role="")
    services.claim_for_review(application=application, reviewer=reviewer)
    services.decide_application(
        application=application,
        reviewer=reviewer,
        kind=ApplicationDecisionKind.REJECT,
        reasons=[Reason.BINDING_FAILED],
        note="x",
    )
    with travel_ahead(11):
        sweep()
    application.refresh_from_db()
    appeal = services.appeal_decision(refused=application)
    services.skip_document(application=appeal)
    services.give_consents(application=appeal, given={"register", "own_db"})
    services.submit_application(application=appeal)
    process_application(appeal.pk)

    with pytest.raises(OwnApplication):
        services.claim_for_review(application=appeal, reviewer=reviewer)
    services.claim_for_review(application=appeal, reviewer=second_reviewer)


def test_a_question_leaves_the_queue_until_it_is_answered(reviewer: User) -> None:
    application = make_in_review()
    client = client_for(reviewer)
    client.post(f"/review/{application.public_id}/claim/")

    client.post(f"/review/{application.public_id}/ask/", {"ask-question": "Which year?"})

    assert client.get(f"/review/{application.public_id}/").status_code == 404
    services.answer_reviewer(application=application, text="1999", content=None, key=uuid.uuid4())
    client.post(f"/review/{application.public_id}/claim/")
    page = client.get(f"/review/{application.public_id}/").content.decode()
    assert "Which year?" in page
    assert "1999" in page


def test_skipping_releases_the_claim(reviewer: User, second_reviewer: User) -> None:
    application = make_in_review()
    client = client_for(reviewer)
    client.post(f"/review/{application.public_id}/claim/")

    client.post(f"/review/{application.public_id}/skip/")

    services.claim_for_review(application=application, reviewer=second_reviewer)
    application.refresh_from_db()
    assert application.claimed_by == second_reviewer


def test_withdrawing_overrides_a_decision_not_in_effect(reviewer: User) -> None:
    application = make_in_review()
    services.claim_for_review(application=application, reviewer=reviewer)
    services.decide_application(
        application=application, reviewer=reviewer, kind=ApplicationDecisionKind.APPROVE
    )

    services.withdraw_application(application=application)
    with travel_ahead(60):
        sweep()

    application.refresh_from_db()
    assert application.state == ApplicationState.WITHDRAWN
    assert not VerifiedPerson.objects.exists()


def test_the_same_decision_twice_is_one_and_blocks_a_question(reviewer: User) -> None:
    application = make_in_review()
    services.claim_for_review(application=application, reviewer=reviewer)

    first = services.decide_application(
        application=application, reviewer=reviewer, kind=ApplicationDecisionKind.APPROVE
    )
    again = services.decide_application(
        application=application, reviewer=reviewer, kind=ApplicationDecisionKind.APPROVE
    )

    assert first.pk == again.pk
    with pytest.raises(ApplicationChanged):
        services.ask_applicant(application=application, reviewer=reviewer, question="?")


def test_the_review_pages_have_valid_markup(reviewer: User) -> None:
    application = make_with_document()
    client = client_for(reviewer)
    client.post(f"/review/{application.public_id}/claim/")
    for path in ("/review/", f"/review/{application.public_id}/"):
        page = client.get(path).content.decode()
        assert " style=" not in page
        assert page.count("<h1") == 1
        assert 'data-shortcut="a"' in page or path == "/review/"


def test_names_that_are_markup_are_shown_as_text(reviewer: User) -> None:
    application = make_checked(make_applicant(), family="<script>alert(1)</script>")
    client = client_for(reviewer)
    client.post(f"/review/{application.public_id}/claim/")

    page = client.get(f"/review/{application.public_id}/").content.decode()

    assert "<script>alert" not in page


def test_the_queue_needs_the_same_number_of_queries_for_any_length(
    reviewer: User, django_assert_max_num_queries: object
) -> None:
    from django.db import connections
    from django.test.utils import CaptureQueriesContext

    client = client_for(reviewer)
    counts = []
    for _ in range(2):
        make_in_review()
        make_checked(make_applicant(), country="GB", number="9999017")
        with CaptureQueriesContext(connections["identity"]) as caught:
            client.get("/review/")
        counts.append(len(caught))

    assert counts[0] == counts[1]


def make_queue(count: int) -> list[Application]:
    """Applications in review, the oldest first."""
    made = []
    for place in range(count):
        with time_machine.travel(timezone.now() - dt.timedelta(minutes=10 * (count - place))):
            made.append(make_checked(make_applicant(), country="GB", number="9999017"))
    assert {application.state for application in made} == {ApplicationState.IN_REVIEW}
    return made


@pytest.mark.usefixtures("_clock_stands_still")
def test_approving_redirects_to_the_next_application(reviewer: User) -> None:
    first, second = make_queue(2)
    client = client_for(reviewer)

    begun = client.post("/review/next/")
    assert begun["Location"] == f"/review/{first.public_id}/"
    went_on = client.post(f"/review/{first.public_id}/approve/")
    assert went_on["Location"] == f"/review/{second.public_id}/"

    page = client.get(f"/review/{second.public_id}/").content.decode()
    assert "Sampleton" in page or "Typed and register" in page
    assert f"/review/{first.public_id}/undo/" in page
    back = client.post(f"/review/{first.public_id}/undo/")
    assert back["Location"] == f"/review/{first.public_id}/"
    assert "Typed and register" in client.get(back["Location"]).content.decode()
    assert current_decision(first) is None


def test_two_reviewers_never_get_the_same_one(reviewer: User, second_reviewer: User) -> None:
    first, second = make_queue(2)

    mine = services.claim_next(reviewer=reviewer)
    theirs = services.claim_next(reviewer=second_reviewer)
    third = services.claim_next(reviewer=make_reviewer("third-reviewer"))

    assert (mine, theirs, third) == (first, second, None)
    assert services.claim_next(reviewer=reviewer) == first


def make_reviewer(name: str) -> User:
    from tests.factories import make_user

    return make_user(name, role="reviewer")


def test_skipped_applications_return_only_when_no_other_is_left(reviewer: User) -> None:
    first, second = make_queue(2)
    client = client_for(reviewer)
    client.post("/review/next/")

    assert client.post(f"/review/{first.public_id}/skip/")["Location"].endswith(
        f"/{second.public_id}/"
    )
    assert client.post(f"/review/{second.public_id}/skip/")["Location"] == "/review/"
    assert client.post("/review/next/")["Location"].endswith(f"/{first.public_id}/")


def test_stopping_releases_the_claim_and_opens_the_queue(reviewer: User) -> None:
    (only,) = make_queue(1)
    client = client_for(reviewer)
    client.post("/review/next/")

    stopped = client.post(f"/review/{only.public_id}/skip/", {"stop": "1"})

    assert stopped["Location"] == "/review/"
    only.refresh_from_db()
    assert only.claimed_by_id is None


def test_a_first_decision_is_offered_to_the_second_reviewer_only(
    hospital_applicant: User, reviewer: User, second_reviewer: User
) -> None:
    make_checked(make_applicant())
    contested = make_checked(hospital_applicant)
    services.claim_for_review(application=contested, reviewer=reviewer)
    services.decide_application(
        application=contested, reviewer=reviewer, kind=ApplicationDecisionKind.APPROVE
    )

    mine = services.claim_next(reviewer=reviewer)
    assert mine != contested
    assert services.claim_next(reviewer=reviewer, after=mine) is None
    assert services.claim_next(reviewer=second_reviewer) == contested


def test_a_frequent_question_needs_no_typing(reviewer: User) -> None:
    application = make_in_review()
    client = client_for(reviewer)
    client.post(f"/review/{application.public_id}/claim/")
    address = f"/review/{application.public_id}/ask/"
    from verification.forms.review import FREQUENT_QUESTIONS

    assert client.post(address, {"ask-question": ""}).status_code == 422
    client.post(address, {"ask-often": FREQUENT_QUESTIONS[0], "ask-question": "The blue one."})

    application.refresh_from_db()
    assert application.state == ApplicationState.AWAITING_APPLICANT
    from verification.selectors import unanswered_question

    assert unanswered_question(application) == f"{FREQUENT_QUESTIONS[0]}\nThe blue one."


def test_business_days_leave_out_the_week_end() -> None:
    from verification.selectors.waiting_times import business_days, is_escalated, is_late

    friday = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
    monday = dt.datetime(2026, 11, 23, 11, tzinfo=dt.UTC)

    assert business_days(friday, monday) == pytest.approx(23 / 24)
    assert not is_late(friday, monday)
    assert is_late(friday, monday + dt.timedelta(hours=2))
    assert not is_escalated(friday, monday + dt.timedelta(days=2))
    assert is_escalated(friday, monday + dt.timedelta(days=3))
    assert business_days(monday, friday) == 0


def test_the_dossier_shows_each_source_and_marks_doubts(reviewer: User) -> None:
    application = make_in_review()
    client = client_for(reviewer)
    client.post(f"/review/{application.public_id}/claim/")

    page = client.get(f"/review/{application.public_id}/").content.decode()

    assert "What each source answered" in page
    # What the register records, decrypted from the step for the reviewer with the claim.
    assert "Given names" in page
    # A trainee's code is marked as a doubt, in words.
    assert "trainee" in page
    assert "Doubt:" in page


def test_the_status_page_shows_how_many_are_ahead(reviewer: User) -> None:
    first, second = make_queue(2)

    assert b"Yours is the next one." in client_for(first.user).get("/join/status/").content
    assert b"1 application is before yours." in client_for(second.user).get("/join/status/").content
