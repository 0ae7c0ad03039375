"""Sending an application, and taking it back."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.models import User
from verification import clock, consents, personal, policy, schemes
from verification.errors import CannotChange, EmailNotConfirmed, NotComplete
from verification.models import Application, Decision, State, Topic
from verification.models.application import new_nonce
from verification.personal import Person
from verification.pipeline import decide
from verification.transitions import lock, move


@transaction.atomic(using="identity")
def submit(*, application: Application) -> Application:
    """Send it to be checked. Sent twice, it is sent once. Raises what is still missing.

    The confirmed e-mail address of this moment is kept with it: changing the address later does
    not move an institutional mailbox into an application.
    """
    locked = lock(application.pk)
    if locked.state != State.DRAFT:
        if locked.is_open:
            return locked
        raise CannotChange
    key = locked.user.decrypt_data_key()
    person = personal.open_(key, locked.box)
    if missing(locked, person):
        raise NotComplete
    locked.box = personal.close(key, replace(person, email=_confirmed_email(locked.user)))
    locked.number_index = personal.number_index(locked.scheme, locked.country, person.number)
    locked.submitted_at = clock.now()
    locked.policy_version = policy.POLICY_VERSION
    move(
        locked,
        State.SUBMITTED,
        actor=f"user:{locked.user_id}",
        owes=Topic.ADVANCE,
        changed=("box", "number_index", "submitted_at", "policy_version"),
    )
    return locked


NONCE_LASTS = dt.timedelta(minutes=10)


@transaction.atomic(using="identity")
def fresh_nonce(*, application: Application) -> None:
    """A new name for this draft towards the device check, where the old one may run out."""
    locked = lock(application.pk)
    if locked.state != State.DRAFT or clock.now() - locked.nonce_issued_at < NONCE_LASTS:
        application.nonce = locked.nonce
        return
    locked.nonce, locked.nonce_issued_at = new_nonce(), clock.now()
    locked.save(update_fields=["nonce", "nonce_issued_at"])
    application.nonce, application.nonce_issued_at = locked.nonce, locked.nonce_issued_at


def _confirmed_email(user: User) -> str:
    confirmed = EmailAddress.objects.filter(user=user, primary=True, verified=True).first()
    if confirmed is None:
        raise EmailNotConfirmed
    return str(confirmed.email)


def missing(application: Application, person: Person) -> list[str]:
    """The steps that are not complete, by name; empty when it can be sent."""
    found = []
    if not application.country:
        found.append("country")
    scheme = schemes.of_country(application.country)
    complete = (
        person.given_name
        and person.family_name
        and person.birth_date
        and person.graduation_year
        and application.specialty
        and application.country
        and not schemes.problem(scheme, person.number)
    )
    if not complete:
        found.append("licence")
    has_document = application.documents.filter(deleted_at__isnull=True).exists()
    if not has_document and not (application.skipped_document and scheme.has_register):
        found.append("evidence")
    given = set(application.consents.values_list("kind", flat=True))
    needed = {kind.code for kind in consents.KINDS if kind.required}
    if has_document:
        needed.add(consents.DOCUMENT.code)
    if not needed <= given:
        found.append("consent")
    return found


@transaction.atomic(using="identity")
def withdraw(*, application: Application) -> Application:
    """Take it back: what comes in later is dropped, what was told is erased."""
    locked = lock(application.pk)
    if locked.state == State.WITHDRAWN:
        return locked
    if not locked.is_open:
        raise CannotChange("Your application is decided, so it cannot be withdrawn.")
    Decision.objects.filter(
        application=locked, applied_at__isnull=True, undone_at__isnull=True
    ).update(undone_at=clock.now())
    decide.release(locked)
    locked.box = None
    move(locked, State.WITHDRAWN, actor=f"user:{locked.user_id}", changed=("box",))
    return locked
