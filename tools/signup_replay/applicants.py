"""Create the applicant and earlier members with the services that the site uses."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from collections.abc import Mapping
from typing import Any

import PIL.Image
from allauth.account.models import EmailAddress

from accounts.models import User
from sermo.core import clock, coarse
from tools.signup_replay.scenario import Json, Scenario, first_text
from verification import schemes, services
from verification.models import (
    Application,
    ApplicationState,
    Credential,
    DeviceReport,
    SsnClaim,
)
from verification.personal_data import ssn
from verification.pipeline.checks import device_report as device
from verification.schemes import blind_index, validators
from verification.services import IdentityDetails

YEAR_OF_DEGREE = 2000
# Statuses in a scenario that mean the licence number is no longer held.
CLOSED_STATUSES = {"revoked", "rejected", "withdrawn", "expired", "deleted", "closed", "draft"}


def make_user(email: str, *, verified: bool = True) -> User:
    user = User.objects.create_user(email=email or f"{uuid.uuid4().hex}@mail.example")
    EmailAddress.objects.create(user=user, email=user.email, verified=verified, primary=True)
    return user


def number_of(data: Mapping[str, Any]) -> str:
    credential = data.get("credential")
    if isinstance(credential, dict):
        return first_text(credential, "number", "npi")
    return first_text(data, "npi", "number")


def country_of(data: Mapping[str, Any]) -> str:
    return first_text(data, "country").strip().upper() or "US"


def _document() -> bytes:
    """A picture, for countries without a register; the scripted examiner says what it shows."""
    out = io.BytesIO()
    PIL.Image.new("RGB", (64, 64), "white").save(out, "PNG")
    return out.getvalue()


def make_draft(user: User, scenario: Scenario) -> Application:
    """A draft with everything this applicant gives."""
    data = scenario.applicant
    draft = services.start_application(user=user)
    services.save_country(application=draft, country=country_of(data))
    services.save_licence(
        application=draft,
        licence=services.LicenceDetails(
            number=number_of(data),
            given_name=first_text(data, "first_name", "given_name"),
            family_name=first_text(data, "last_name", "family_name", "surname"),
            birth_date=day(first_text(data, "dob", "birth_date")),
            graduation_year=YEAR_OF_DEGREE,
            specialty="internal",
        ),
    )
    draft.refresh_from_db()
    if draft.scheme == schemes.NPI.code:
        services.save_identity_details(
            application=draft, details=details_of(data), ssn=first_text(data, "ssn").strip()
        )
    if schemes.BY_CODE[draft.scheme].has_register:
        services.skip_document(application=draft)
    else:
        services.add_document(application=draft, content=_document(), key=uuid.uuid4())
    services.give_consents(
        application=draft, given={"register", "own_db", "contact", "document", "identity"}
    )
    draft.refresh_from_db()
    return draft


def day(text: str) -> dt.date:
    """A date from its ISO form.

    Raises `ValueError` for anything else.
    """
    return dt.date.fromisoformat(text.strip())


def details_of(data: Mapping[str, Any]) -> IdentityDetails:
    address, licence = _mapping(data.get("address")), _mapping(data.get("license"))
    return IdentityDetails(
        street=first_text(address, "street", "address", "line1"),
        city=first_text(address, "city"),
        state=first_text(address, "state"),
        zip_code=first_text(address, "zip", "postal_code"),
        phone=first_text(data, "phone"),
        licence_state=first_text(licence, "state"),
        licence_number=first_text(licence, "number"),
        me_number=first_text(data, "me_number"),
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def report_device(application: Application, result: object, prior: Mapping[str, str]) -> None:
    """Store what the browser returns; a blocked script returns nothing."""
    fields = dict(result) if isinstance(result, dict) else {}
    silent = fields.pop("fault", None) in {"no_response", "timeout", "blocked"}
    nonce = device.nonce_text(application)
    known = {"$case_nonce": nonce, **prior}
    values = {
        str(name): known.get(str(value), str(value))
        for name, value in fields.items()
        if value is not None and not isinstance(value, dict | list)
    }
    device.store_report(application, device.DeviceResult({} if silent else values))


def make_earlier(scenario: Scenario) -> dict[str, str]:
    """Create earlier members, open applications and bans. Returns nonces by their scenario
    names.
    """
    nonces: dict[str, str] = {}
    for member in scenario.members:
        status = first_text(member, "state", "status").lower() or "approved"
        _remember_nonces(
            nonces,
            member,
            _make_earlier_application(
                member, scenario, ApplicationState.APPROVED, gone=status in CLOSED_STATUSES
            ),
        )
        if status in {"banned"}:
            _ban(member, scenario)
    for case in scenario.cases:
        state = first_text(case, "state", "status").lower() or ApplicationState.CHECKING
        gone = state in CLOSED_STATUSES
        current_state = (
            ApplicationState(state)
            if state in ApplicationState.values
            else ApplicationState.IN_REVIEW
        )
        _remember_nonces(
            nonces, case, _make_earlier_application(case, scenario, current_state, gone=gone)
        )
    for ban in scenario.bans:
        _ban(ban, scenario)
    return nonces


def _remember_nonces(nonces: dict[str, str], data: Json, application: Application) -> None:
    own_nonce = first_text(data, "nonce", "PanelistID", "panelist_id")
    for name in filter(None, (own_nonce, f"$nonce:{first_text(data, 'id')}")):
        nonces[name] = device.nonce_text(application)
    visit = first_text(data, "RVid", "rvid")
    if visit:
        DeviceReport.objects.create(
            application=application,
            answer="seen",
            visit_index=device.device_index("visit", visit),
            received_at=clock.now(),
        )


def _make_earlier_application(
    data: Json, scenario: Scenario, state: ApplicationState, *, gone: bool
) -> Application:
    country = country_of(data) if data.get("country") else country_of(scenario.applicant)
    scheme = schemes.scheme_for_country(country)
    number = number_of(data)
    user = make_user(first_text(data, "email"))
    now = clock.now()
    current_state = ApplicationState.EXPIRED if gone else state
    application = Application.objects.create(
        user=user,
        state=current_state,
        country=country,
        scheme=scheme.code,
        number_index=blind_index.number_index(scheme.code, country, number or uuid.uuid4().hex),
        opened_month=coarse.to_month(now.date()),
        submitted_at=now,
        closed_at=now
        if current_state
        in {ApplicationState.APPROVED, ApplicationState.EXPIRED, ApplicationState.REJECTED}
        else None,
        expires_at=None
        if current_state in {ApplicationState.APPROVED, ApplicationState.EXPIRED}
        else now + dt.timedelta(days=90),
    )
    confirmed = current_state == ApplicationState.APPROVED
    if number and not gone:
        _claim_number(application, number, confirmed=confirmed)
    if ssn.normalise_ssn(first_text(data, "ssn")):
        SsnClaim.objects.create(
            application=application,
            user=user,
            ssn_index=ssn.ssn_index(ssn.normalise_ssn(first_text(data, "ssn"))),
            confirmed=confirmed and not gone,
        )
    return application


def _claim_number(application: Application, number: str, *, confirmed: bool) -> None:
    Credential.objects.create(
        application=application,
        user=application.user,
        scheme=schemes.number_namespace(application.scheme, application.country),
        number_index=blind_index.number_index(
            application.scheme, application.country, validators.normalise(number)
        ),
        confirmed=confirmed,
    )


def _ban(data: Json, scenario: Scenario) -> None:
    """A banned person, known by licence number, social security number, or both."""
    if not number_of(data) and (kind := first_text(data, "type", "kind").lower()):
        field = {"npi": "npi", "credential": "npi", "ssn": "ssn", "ssn_hash": "ssn"}.get(kind)
        data = {**data, field or kind: first_text(data, "value")}
    application = _make_earlier_application(
        {**data, "email": ""}, scenario, ApplicationState.EXPIRED, gone=True
    )
    if number_of(data):
        _claim_number(application, number_of(data), confirmed=False)
        Credential.objects.filter(application=application).update(active=False, banned=True)
    SsnClaim.objects.filter(application=application).update(banned=True)
