"""Compare the applicant with imported registers: foreign registers, NPPES and the LEIE."""

from __future__ import annotations

from dataclasses import asdict

from verification import policy, schemes
from verification.models import Exclusion, RegisterRow
from verification.personal_data.applicant_details import ApplicantDetails
from verification.pipeline.checks import state_licences
from verification.pipeline.checks.masterfile import recorded_details
from verification.pipeline.checks.subject import CheckOutcome, CheckSubject
from verification.policy import matching
from verification.registers.comparison import compare_with_register
from verification.registers.nppes import TRAINEE, has_medical_degree, is_physician_code
from verification.vendors import records
from verification.vendors.records import NpiRecord

LIVE_TRIES = 3


def check_register(subject: CheckSubject) -> CheckOutcome:
    """Compare with the imported register of the country. NPPES has its own check."""
    scheme = schemes.BY_CODE[subject.application.scheme]
    if scheme is schemes.NPI:
        return CheckOutcome(policy.Lookup.NOT_ASKED)
    if not scheme.has_register:
        return CheckOutcome(policy.Lookup.NO_REGISTER)
    row = subject.register_row
    if row is None:
        loaded = RegisterRow.objects.filter(scheme=scheme.code).exists()
        return CheckOutcome(policy.Lookup.NOT_FOUND if loaded else policy.Lookup.UNAVAILABLE)
    return CheckOutcome(policy.Lookup.FOUND, compare_with_register(subject.person, row))


def npi_record_from_row(row: RegisterRow) -> NpiRecord:
    return NpiRecord(
        organisation=row.profession == policy.Profession.ORGANISATION,
        given_names=row.given_names,
        family_names=row.family_names,
        credential=row.credential,
        codes=row.specialties,
        licences=[
            records.StateLicence(item.get("state", ""), item.get("number", ""))
            for item in row.licences
        ],
        phones=[row.contact_phone] if row.contact_phone else [],
    )


def npi_record_outcome(
    person: ApplicantDetails, provider: NpiRecord | None, *, deactivated: bool
) -> CheckOutcome:
    """The outcome for an NPPES record. `None`: the number is not listed."""
    if provider is None:
        return CheckOutcome(policy.Lookup.NOT_FOUND, {"deactivated": deactivated})
    facts = policy.NppesFacts(
        lookup=policy.Lookup.FOUND,
        organisation=provider.organisation,
        deactivated=deactivated,
        physician_code=any(is_physician_code(code) for code in provider.codes),
        other_code=any(_is_other_code(code) for code in provider.codes),
        trainee_code=TRAINEE in provider.codes,
        degree=has_medical_degree(provider.credential) if provider.credential.strip() else None,
        name=matching.Agreement.UNKNOWN
        if provider.organisation
        else matching.compare_names(
            given=person.given_name,
            family=person.family_name,
            recorded_given=provider.given_names,
            recorded_family=provider.family_names,
            same_birth_date=False,
        ),
    )
    codes = asdict(facts)
    del codes["lookup"]
    is_known = state_licences.is_recorded(person, provider.licences)
    recorded = recorded_details(provider.given_names, provider.family_names, provider.licences)
    return CheckOutcome(
        policy.Lookup.FOUND,
        {**codes, "licence_known": is_known},
        {"phones": provider.phones, "recorded": recorded},
    )


def _is_other_code(code: str) -> bool:
    return bool(code) and code != TRAINEE and not is_physician_code(code)


def check_imported_nppes(subject: CheckSubject) -> CheckOutcome:
    """Compare with the imported NPPES file, the only source that lists deactivated numbers."""
    if subject.application.scheme != schemes.NPI.code:
        return CheckOutcome(policy.Lookup.NOT_ASKED)
    row = subject.register_row
    if row is None:
        loaded = RegisterRow.objects.filter(scheme=schemes.NPI.code).exists()
        return CheckOutcome(policy.Lookup.NOT_FOUND if loaded else policy.Lookup.UNAVAILABLE)
    is_bare = not row.family_names and not row.specialties
    is_off = is_deactivated(row)
    return npi_record_outcome(
        subject.person, None if is_bare else npi_record_from_row(row), deactivated=is_off
    )


def is_deactivated(row: RegisterRow | None) -> bool:
    return row is not None and row.licence_status == policy.LicenceStatus.DEACTIVATED


def check_exclusion_list(subject: CheckSubject) -> CheckOutcome:
    """Compare with the federal exclusion list (LEIE), for the United States only.

    Most rows carry no NPI: equal name and birth date, or equal name, state and profession, give a
    possible match for a reviewer.
    """
    if subject.application.country != "US" or not Exclusion.objects.exists():
        return CheckOutcome(policy.ExclusionMatch.NOT_ASKED)
    person = subject.person
    by_number = list(Exclusion.objects.filter(npi=subject.number).exclude(npi=""))
    if any(_same_family(person, row) for row in by_number):
        return CheckOutcome(policy.ExclusionMatch.NUMBER_AND_NAME)
    if by_number or _same_name_and_birth(person) or _same_name_and_practice(person):
        return CheckOutcome(policy.ExclusionMatch.POSSIBLE)
    return CheckOutcome(policy.ExclusionMatch.CLEAR)


def _same_family(person: ApplicantDetails, row: Exclusion) -> bool:
    return matching.matches_family_name(person.family_name, [row.family_name])


def _same_name(person: ApplicantDetails, row: Exclusion, *, initials_count: bool) -> bool:
    return _same_family(person, row) and matching.matches_given_name(
        person.given_name, [row.given_name], initials_count=initials_count
    )


def _same_name_and_birth(person: ApplicantDetails) -> bool:
    rows = Exclusion.objects.filter(birth_date=person.born) if person.born else ()
    return any(_same_name(person, row, initials_count=True) for row in rows)


def _same_name_and_practice(person: ApplicantDetails) -> bool:
    """Whether name, state and profession agree with a row that has no birth date."""
    states = {person.state, person.licence_state} - {""}
    rows = Exclusion.objects.filter(state__in=states, birth_date__isnull=True)
    return any(
        "PHYSICIAN" in row.general.upper() and _same_name(person, row, initials_count=False)
        for row in rows.filter(family_name__istartswith=person.family_name[:1])
    )
