from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.factories import client_for, make_user
from tests.factories_verification import (
    CODE_NPI,
    NURSE_NPI,
    make_applicant,
    make_checked,
    make_draft,
    make_in_review,
    make_submitted,
    picture,
)
from verification import services
from verification.models import Application, ApplicationState, Decision, Document
from verification.pipeline.worker import process_application
from verification.selectors import duration_in_words, median_wait_minutes

pytestmark = [
    pytest.mark.django_db(databases=["default", "identity"]),
    pytest.mark.usefixtures("registers"),
]
LICENCE = {
    "number": "2999 0000 13",
    "given_name": "Blake",
    "family_name": "Placeholder",
    "birth_date": "1958-02-06",
    "graduation_year": "1985",
    "specialty": "internal",
}
HTMX = {"HX-Request": "true"}


def upload(content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile("private-name.jpg", picture() if content is None else content)


def test_a_visitor_sees_the_steps_before_signing_up() -> None:
    page = Client().get("/join/")

    assert page.status_code == 200
    assert b"Why we ask" in page.content
    assert reverse("account_signup").encode() in page.content


def test_staff_have_no_application() -> None:
    client = client_for(make_user("staff", role="reviewer"))

    assert client.get("/join/").status_code == 302
    assert client.get("/join/licence/").status_code == 302
    assert not Application.objects.exists()


def test_opening_the_steps_creates_no_application(applicant: User) -> None:
    client = client_for(applicant)
    for path in ("", "country/", "licence/", "evidence/", "consent/", "check/", "status/"):
        assert client.get(f"/join/{path}").status_code in {200, 302}

    assert not Application.objects.exists()


def test_a_newcomer_completes_every_step_and_is_admitted(hospital_applicant: User) -> None:
    client = client_for(hospital_applicant)

    assert client.post("/join/country/", {"country": "US"})["Location"] == "/join/licence/"
    assert b"NPI number" in client.get("/join/licence/").content
    assert client.post("/join/licence/", LICENCE)["Location"] == "/join/evidence/"
    sent = {"photo": upload(), "idempotency_key": str(uuid.uuid4())}
    assert client.post("/join/evidence/", sent)["Location"] == "/join/evidence/"
    assert b"Picture 1" in client.get("/join/evidence/").content
    consents = {"register": "on", "own_db": "on", "contact": "on", "document": "on"}
    assert client.post("/join/consent/", consents)["Location"] == "/join/check/"
    page = client.get("/join/check/").content.decode()
    assert "Blake Placeholder" in page
    assert "6 February 1958" in page
    assert client.post("/join/check/")["Location"] == "/join/status/"
    assert client.post("/join/check/")["Location"] == "/join/status/"
    application = Application.objects.get()
    assert b"Being checked now" in client.get("/join/status/").content

    process_application(application.pk)

    assert b"You are verified" in client.get("/join/status/").content
    assert client.get("/join/")["Location"] == "/join/status/"


def test_a_draft_can_be_continued_on_another_device(applicant: User) -> None:
    make_draft(applicant)

    page = client_for(applicant).get("/join/licence/").content.decode()

    assert 'value="Blake"' in page
    assert 'value="1958-02-06"' in page


def test_errors_keep_what_was_typed_and_are_summed_up(applicant: User) -> None:
    client = client_for(applicant)
    client.post("/join/country/", {"country": "US"})

    answer = client.post("/join/licence/", {**LICENCE, "number": "2999000014", "specialty": "x"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "check digit" in page
    assert 'value="2999000014"' in page
    assert 'value="Placeholder"' in page
    assert 'role="alert"' in page


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("birth_date", "2020-01-01"),
        ("birth_date", "1800-01-01"),
        ("birth_date", "nonsense"),
        ("graduation_year", "3000"),
        ("graduation_year", "12"),
        ("specialty", "witchcraft"),
        ("given_name", ""),
        ("given_name", "x" * 81),
    ],
)
def test_impossible_values_are_refused(applicant: User, field: str, value: str) -> None:
    client = client_for(applicant)
    client.post("/join/country/", {"country": "US"})

    assert client.post("/join/licence/", {**LICENCE, field: value}).status_code == 422


def test_the_number_is_checked_when_its_field_loses_focus(applicant: User) -> None:
    client = client_for(applicant)
    client.post("/join/country/", {"country": "US"})

    wrong = client.post("/join/licence/number/", {"number": "2999000014"}, headers=HTMX)
    right = client.post("/join/licence/number/", {"number": "2999000013"}, headers=HTMX)

    assert b"check digit does not fit" in wrong.content
    assert b"are right" in right.content
    assert b"<html" not in right.content


def test_changing_the_country_clears_the_licence_number(applicant: User) -> None:
    make_draft(applicant)
    client = client_for(applicant)

    client.post("/join/country/", {"country": "GB"})

    page = client.get("/join/licence/").content.decode()
    assert "GMC reference number" in page
    assert "2999000013" not in page


@pytest.mark.parametrize(
    "content",
    [b"", b"<html><script>", b"GIF89a" + b"0" * 90, b"%PDF-1.7 no end", b"\xff\xd8\xff\xe0broken"],
)
def test_only_pictures_and_pdf_are_taken(applicant: User, content: bytes) -> None:
    client = client_for(make_draft(applicant).user)

    answer = client.post("/join/evidence/", {"file": upload(content)})

    assert answer.status_code == 422
    assert not Document.objects.exists()


def test_a_file_too_large_is_refused_with_a_message(applicant: User, settings: Any) -> None:
    settings.MAX_EVIDENCE_BYTES = 100
    client = client_for(make_draft(applicant).user)

    answer = client.post("/join/evidence/", {"file": upload()})

    assert answer.status_code == 422
    assert b"larger than" in answer.content


def test_the_same_upload_sent_twice_is_one_document(applicant: User) -> None:
    client = client_for(make_draft(applicant).user)
    key = str(uuid.uuid4())

    for _ in range(2):
        client.post("/join/evidence/", {"file": upload(), "idempotency_key": key})

    assert Document.objects.count() == 1


def test_a_document_of_another_person_cannot_be_removed_or_seen(applicant: User) -> None:
    draft = make_draft(applicant)
    document = services.add_document(application=draft, content=picture(), key=uuid.uuid4())
    other = client_for(make_applicant())

    answer = other.post(f"/join/evidence/{document.public_id}/remove/")

    assert answer.status_code == 404
    assert Document.objects.filter(deleted_at__isnull=True).exists()
    assert (
        client_for(applicant).post(f"/join/evidence/{document.public_id}/remove/").status_code
        == 302
    )
    assert not Document.objects.filter(deleted_at__isnull=True).exists()


def test_an_idempotency_key_of_another_person_reveals_nothing(applicant: User) -> None:
    key = uuid.uuid4()
    services.add_document(application=make_draft(applicant), content=picture(), key=key)
    other = make_draft(make_applicant())

    with pytest.raises(Document.DoesNotExist):
        services.add_document(application=other, content=picture(), key=key)


def test_a_country_without_open_register_needs_a_document(applicant: User) -> None:
    client = client_for(applicant)
    client.post("/join/country/", {"country": "DE"})
    client.post("/join/licence/", {**LICENCE, "number": "838382202"})
    client.post("/join/evidence/skip/")
    client.post("/join/consent/", {"register": "on", "own_db": "on"})

    assert client.get("/join/check/")["Location"] == "/join/evidence/"
    assert client.post("/join/check/").status_code == 422


def test_required_consent_cannot_be_left_out(applicant: User) -> None:
    draft = make_draft(applicant, consents=set())

    answer = client_for(applicant).post("/join/consent/", {"contact": "on"})

    assert answer.status_code == 422
    assert not draft.consents.exists()


def test_details_cannot_change_while_they_are_checked(applicant: User) -> None:
    make_submitted(applicant)
    client = client_for(applicant)

    moved = LICENCE | {"country": "GB"}
    for path in ("country/", "licence/", "evidence/", "consent/", "check/"):
        assert client.post(f"/join/{path}", moved)["Location"] == "/join/status/"
    assert Application.objects.get().country == "US"


def test_the_status_page_answers_204_until_something_changes(
    hospital_applicant: User,
) -> None:
    application = make_submitted(hospital_applicant)
    client = client_for(hospital_applicant)
    page = client.get("/join/status/").content.decode()
    seen = page.split("?seen=")[1].split('"')[0]

    assert client.get(f"/join/status/?seen={seen}", headers=HTMX).status_code == 204
    process_application(application.pk)
    changed = client.get(f"/join/status/?seen={seen}", headers=HTMX)

    assert changed.status_code == 286
    assert b"<html" not in changed.content
    assert b"You are verified" in changed.content
    assert b"hx-trigger" not in changed.content


def test_a_rejection_never_names_the_failed_check_and_offers_the_appeal(applicant: User) -> None:
    make_checked(applicant, number=NURSE_NPI, given="Dana", family="Sandboxer")
    client = client_for(applicant)

    page = client.get("/join/status/").content.decode()

    assert "We cannot admit you" in page
    for word in ("nurse", "NOT_PHYSICIAN", "profession", "name differs"):
        assert word not in page
    assert client.post("/join/status/appeal/")["Location"] == "/join/"
    assert client.post("/join/status/appeal/").status_code in {302, 409}
    assert Application.objects.filter(state=ApplicationState.DRAFT).count() == 1
    assert b"your appeal" in client.get("/join/").content


def test_a_question_is_answered_on_the_status_page(applicant: User, reviewer: User) -> None:
    application = make_in_review(applicant)
    services.claim_for_review(application=application, reviewer=reviewer)
    services.ask_applicant(
        application=application, reviewer=reviewer, question="Your <b>badge</b>, please?"
    )
    client = client_for(applicant)
    page = client.get("/join/status/").content.decode()
    assert "Your &lt;b&gt;badge&lt;/b&gt;, please?" in page
    assert "hx-trigger" not in page

    empty = client.post("/join/status/answer/", {"answer": ""})
    assert empty.status_code == 422
    bad = client.post("/join/status/answer/", {"answer": "Kept text.", "file": upload(b"no")})
    assert bad.status_code == 422
    assert b"Kept text." in bad.content
    done = client.post("/join/status/answer/", {"answer": "Here it is.", "file": upload()})

    assert done.status_code == 302
    application.refresh_from_db()
    assert application.state == ApplicationState.IN_REVIEW
    assert application.consents.filter(kind="document").exists()
    assert Document.objects.count() == 1


def test_a_wrong_code_shows_an_error_at_its_field(applicant: User) -> None:
    make_checked(applicant, number=CODE_NPI, given="José", family="Núñez-Pérez")
    client = client_for(applicant)
    assert b"Enter your code" in client.get("/join/status/").content

    answer = client.post("/join/status/code/", {"code": "00000000"})

    assert answer.status_code == 422
    assert b"This is not the code" in answer.content


def test_withdrawing_deletes_the_details_and_allows_a_new_start(applicant: User) -> None:
    make_in_review(applicant)
    client = client_for(applicant)

    assert client.post("/join/status/withdraw/")["Location"] == "/join/status/"

    assert b"is erased" in client.get("/join/status/").content
    assert Application.objects.get().details_ciphertext is None
    assert client.post("/join/country/", {"country": "FR"})["Location"] == "/join/licence/"
    assert Application.objects.count() == 2


def test_status_page_actions_without_an_application_do_nothing(applicant: User) -> None:
    client = client_for(applicant)

    for action in ("code/", "code/again/", "answer/", "withdraw/", "appeal/"):
        answer = client.post(f"/join/status/{action}", {"code": "1", "answer": "x"})
        assert answer.status_code in {302, 409}
    assert not Application.objects.exists()


def test_the_median_needs_five_decisions(applicant: User) -> None:
    assert median_wait_minutes() is None
    from django.utils import timezone

    for minutes in (10, 20, 30, 40, 900):
        application = Application.objects.create(
            user=make_applicant(),
            state=ApplicationState.REJECTED,
            opened_month=timezone.localdate(),
            number_index=b"0" * 32,
            submitted_at=timezone.now(),
        )
        Decision.objects.create(
            application=application,
            kind="reject",
            policy_version=1,
            decided_at=timezone.now(),
            applied_at=timezone.now(),
            waited_minutes=minutes,
        )

    assert median_wait_minutes() == 30
    assert duration_in_words(30) == "30 minutes"
    assert duration_in_words(90) == "2 hours"
    make_submitted(applicant)
    assert b"less than 30 minutes" in client_for(applicant).get("/join/status/").content


def test_pages_carry_no_inline_script_or_style(applicant: User) -> None:
    make_draft(applicant)
    client = client_for(applicant)
    for path in ("", "country/", "licence/", "evidence/", "consent/", "check/"):
        page = client.get(f"/join/{path}").content.decode()
        assert " style=" not in page
        assert " onclick" not in page
        assert page.count("<h1") == 1
