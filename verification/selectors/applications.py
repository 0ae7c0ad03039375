"""An applicant's own application: its details, its progress and what is asked of them."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from typing import Any

from django.db.models import F, QuerySet

from verification import schemes
from verification.models import (
    Application,
    ApplicationState,
    AwaitedInput,
    Document,
    Membership,
    MembershipStatus,
    Step,
    StepName,
    StepState,
)
from verification.models.application import OPEN_STATES
from verification.personal_data import applicant_details, consent_kinds
from verification.personal_data.applicant_details import ApplicantDetails
from verification.policy.reasons import Reason
from verification.vendors import adapters


def latest_application(user_id: uuid.UUID) -> Application | None:
    """The person's open application, else the one closed last; None without any."""
    own = Application.objects.of(user_id).select_related("user")
    current = own.filter(state__in=OPEN_STATES).first()
    return current or own.order_by(F("closed_at").desc(nulls_last=True)).first()


def details_of(application: Application) -> applicant_details.ApplicantDetails:
    """The applicant's details, decrypted with their own data key."""
    return applicant_details.decrypt(
        application.user.decrypt_data_key(), application.details_ciphertext
    )


def stored_documents(application: Application) -> QuerySet[Document]:
    return application.documents.filter(deleted_at__isnull=True)


# An applicant sees which checks are made, never their outcome.
_BINDING = "That the licence is yours"
_SHOWN_CHECKS = (
    ("The number", {StepName.FORMAT}),
    ("Earlier memberships", {StepName.OWN_DB}),
    ("The medical register", {StepName.REGISTER, StepName.LEIE, StepName.NPPES, StepName.AMA}),
    (_BINDING, {StepName.DOCUMENT, StepName.BINDING}),
)


def check_progress(application: Application) -> list[dict[str, Any]]:
    """Rows for components/steps.html, each done, current or still to come."""
    steps = Step.objects.filter(application=application, attempt=application.attempt)
    finished = {s.name for s in steps if s.state in {StepState.DONE, StepState.DEAD}}
    automatic = application.state in {ApplicationState.SUBMITTED, ApplicationState.CHECKING}
    waits_for_code = application.waiting_for == AwaitedInput.CODE
    rows: list[dict[str, Any]] = []
    is_first_open = True
    for label, parts in _SHOWN_CHECKS:
        done = parts <= finished if automatic else not (waits_for_code and label == _BINDING)
        rows.append(_row(label, done=done, now=is_first_open and not done))
        is_first_open = is_first_open and done
    if application.waiting_for == AwaitedInput.REVIEWER_ANSWER:
        rows.append(_row("Your answer to a reviewer", done=False, now=True))
    elif application.state == ApplicationState.IN_REVIEW:
        rows.append(_row("A reviewer looks", done=False, now=True))
    rows.append(_row("Decision", done=not application.is_open, now=False))
    return rows


def _row(label: str, *, done: bool, now: bool) -> dict[str, Any]:
    status, kind = ("Done", "good") if done else ("Now", "open") if now else ("To come", "plain")
    return {"label": label, "status": status, "kind": kind, "current": now}


def status_fingerprint(application: Application) -> str:
    """A text that changes whenever the status page would show something else."""
    done = Step.objects.filter(application=application, done_at__isnull=False).count()
    return f"{application.version}.{done}.{application.contact_codes.count()}"


def recovery_option(application: Application) -> str:
    """`account_recovery` for a rejected duplicate; otherwise empty, and the appeal is the only
    option.

    It is shown only to a person who proved to hold the same number.
    """
    duplicate = str(Reason.DUPLICATE_ACCOUNT) in application.reasons
    refused = application.state == ApplicationState.REJECTED
    return "account_recovery" if refused and duplicate else ""


def unanswered_question(application: Application) -> str:
    """The reviewer's open question; empty if there is none."""
    request = application.reviewer_questions.filter(answered_at__isnull=True).first()
    if request is None or application.waiting_for != AwaitedInput.REVIEWER_ANSWER:
        return ""
    return applicant_details.decrypt_text(
        application.user.decrypt_data_key(), request.question_ciphertext
    )


# What a paused member reads. It names no field that an impostor could change.
_PAUSE_TEXTS: dict[str, tuple[str, str]] = {
    Reason.LICENSE_NOT_ACTIVE: (
        "Your licence has ended",
        "As far as the register told us, your licence has ended. If you renewed it, a new check "
        "finds it.",
    ),
    Reason.GEO_MISMATCH: (
        "A new device in another country",
        "Somebody signed in to your account on a device we did not know, in another country. To "
        "be sure that it is you, we verify you once more.",
    ),
}
_OTHER_PAUSE_TEXT = (
    "Something about your verification has changed",
    "A source told us something that a person must look at before you can go on.",
)


def pause_explanation(user_id: uuid.UUID) -> dict[str, Any]:
    """Title and text for a paused member, and what they can do."""
    membership = Membership.objects.filter(user_id=user_id).first()
    reasons = list(membership.reasons) if membership else []
    explanations = [_PAUSE_TEXTS[reason] for reason in reasons if reason in _PAUSE_TEXTS]
    title, text = explanations[0] if len(explanations) == len(reasons) == 1 else _OTHER_PAUSE_TEXT
    application = latest_application(user_id)
    is_revoked = membership is not None and membership.status == MembershipStatus.REVOKED
    is_open = (
        application is not None
        and application.is_open
        and application.state != ApplicationState.DRAFT
    )
    return {
        "title": title,
        "text": text,
        "in_review": is_open,
        "can_verify": not is_open and not is_revoked,
    }


def requires_identity(application: Application) -> bool:
    """Whether an identity check is made: it is configured, and it covers the country."""
    return application.scheme == schemes.NPI.code and adapters.identity_service().is_configured


def is_identity_missing(application: Application) -> bool:
    if not requires_identity(application):
        return False
    agreed = application.consents.filter(kind=consent_kinds.IDENTITY.code).exists()
    return not (agreed and details_of(application).street)


def identity_details(application: Application) -> dict[str, Any]:
    """Details typed before, without the social security number."""
    details = asdict(details_of(application))
    agreed = application.consents.filter(kind=consent_kinds.IDENTITY.code).exists()
    return {**details, "agreed": agreed}


def incomplete_steps(application: Application, person: ApplicantDetails) -> list[str]:
    """Names of the steps that are not complete; empty if the application can be submitted."""
    steps = []
    if not application.country:
        steps.append("country")
    scheme = schemes.scheme_for_country(application.country)
    complete = (
        person.given_name
        and person.family_name
        and person.birth_date
        and person.graduation_year
        and application.specialty
        and application.country
        and not schemes.number_problem(scheme, person.number)
    )
    if not complete:
        steps.append("licence")
    has_document = application.documents.filter(deleted_at__isnull=True).exists()
    if not has_document and not (application.skipped_document and scheme.has_register):
        steps.append("evidence")
    given = set(application.consents.values_list("kind", flat=True))
    needed = {kind.code for kind in consent_kinds.CONSENT_KINDS if kind.required}
    if has_document:
        needed.add(consent_kinds.DOCUMENT.code)
    if not needed <= given:
        steps.append("consent")
    return steps
