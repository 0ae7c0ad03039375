"""Fill in an application. Each step is saved; a draft lasts 7 days."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from django.db import IntegrityError, transaction

from accounts.models import User
from sermo.core import clock, coarse
from sermo.core.quotas import APPLICATION_CHANGES, APPLICATIONS, spend
from verification import policy, schemes
from verification.errors import AlreadyVerified, ApplicationLocked, CannotAppeal
from verification.models import (
    Application,
    ApplicationState,
    Consent,
    Credential,
    Membership,
    MembershipStatus,
)
from verification.personal_data import applicant_details, consent_kinds
from verification.pipeline.retention import APPEAL_WINDOW
from verification.pipeline.transitions import STATE_LIFETIME, lock_application
from verification.schemes import blind_index


@dataclass(frozen=True)
class LicenceDetails:
    """What an applicant types from their licence and medical degree."""

    number: str
    given_name: str
    family_name: str
    birth_date: dt.date
    graduation_year: int
    specialty: str


def start_application(*, user: User) -> Application:
    """The person's open application, or a new draft. Two calls at once create one.

    Raises `AlreadyVerified`, `CannotAppeal` for a banned person, `ApplicationLocked` while a
    refusal can be appealed, and `QuotaReached`.
    """
    existing = Application.objects.of(user.pk).open().first()
    if existing is not None:
        return existing
    spend(APPLICATIONS, str(user.pk))
    admitted = _suspended_application(user)
    if admitted is None:
        _refuse_decided(user)
    try:
        with transaction.atomic(using="identity"):
            return (
                _new_draft(user) if admitted is None else _copy_details(admitted, _new_draft(user))
            )
    except IntegrityError:  # verification_application_one_open: another tab was first
        return Application.objects.of(user.pk).open().get()


def _suspended_application(user: User) -> Application | None:
    """The application a suspended member was admitted with; None for anybody else."""
    membership = Membership.objects.filter(user=user, status=MembershipStatus.SUSPENDED).first()
    return membership.application if membership is not None else None


def _refuse_decided(user: User) -> None:
    own = Application.objects.of(user.pk)
    if own.filter(state=ApplicationState.APPROVED).exists():
        raise AlreadyVerified
    if Credential.objects.filter(user=user, banned=True).exists():
        raise CannotAppeal
    refused = own.filter(state=ApplicationState.REJECTED, closed_at__gt=clock.now() - APPEAL_WINDOW)
    if refused.exists():
        raise ApplicationLocked("Your last application was decided. You can appeal on its page.")


def _new_draft(user: User, appeal_of: Application | None = None) -> Application:
    now = clock.now()
    return Application.objects.create(
        user=user,
        policy_version=policy.POLICY_VERSION,
        opened_month=coarse.to_month(now.date()),
        expires_at=now + STATE_LIFETIME[ApplicationState.DRAFT],
        appeal_of=appeal_of,
    )


def _locked_draft(application: Application) -> Application:
    """Locked for a change, and counted. Raises `ApplicationLocked` and `QuotaReached`."""
    spend(APPLICATION_CHANGES, str(application.user_id))
    locked = lock_application(application.pk)
    if locked.state != ApplicationState.DRAFT:
        raise ApplicationLocked
    locked.expires_at = clock.now() + STATE_LIFETIME[ApplicationState.DRAFT]
    return locked


@transaction.atomic(using="identity")
def save_country(*, application: Application, country: str) -> Application:
    """Save the country, which decides the kind of licence number. A new country clears the number.

    Raises `ApplicationLocked` if the application is no longer a draft, and `QuotaReached`.
    """
    locked = _locked_draft(application)
    if locked.country != country:
        key = locked.user.decrypt_data_key()
        person = replace(applicant_details.decrypt(key, locked.details_ciphertext), number="")
        locked.details_ciphertext = applicant_details.encrypt(key, person)
        locked.number_index = None
    locked.country = country
    locked.scheme = schemes.scheme_for_country(country).code
    locked.save(
        update_fields=["country", "scheme", "details_ciphertext", "number_index", "expires_at"]
    )
    return locked


@transaction.atomic(using="identity")
def save_licence(*, application: Application, licence: LicenceDetails) -> Application:
    """Save what the licence says. Everything but the specialty is encrypted.

    Raises `ApplicationLocked` if the application is no longer a draft, and `QuotaReached`.
    """
    locked = _locked_draft(application)
    key = locked.user.decrypt_data_key()
    person = replace(
        applicant_details.decrypt(key, locked.details_ciphertext),
        number=licence.number,
        given_name=licence.given_name,
        family_name=licence.family_name,
        birth_date=licence.birth_date.isoformat(),
        graduation_year=licence.graduation_year,
    )
    locked.details_ciphertext = applicant_details.encrypt(key, person)
    locked.number_index = blind_index.number_index(locked.scheme, locked.country, licence.number)
    locked.specialty = licence.specialty
    locked.save(update_fields=["details_ciphertext", "number_index", "specialty", "expires_at"])
    return locked


@transaction.atomic(using="identity")
def skip_document(*, application: Application) -> Application:
    """Continue without a document; a reviewer may ask for one later."""
    locked = _locked_draft(application)
    locked.skipped_document = True
    locked.save(update_fields=["skipped_document", "expires_at"])
    return locked


@transaction.atomic(using="identity")
def give_consents(*, application: Application, given: set[str]) -> Application:
    """Save the consents that were ticked, with the version of their text; delete the others."""
    locked = _locked_draft(application)
    now = clock.now()
    locked.consents.exclude(kind__in={*given, consent_kinds.IDENTITY.code}).delete()
    for kind in consent_kinds.CONSENT_KINDS:
        if kind.code in given:
            Consent.objects.get_or_create(
                application=locked,
                kind=kind.code,
                defaults={"text_version": kind.version, "given_at": now},
            )
    locked.save(update_fields=["expires_at"])
    return locked


def appeal_decision(*, refused: Application) -> Application:
    """A new draft with the details of the refused application. A reviewer will decide it.

    Raises `CannotAppeal` and `QuotaReached`.
    """
    spend(APPLICATIONS, str(refused.user_id))
    try:
        with transaction.atomic(using="identity"):
            return _appeal(refused)
    except IntegrityError:  # another request created it first
        return Application.objects.of(refused.user_id).open().get()


def _appeal(refused: Application) -> Application:
    old = lock_application(refused.pk)
    if not can_appeal(old):
        raise CannotAppeal
    return _copy_details(old, _new_draft(old.user, appeal_of=old))


def _copy_details(old: Application, new: Application) -> Application:
    """Copy the details, but not the proof that ties the person to the licence."""
    new.country, new.scheme, new.specialty = old.country, old.scheme, old.specialty
    new.number_index = old.number_index
    if old.details_ciphertext is not None:
        key = old.user.decrypt_data_key()
        person = replace(
            applicant_details.decrypt(key, old.details_ciphertext), email="", bound_by_code=False
        )
        new.details_ciphertext = applicant_details.encrypt(key, person)
    new.save()
    return new


def can_appeal(application: Application) -> bool:
    """Whether it was rejected in the last 30 days, was not appealed yet, and nobody was banned."""
    if application.state != ApplicationState.REJECTED or application.closed_at is None:
        return False
    if application.appeals.filter(submitted_at__isnull=False).exists():
        return False
    banned = Credential.objects.filter(user_id=application.user_id, banned=True).exists()
    return not banned and application.closed_at > clock.now() - APPEAL_WINDOW
