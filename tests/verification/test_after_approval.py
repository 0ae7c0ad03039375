"""Members after approval: reports of sources, suspension and restoration."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import SlotContents, User
from accounts.services.pausing import report_new_device
from sermo.core.trusted_proxies import TrustedProxies
from sermo.members.records import load_record
from tests.accounts.conftest import EnteredMember, make_entered_member, sign_in
from tests.factories_verification import make_applicant, make_checked, make_draft
from tests.verification import scripted_vendors
from tests.verification.scripted_vendors import ACTIVE_PROFILE, VendorScript
from tests.verification.test_vendor_checks import check, phoned_code, send
from verification import services
from verification.models import (
    Application,
    ApplicationDecisionKind,
    ApplicationState,
    AwaitedInput,
    Credential,
    Exclusion,
    Membership,
    ProofingNotice,
    RegisterRow,
)
from verification.pipeline import monitoring
from verification.pipeline.decisions import apply_due_decision
from verification.pipeline.membership_status import admit_member, suspend_membership
from verification.policy.reasons import Reason
from verification.services.contact_code import CodeResult
from verification.vendors.errors import TransientVendorError
from verification.vendors.records import MasterfileChange, MasterfileProfile, StateLicence

pytestmark = pytest.mark.django_db(databases=["default", "identity"])


@pytest.fixture
def script(settings: Any) -> Iterator[VendorScript]:
    with scripted_vendors.scripted(settings) as made:
        yield made


@pytest.fixture
def casey(db: Any) -> EnteredMember:
    return make_entered_member()


def admitted(user: User) -> Membership:
    """An approved member, after the code was entered."""
    application = check(send(user))
    assert services.enter_code(application=application, code=phoned_code()) is CodeResult.RIGHT
    assert check(application).state == ApplicationState.APPROVED
    return Membership.objects.get(user=user)


def is_paused(user: User) -> bool:
    return User.objects.get(pk=user.pk).is_paused


def ended(days_ago: int) -> StateLicence:
    until = timezone.localdate() - dt.timedelta(days=days_ago)
    return StateLicence("New Jersey", "25MA00000001", "Active", until)


def test_an_admitted_member_is_monitored_at_the_masterfile(
    applicant: User, script: VendorScript
) -> None:
    membership = admitted(applicant)

    assert membership.is_watched
    assert script.call_count("watch") == 1
    assert membership.licence_until == dt.date(2099, 6, 30)


def test_failed_monitoring_is_started_by_the_nightly_run(
    applicant: User, script: VendorScript
) -> None:
    script.fail("watch", TransientVendorError("ama"))
    membership = admitted(applicant)
    assert not membership.is_watched

    monitoring.run_nightly()

    membership.refresh_from_db()
    assert membership.is_watched


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (replace(ACTIVE_PROFILE, sanctioned=True), Reason.SANCTION_REPORTED),
        (replace(ACTIVE_PROFILE, death_date=dt.date(2026, 1, 1)), Reason.DECEASED_UNCONFIRMED),
        (
            replace(
                ACTIVE_PROFILE, licences=(StateLicence("New Jersey", "25MA00000001", "Revoked"),)
            ),
            Reason.LICENSE_REVOKED,
        ),
    ],
)
def test_a_masterfile_report_suspends_and_opens_a_review(
    applicant: User, script: VendorScript, record: MasterfileProfile, reason: Reason
) -> None:
    membership = admitted(applicant)
    script.record = record
    script.changes = [MasterfileChange("n1", "900001"), MasterfileChange("n2", "900777")]

    assert monitoring.process_masterfile_changes() == 2
    assert monitoring.process_masterfile_changes() == 0

    membership.refresh_from_db()
    assert (membership.status, membership.reasons) == ("suspended", [reason])
    assert is_paused(applicant)
    case = Application.objects.get(user=applicant, state=ApplicationState.IN_REVIEW)
    assert case.reasons == [reason]
    assert case.expires_at is not None
    # Monitoring ends for a person who is no member.
    assert (script.call_count("unwatch"), script.call_count("forget")) == (1, 2)


def test_applying_a_masterfile_change_twice_changes_nothing(
    applicant: User, script: VendorScript
) -> None:
    membership = admitted(applicant)
    script.record = replace(ACTIVE_PROFILE, sanctioned=True)
    script.changes = [MasterfileChange("n1", "900001")]
    script.fail("forget", TransientVendorError("ama"))

    monitoring.process_masterfile_changes()
    monitoring.process_masterfile_changes()

    membership.refresh_from_db()
    assert membership.version == 1
    assert Application.objects.filter(user=applicant, state=ApplicationState.IN_REVIEW).count() == 1
    assert script.changes == []


def test_a_renewed_licence_moves_the_expiry_date_and_suspends_nobody(
    applicant: User, script: VendorScript
) -> None:
    membership = admitted(applicant)
    Membership.objects.update(licence_until=timezone.localdate() - dt.timedelta(days=1))

    assert monitoring.suspend_expired_licences() == 0

    membership.refresh_from_db()
    assert membership.licence_until == dt.date(2099, 6, 30)
    assert membership.status == "active"


def test_an_expired_licence_suspends_and_a_new_check_restores(
    applicant: User, script: VendorScript
) -> None:
    membership = admitted(applicant)
    script.record = replace(ACTIVE_PROFILE, licences=(ended(3),))
    Membership.objects.update(licence_until=timezone.localdate() - dt.timedelta(days=3))

    assert monitoring.suspend_expired_licences() == 1
    assert is_paused(applicant)
    assert not Application.objects.filter(user=applicant, state=ApplicationState.IN_REVIEW).exists()

    script.record = ACTIVE_PROFILE
    draft = services.start_application(user=applicant)
    services.skip_document(application=draft)
    services.give_consents(application=draft, given={"register", "own_db", "contact"})
    services.save_identity_details(
        application=draft, details=services.IdentityDetails(**DETAILS), ssn="899-55-0001"
    )
    again = check(services.submit_application(application=draft))
    assert again.waiting_for == AwaitedInput.CODE
    services.enter_code(application=again, code=phoned_code())
    check(again)

    assert again.state == ApplicationState.APPROVED
    membership.refresh_from_db()
    assert (membership.status, membership.reasons) == ("active", [])
    assert membership.application_id == again.pk
    assert not is_paused(applicant)
    assert Credential.objects.filter(user=applicant, active=True).count() == 1


DETAILS = {
    "street": "101 Test Ln",
    "city": "Paramus",
    "state": "NJ",
    "zip_code": "07652",
    "phone": "2015550001",
    "licence_state": "NJ",
    "licence_number": "25MA00000001",
}


def test_an_expired_licence_is_tolerated_14_days_while_the_masterfile_is_silent(
    applicant: User, script: VendorScript
) -> None:
    admitted(applicant)
    Membership.objects.update(licence_until=timezone.localdate() - dt.timedelta(days=3))
    script.fail("profile", TransientVendorError("ama"), TransientVendorError("ama"))

    assert monitoring.suspend_expired_licences() == 0
    with time_machine.travel(timezone.now() + dt.timedelta(days=12)):
        assert monitoring.suspend_expired_licences() == 1


def test_the_exclusion_list_of_next_month_suspends_by_number_and_name(
    applicant: User, script: VendorScript
) -> None:
    admitted(applicant)
    Exclusion.objects.create(family_name="PLACEHOLDER", given_name="BLAKE", npi="2999000013")

    assert monitoring.recheck_members() == 1
    assert monitoring.recheck_members() == 0

    assert Membership.objects.get().reasons == [Reason.LEIE_EXCLUDED]
    assert is_paused(applicant)


def test_a_similar_name_on_the_exclusion_list_is_reviewed_once_and_suspends_nobody(
    applicant: User, script: VendorScript
) -> None:
    admitted(applicant)
    Exclusion.objects.create(
        family_name="PLACEHOLDER", given_name="BLAKE", birth_date=dt.date(1958, 2, 6)
    )

    monitoring.recheck_members()
    monitoring.recheck_members()

    assert not is_paused(applicant)
    assert Application.objects.get(state=ApplicationState.IN_REVIEW).reasons == [
        Reason.LEIE_POSSIBLE
    ]


def test_an_npi_deactivated_by_the_next_file_suspends(
    hospital_applicant: User, registers: None
) -> None:
    assert make_checked(hospital_applicant).state == ApplicationState.APPROVED
    RegisterRow.objects.filter(number="2999000013").update(licence_status="deactivated")

    assert monitoring.recheck_members() == 1

    assert Membership.objects.get().reasons == [Reason.NPI_DEACTIVATED]


def test_a_second_claim_on_a_members_number_never_suspends_the_member(
    applicant: User, script: VendorScript
) -> None:
    membership = admitted(applicant)

    other = check(send(make_applicant("rival"), ssn="899-55-0002"))

    membership.refresh_from_db()
    assert membership.status == "active"
    assert not is_paused(applicant)
    assert Reason.CREDENTIAL_CONTESTED in other.reasons


def test_an_objection_to_the_notice_suspends_and_opens_a_review(
    applicant: User, script: VendorScript
) -> None:
    script.record = replace(
        ACTIVE_PROFILE, emails=("first@hospital.example", "second@hospital.example")
    )
    application = check(send(applicant))
    sent = next(item for item in mail.outbox if item.subject.startswith("Your code"))
    code = re.search(r"\b\d{8}\b", str(sent.body))
    assert code is not None
    services.enter_code(application=application, code=code.group())
    check(application)
    notice = next(item for item in mail.outbox if "verified with your licence" in item.subject)
    # Not to the mailbox that got the code.
    assert notice.to == ["second@hospital.example"]
    path = re.search(r"/join/not-me/[^\s]+", str(notice.body))
    assert path is not None
    stranger = Client()

    assert stranger.get(path.group()).status_code == 200
    assert not is_paused(applicant)
    for _ in range(2):
        assert stranger.post(path.group()).status_code == 302

    assert is_paused(applicant)
    case = Application.objects.get(user=applicant, state=ApplicationState.IN_REVIEW)
    assert case.reasons == [Reason.NOTICE_DENIED]
    assert "suspended, and a person looks" in stranger.get(path.group()).content.decode()
    assert ProofingNotice.objects.get().denied_at is not None
    assert stranger.get("/join/not-me/anything-else/").status_code == 404


def test_a_rejected_review_revokes_the_membership_and_keeps_the_number_claimed(
    applicant: User, script: VendorScript, reviewer: User
) -> None:
    membership = admitted(applicant)
    suspend_membership(applicant, Reason.NOTICE_DENIED)
    case = Application.objects.get(user=applicant, state=ApplicationState.IN_REVIEW)
    services.claim_for_review(application=case, reviewer=reviewer)
    decision = services.decide_application(
        application=case,
        reviewer=reviewer,
        kind=ApplicationDecisionKind.REJECT,
        reasons=[Reason.BINDING_FAILED],
        note="the contact denied it",
    )
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=1)):
        apply_due_decision(decision.pk)

    membership.refresh_from_db()
    assert membership.status == "revoked"
    assert is_paused(applicant)
    assert Credential.objects.filter(active=True, confirmed=True, user=applicant).exists()


def test_a_paused_member_sees_a_page_and_cannot_write(
    casey: EnteredMember, registers: None
) -> None:
    client = Client()
    sign_in(client, casey.user.email)
    assert client.get("/cases/").status_code == 200
    membership = _membership_of(casey.user)

    suspend_membership(membership.user, Reason.LICENSE_NOT_ACTIVE)

    answer = client.get("/cases/")
    assert (answer.status_code, answer["Location"]) == (302, "/join/standing/")
    assert client.post("/cases/new/").status_code == 302
    page = client.get("/join/standing/").content.decode()
    assert "Your licence has ended" in page
    assert "Verify again" in page
    # The community database does not change.
    record = load_record(casey.credential.member_id)
    assert record is not None
    assert not record.is_banned

    client.post("/join/standing/again/")
    draft = Application.objects.get(user=casey.user, state=ApplicationState.DRAFT)
    assert draft.country == membership.application.country
    assert client.get("/join/").status_code == 200


def test_a_new_device_in_another_country_suspends_until_verified_again(
    casey: EnteredMember, settings: Any, registers: None
) -> None:
    settings.COUNTRY_HEADER = "X-Country"
    settings.TRUSTED_PROXIES = TrustedProxies.parse(["127.0.0.1"])
    _membership_of(casey.user)
    known = Client()
    sign_in(known, casey.user.email)
    assert not is_paused(casey.user)

    at_home = Client(headers={"X-Country": "US"})
    sign_in(at_home, casey.user.email)
    assert not is_paused(casey.user)

    abroad = Client(headers={"X-Country": "RO"})
    sign_in(abroad, casey.user.email)

    assert is_paused(casey.user)
    assert abroad.get("/cases/")["Location"] == "/join/standing/"
    assert Membership.objects.get(user=casey.user).reasons == [Reason.GEO_MISMATCH]


def test_a_known_device_in_another_country_changes_nothing(
    casey: EnteredMember, settings: Any, registers: None
) -> None:
    settings.COUNTRY_HEADER = "X-Country"
    settings.TRUSTED_PROXIES = TrustedProxies.parse(["127.0.0.1"])
    _membership_of(casey.user)
    client = Client()
    sign_in(client, casey.user.email)
    client.post("/accounts/logout/")

    client.defaults["HTTP_X_COUNTRY"] = "RO"
    sign_in(client, casey.user.email)

    assert not is_paused(casey.user)


def test_after_a_device_doubt_the_account_mailbox_does_not_count(
    hospital_applicant: User, registers: None
) -> None:
    assert (
        make_checked(
            hospital_applicant, number="2999000054", given="José", family="Núñez-Pérez"
        ).state
        == ApplicationState.APPROVED
    )
    suspend_membership(hospital_applicant, Reason.GEO_MISMATCH)

    draft = services.start_application(user=hospital_applicant)
    services.skip_document(application=draft)
    services.give_consents(application=draft, given={"register", "own_db", "contact"})
    again = check(services.submit_application(application=draft))

    assert again.waiting_for == AwaitedInput.CODE


def _membership_of(user: User) -> Membership:
    application = make_draft(user)
    Application.objects.filter(pk=application.pk).update(
        state=ApplicationState.APPROVED, submitted_at=timezone.now(), closed_at=timezone.now()
    )
    application.refresh_from_db()
    return admit_member(application, actor="worker")


def test_the_first_device_is_not_a_new_device(applicant: User, registers: None) -> None:
    _membership_of(applicant)

    report_new_device(user=applicant, contents=SlotContents(), country="RO")

    assert not is_paused(applicant)
