"""Submit an application, and withdraw it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.models import User
from sermo.core import clock
from sermo.core.quotas import SUBMISSIONS, spend
from verification import policy
from verification.errors import ApplicationIncomplete, ApplicationLocked, EmailNotConfirmed
from verification.models import Application, ApplicationState, Decision, OutboxTopic
from verification.models.application import new_nonce
from verification.personal_data import applicant_details
from verification.pipeline import decisions
from verification.pipeline.transitions import StateChange, lock_application, transition
from verification.schemes import blind_index
from verification.selectors.applications import incomplete_steps


@transaction.atomic(using="identity")
def submit_application(*, application: Application) -> Application:
    """Submit a draft for checking. Submitting twice is safe.

    The email address confirmed now is stored with it, so a later change of address does not count
    as proof. Raises `ApplicationLocked` if it is closed, `ApplicationIncomplete`,
    `EmailNotConfirmed`, `QuotaReached`, and `ApplicationChanged` if the state machine does not
    allow the change.
    """
    locked = lock_application(application.pk)
    if locked.state != ApplicationState.DRAFT:
        if locked.is_open:
            return locked
        raise ApplicationLocked
    spend(SUBMISSIONS, str(locked.user_id))
    key = locked.user.decrypt_data_key()
    person = applicant_details.decrypt(key, locked.details_ciphertext)
    if incomplete_steps(locked, person):
        raise ApplicationIncomplete
    locked.details_ciphertext = applicant_details.encrypt(
        key, replace(person, email=_confirmed_email(locked.user))
    )
    locked.number_index = blind_index.number_index(locked.scheme, locked.country, person.number)
    locked.submitted_at = clock.now()
    locked.policy_version = policy.POLICY_VERSION
    transition(
        locked,
        StateChange(
            ApplicationState.SUBMITTED,
            actor=f"user:{locked.user_id}",
            outbox_topic=OutboxTopic.ADVANCE,
            changed_fields=("details_ciphertext", "number_index", "submitted_at", "policy_version"),
        ),
    )
    return locked


NONCE_LIFETIME = dt.timedelta(minutes=10)


@transaction.atomic(using="identity")
def renew_nonce(*, application: Application) -> None:
    """Give the draft a new nonce for the device check if the old one is about to expire."""
    locked = lock_application(application.pk)
    if (
        locked.state != ApplicationState.DRAFT
        or clock.now() - locked.nonce_issued_at < NONCE_LIFETIME
    ):
        application.nonce = locked.nonce
        return
    locked.nonce, locked.nonce_issued_at = new_nonce(), clock.now()
    locked.save(update_fields=["nonce", "nonce_issued_at"])
    application.nonce, application.nonce_issued_at = locked.nonce, locked.nonce_issued_at


def _confirmed_email(user: User) -> str:
    address = EmailAddress.objects.filter(user=user, primary=True, verified=True).first()
    if address is None:
        raise EmailNotConfirmed
    return str(address.email)


@transaction.atomic(using="identity")
def withdraw_application(*, application: Application) -> Application:
    """Withdraw: later results are discarded, and the details are deleted.

    Raises `ApplicationLocked` if it was decided, `QuotaReached`, and `ApplicationChanged` if the
    state machine does not allow the change.
    """
    locked = lock_application(application.pk)
    if locked.state == ApplicationState.WITHDRAWN:
        return locked
    if not locked.is_open:
        raise ApplicationLocked("Your application is decided, so it cannot be withdrawn.")
    spend(SUBMISSIONS, str(locked.user_id))
    Decision.objects.filter(
        application=locked, applied_at__isnull=True, undone_at__isnull=True
    ).update(undone_at=clock.now())
    decisions.release_number(locked)
    locked.details_ciphertext = None
    transition(
        locked,
        StateChange(
            ApplicationState.WITHDRAWN,
            actor=f"user:{locked.user_id}",
            changed_fields=("details_ciphertext",),
        ),
    )
    return locked
