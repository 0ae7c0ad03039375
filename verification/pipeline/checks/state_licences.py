"""Compare state licences, ignoring spaces, punctuation and leading zeros."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sermo.core.identifiers import fold
from verification.personal_data.applicant_details import ApplicantDetails
from verification.policy import LicenceSummary
from verification.vendors.records import StateLicence

_STATES = dict(
    pair.strip().rsplit(" ", 1)
    for line in """
alabama AL; alaska AK; arizona AZ; arkansas AR; california CA; colorado CO; connecticut CT
delaware DE; district of columbia DC; florida FL; georgia GA; hawaii HI; idaho ID; illinois IL
indiana IN; iowa IA; kansas KS; kentucky KY; louisiana LA; maine ME; maryland MD
massachusetts MA; michigan MI; minnesota MN; mississippi MS; missouri MO; montana MT
nebraska NE; nevada NV; new hampshire NH; new jersey NJ; new mexico NM; new york NY
north carolina NC; north dakota ND; ohio OH; oklahoma OK; oregon OR; pennsylvania PA
puerto rico PR; rhode island RI; south carolina SC; south dakota SD; tennessee TN; texas TX
utah UT; vermont VT; virginia VA; washington WA; west virginia WV; wisconsin WI; wyoming WY
guam GU; virgin islands VI; american samoa AS; northern mariana islands MP
""".strip().splitlines()
    for pair in line.split(";")
)
_REVOKED = ("revoke", "suspend", "surrender", "denied", "cancel for cause")
_ACTIVE = ("active", "current", "in force", "good standing")


def describe_licence(licence: StateLicence) -> str:
    """One line for a reviewer: state, number, status and last day."""
    until = f"until {licence.expires.isoformat()}" if licence.expires else ""
    return " ".join(part for part in (licence.state, licence.number, licence.status, until) if part)


def state_code(text: str) -> str:
    """Two capital letters; the text itself in capitals if it names no state."""
    plain = " ".join(text.split())
    return _STATES.get(plain.lower(), plain.upper())


def normalise_licence_number(text: str) -> str:
    """Capital letters and digits, without leading zeros."""
    characters = "".join(character for character in fold(text).upper() if character.isalnum())
    return characters.lstrip("0") or characters[:1]


def is_recorded(person: ApplicantDetails, recorded: Iterable[StateLicence]) -> bool:
    """Whether a source records the licence that the applicant names. False if none is named."""
    number = normalise_licence_number(person.licence_number)
    state = state_code(person.licence_state)
    return bool(number) and any(
        normalise_licence_number(licence.number) == number
        and (not state or state_code(licence.state) in {state, ""})
        for licence in recorded
    )


def is_revoked(licence: StateLicence) -> bool:
    return any(word in licence.status.lower() for word in _REVOKED)


def is_active(licence: StateLicence, *, today: dt.date) -> bool:
    """Whether the status means active and the last day has not passed. Unknown words are not
    active.
    """
    status = licence.status.lower().strip()
    has_active_status = status.startswith(_ACTIVE) and not is_revoked(licence)
    return has_active_status and (licence.expires is None or licence.expires >= today)


def summarise_licences(
    recorded: Iterable[StateLicence], *, today: dt.date
) -> tuple[LicenceSummary, bool]:
    """All licences in one value, and whether one is revoked while another is active."""
    all_of_them = list(recorded)
    if not all_of_them:
        return LicenceSummary.NONE, False
    revoked = [licence for licence in all_of_them if is_revoked(licence)]
    if any(is_active(licence, today=today) for licence in all_of_them):
        return LicenceSummary.ACTIVE, bool(revoked)
    if len(revoked) == len(all_of_them):
        return LicenceSummary.ALL_REVOKED, False
    return LicenceSummary.NONE_ACTIVE, bool(revoked)
