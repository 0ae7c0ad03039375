"""Ways in which something of a person is erased from the identity store, and leaving both."""

from __future__ import annotations

import datetime as dt
import uuid
from functools import partial
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import EncryptedEmail, RecoveryRequest, SlotContents, StaffRole, User
from accounts.selectors import read_slots
from accounts.services import credential_slots
from cases.models import Comment
from sermo.core import coarse
from sermo.data_rights.services import job_payloads, leaving, worker
from sermo.members.models import MemberJob, MemberJobKind
from sermo.members.records import load_record
from sermo.members.viewer import private_state, private_versions
from tests.accounts.conftest import NEW_PASSWORD, EnteredMember, make_entered_member
from tests.backups.erasures import (
    Erasure,
    change,
    delete,
    fresh,
    has,
    is_gone,
    lacks,
    new_name,
    signed,
)
from tests.factories import PASSWORD, make_case, make_comment, make_user, make_viewer
from tests.factories_verification import make_draft as make_draft_application
from tests.factories_verification import picture
from verification import services as verification
from verification.models import (
    Application,
    ApplicationState,
    Credential,
    Decision,
    Document,
    Membership,
    MembershipStatus,
    SocialSecurityNumber,
    SsnClaim,
    Step,
    VendorCall,
)
from verification.pipeline import retention

MONTH = coarse.to_month(timezone.localdate())


def entered() -> EnteredMember:
    name = new_name()
    return make_entered_member(name, f"teal-heron-{int(name[1:], 16) % 10**7}")


def _leavings() -> QuerySet[MemberJob]:
    return MemberJob.objects.filter(kind=MemberJobKind.LEAVING, finished_on=None)


def leave(entrant: EnteredMember, *, keeps_named: bool) -> None:
    job_payloads.begin_leaving(entrant.viewer, keeps_named=keeps_named)
    leaving.leave_identity_store(entrant.user, keeps_licence_index=False)
    for job_id in _leavings().values_list("pk", flat=True):
        worker.run_member_job(job_id)


def has_left(entrant: EnteredMember) -> bool:
    """Nothing unwraps the credential, no device acts, and no private state is there."""
    record = load_record(entrant.credential.member_id)
    slots = read_slots(entrant.user.pk)
    section = private_state._locator(entrant.credential.secret, "follows")
    return (
        (record is None or record.left_on is not None)
        and slots == SlotContents(is_issued=slots.is_issued, left=slots.left)
        and private_versions.read_newest(section)[1] is None
    )


def signed_comment() -> tuple[EnteredMember, Comment]:
    entrant = entered()
    case = make_case(make_viewer(new_name()))
    return entrant, signed(make_comment(entrant.viewer, case))


def application(state: str = ApplicationState.IN_REVIEW, **values: Any) -> Application:
    """One with every private column."""
    return Application.objects.create(
        user=make_user(new_name()),
        state=state,
        country="US",
        scheme="npi",
        number_index=uuid.uuid4().bytes * 2,
        details_ciphertext=b"sealed",
        submitted_at=timezone.now(),
        expires_at=timezone.now() + dt.timedelta(days=30),
        closed_at=timezone.now() if state == ApplicationState.REJECTED else None,
        opened_month=MONTH,
        **values,
    )


def refuse(row: Application) -> None:
    Application.objects.filter(pk=row.pk).update(
        state=ApplicationState.REJECTED, closed_at=timezone.now() - dt.timedelta(days=40)
    )
    retention.coarsen_application(row.pk)


def document() -> Document:
    draft = make_draft_application(make_user(new_name()), number=new_number())
    return verification.add_document(application=draft, content=picture(), key=uuid.uuid4())


def new_number() -> str:
    return f"{uuid.uuid4().int % 10**9:09d}0"


def credential() -> Credential:
    claimed = application()
    return Credential.objects.create(
        scheme="npi",
        number_index=claimed.number_index,
        user=claimed.user,
        application=claimed,
        confirmed=True,
    )


def banned_person() -> User:
    return credential().user


def vendor_call() -> VendorCall:
    step = Step.objects.create(application=application(), name="nppes", next_at=timezone.now())
    return VendorCall.objects.create(
        step=step,
        key=uuid.uuid4().hex,
        request_digest=bytes(32),
        body_ciphertext=b"sealed",
        sent_at=timezone.now(),
    )


def device() -> tuple[EnteredMember, str]:
    entrant = entered()
    token = credential_slots.add_device_slot(user=entrant.user, credential=entrant.credential)
    return entrant, token


def change_password(entrant: EnteredMember) -> None:
    user = User.objects.get(pk=entrant.user.pk)
    user.set_password(NEW_PASSWORD)
    user.save()
    credential_slots.replace_password_slot(
        user=user, credential=entrant.credential, password=NEW_PASSWORD
    )


def old_password_opens(entrant: EnteredMember) -> bool:
    user = User.objects.get(pk=entrant.user.pk)
    return user.check_password(PASSWORD) or bool(
        credential_slots.unwrap_with_password(user, PASSWORD)
    )


PEOPLE = (
    Erasure("a member leaves", entered, partial(leave, keeps_named=False), has_left),
    Erasure(
        "a leaver's signed words show the handle",
        signed_comment,
        lambda made: leave(made[0], keeps_named=True),
        lambda made: has_left(made[0]) and fresh(made[1]).byline.startswith("teal-heron"),
    ),
    Erasure(
        "a leaver's named words go",
        signed_comment,
        lambda made: leave(made[0], keeps_named=False),
        lambda made: has_left(made[0]) and not fresh(made[1]).text,
    ),
    Erasure(
        "a person is deleted",
        lambda: make_user(new_name()),
        lambda user: leaving.delete_person(user, keeps_licence_index=False),
        is_gone,
    ),
    Erasure(
        "a banned person is deleted",
        banned_person,
        lambda user: leaving.delete_person(user, keeps_licence_index=True),
        lambda user: (
            "nobody.invalid" in fresh(user).email
            and not fresh(user).wrapped_data_key
            and all(user.credentials.values_list("banned", flat=True))
            and read_slots(user.pk) == SlotContents()
        ),
    ),
    Erasure("an applicant is refused", application, refuse, lacks("details_ciphertext")),
    Erasure(
        "a refused application stays closed",
        application,
        refuse,
        lambda row: fresh(row).state not in {ApplicationState.IN_REVIEW},
    ),
    Erasure(
        "a document is deleted",
        document,
        lambda row: retention.delete_document(row.pk, actor="worker"),
        lacks("wrapped_key"),
    ),
    Erasure(
        "a raw answer is deleted",
        vendor_call,
        change(body_ciphertext=None),
        lacks("body_ciphertext"),
    ),
    Erasure("a check is deleted", lambda: vendor_call().step, delete, is_gone),
    Erasure(
        "a reviewer's note is deleted",
        lambda: Decision.objects.create(
            application=application(),
            kind="reject",
            policy_version=2,
            note_ciphertext=b"sealed",
            decided_at=timezone.now(),
        ),
        change(note_ciphertext=None),
        lacks("note_ciphertext"),
    ),
    Erasure(
        "a social security number is deleted",
        lambda: SocialSecurityNumber.objects.create(
            application=application(),
            wrapped_key=b"sealed",
            ciphertext=b"sealed",
            erase_at=timezone.now(),
        ),
        delete,
        is_gone,
    ),
    Erasure("a licence is banned", credential, change(banned=True, active=False), has("banned")),
    Erasure("a claim ends", credential, change(active=False, confirmed=False), lacks("active")),
    Erasure(
        "a social security number is banned",
        lambda: SsnClaim.objects.create(
            application=(claimed := application()), user=claimed.user, ssn_index=uuid.uuid4().bytes
        ),
        change(banned=True),
        has("banned"),
    ),
    *(
        Erasure(
            f"a membership is {status}",
            lambda: Membership.objects.create(
                user=(claimed := application()).user, application=claimed
            ),
            change(status=status, suspended_at=timezone.now()),
            lambda row, status=status: fresh(row).status == status,  # type: ignore[misc]  # bound now
        )
        for status in (MembershipStatus.SUSPENDED, MembershipStatus.REVOKED)
    ),
    Erasure(
        "a reviewer is one no more",
        lambda: make_user(new_name(), role=StaffRole.REVIEWER),
        change(role=""),
        lacks("role"),
    ),
    Erasure(
        "a person is paused",
        lambda: make_user(new_name()),
        change(is_paused=True),
        has("is_paused"),
    ),
    Erasure(
        "a second factor is removed",
        lambda: Authenticator.objects.create(
            user=make_user(new_name()), type=Authenticator.Type.RECOVERY_CODES, data={}
        ),
        delete,
        is_gone,
    ),
    Erasure(
        "a request for recovery ends",
        lambda: RecoveryRequest.objects.create(
            user=make_user(new_name()),
            requested_at=timezone.now(),
            wait_ends_at=timezone.now(),
            custodian_ciphertext=b"sealed",
        ),
        delete,
        is_gone,
    ),
    *(
        Erasure(
            f"the {column} of a recovery is emptied",
            lambda column=column: RecoveryRequest.objects.create(  # type: ignore[misc]  # bound now
                user=make_user(new_name()),
                requested_at=timezone.now(),
                wait_ends_at=timezone.now(),
                **{column: b"sealed"},
            ),
            change(**{column: b""}),
            lacks(column),
        )
        for column in ("custodian_ciphertext", "recovered_ciphertext")
    ),
    Erasure(
        "an email about an account was sent",
        lambda: EncryptedEmail.objects.create(
            encrypted_message=b"sealed", next_attempt_at=timezone.now()
        ),
        delete,
        is_gone,
    ),
    Erasure(
        "a device is forgotten",
        device,
        lambda made: credential_slots.delete_device_slots(user=made[0].user),
        lambda made: credential_slots.unwrap_with_device(made[0].user, made[1]) is None,
    ),
    Erasure(
        "a recovery code is replaced",
        entered,
        lambda entrant: credential_slots.replace_recovery_code(
            user=entrant.user, credential=entrant.credential
        ),
        lambda entrant: (
            credential_slots.unwrap_with_recovery_code(entrant.user, entrant.recovery_code) is None
        ),
    ),
    Erasure("a password is changed", entered, change_password, lambda e: not old_password_opens(e)),
)
