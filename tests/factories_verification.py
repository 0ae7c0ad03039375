"""Factories of applications in each state, with synthetic data."""

from __future__ import annotations

import datetime as dt
import itertools
from io import BytesIO

from allauth.account.models import EmailAddress
from PIL import Image

from accounts.models import User
from tests.factories import make_user
from verification import services
from verification.models import Application, ApplicationState
from verification.pipeline.worker import process_application
from verification.registers.importer import import_samples

_numbers = itertools.count(1)

GOOD_NPI = "2999000013"
TRAINEE_NPI = "2999000021"
NURSE_NPI = "2999000039"
CODE_NPI = "2999000054"
UNKNOWN_NPI = "2999000195"
INSTITUTION = "univhospital.example"


def load_registers() -> None:
    import_samples()


def picture(colour: str = "white") -> bytes:
    """A small JPEG of one colour."""
    out = BytesIO()
    Image.new("RGB", (120, 80), colour).save(out, "JPEG")
    return out.getvalue()


def make_applicant(name: str = "", *, domain: str = "mail.example") -> User:
    user = make_user(name or f"applicant-{next(_numbers)}")
    if domain != "mail.example":
        user.email = f"{name or user.pk.hex[:8]}@{domain}"
        user.save()
        EmailAddress.objects.filter(user=user).update(email=user.email)
    return user


def make_draft(
    user: User,
    *,
    number: str = GOOD_NPI,
    given: str = "Blake",
    family: str = "Placeholder",
    country: str = "US",
    consents: set[str] | None = None,
) -> Application:
    """A complete draft, ready to be submitted."""
    application = services.start_application(user=user)
    services.save_country(application=application, country=country)
    services.save_licence(
        application=application,
        licence=services.LicenceDetails(
            number=number,
            given_name=given,
            family_name=family,
            birth_date=dt.date(1958, 2, 6),
            graduation_year=1985,
            specialty="internal",
        ),
    )
    services.skip_document(application=application)
    services.give_consents(
        application=application,
        given={"register", "own_db", "contact"} if consents is None else consents,
    )
    application.refresh_from_db()
    return application


def make_submitted(user: User, **values: str) -> Application:
    return services.submit_application(application=make_draft(user, **values))  # type: ignore[arg-type]


def make_checked(user: User, **values: str) -> Application:
    """Submitted and processed by the worker."""
    application = make_submitted(user, **values)
    process_application(application.pk)
    application.refresh_from_db()
    return application


def make_in_review(user: User | None = None, **values: str) -> Application:
    """In review, because the register lists a trainee."""
    details = {"number": TRAINEE_NPI, "given": "Casey", "family": "Sampleton", **values}
    application = make_checked(user or make_applicant(), **details)
    assert application.state == ApplicationState.IN_REVIEW
    return application
