"""Applicants of the demonstration, one in each state. The worker decides their applications."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from sermo.demo.people import make_user
from verification import services
from verification.models import Application, ApplicationState
from verification.personal_data import consent_kinds

BORN = dt.date(1980, 1, 1)


def make_applicants() -> None:
    """Make one applicant in each state. Applicants who exist already are not changed."""
    _draft()
    _expired()
    _send("applicant-code@mail.example", "US", "2999000054", "José", "Núñez-Pérez")
    _send("applicant-review@mail.example", "GB", "9999017", "Sage", "Sampleton")
    _send("applicant-approved@univhospital.example", "FR", "99990000012", "Camille", "Exemple")
    _send("applicant-refused@mail.example", "US", "2999000039", "Dana", "Sandboxer")
    withdrawn = _send("applicant-withdrawn@mail.example", "US", "2999000195", "Wren", "Fixture")
    if withdrawn is not None:
        services.withdraw_application(application=withdrawn)


def _draft() -> None:
    user = make_user("applicant-draft@mail.example")
    if not Application.objects.of(user.pk).exists():
        services.save_country(application=services.start_application(user=user), country="US")


def _expired() -> None:
    """A draft that has expired, before a sweep has handled it."""
    user = make_user("applicant-expired@mail.example")
    if not Application.objects.of(user.pk).exists():
        drafted = services.save_country(
            application=services.start_application(user=user), country="US"
        )
        Application.objects.filter(pk=drafted.pk).update(
            expires_at=timezone.now() - dt.timedelta(hours=1)
        )


def _send(email: str, country: str, number: str, given: str, family: str) -> Application | None:
    """Fill in and submit an application; None if this person has submitted one already."""
    user = make_user(email)
    if Application.objects.of(user.pk).exclude(state=ApplicationState.DRAFT).exists():
        return None
    application = services.save_country(
        application=services.start_application(user=user), country=country
    )
    services.save_licence(
        application=application,
        licence=services.LicenceDetails(
            number=number,
            given_name=given,
            family_name=family,
            birth_date=BORN,
            graduation_year=2006,
            specialty="internal",
        ),
    )
    services.skip_document(application=application)
    services.give_consents(
        application=application, given={kind.code for kind in consent_kinds.CONSENT_KINDS}
    )
    application.refresh_from_db()
    return services.submit_application(application=application)
