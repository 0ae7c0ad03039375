"""Compare an applicant's details with a row of an imported register."""

from __future__ import annotations

from verification.models import RegisterRow
from verification.personal_data.applicant_details import ApplicantDetails
from verification.policy import matching
from verification.policy.matching import compare_dates


def compare_with_register(person: ApplicantDetails, row: RegisterRow) -> dict[str, str]:
    """Codes for name, birth date, licence status and profession."""
    born = compare_dates(person.born, row.birth_date)
    name = matching.compare_names(
        given=person.given_name,
        family=person.family_name,
        recorded_given=row.given_names,
        recorded_family=row.family_names,
        same_birth_date=born is matching.Agreement.AGREES,
    )
    return {
        "name": name,
        "birth_date": born,
        "licence_status": row.licence_status,
        "profession": row.profession,
    }
