"""Compare the applicant with the AMA Physician Masterfile; only codes are stored in clear."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from verification import policy
from verification.personal_data.applicant_details import ApplicantDetails
from verification.pipeline.checks import state_licences
from verification.pipeline.checks.subject import CheckOutcome
from verification.policy import matching
from verification.policy.matching import compare_dates
from verification.vendors import records
from verification.vendors.records import MasterfileCandidate, MasterfileProfile, TrainingPeriod

# C: confirmed dead, P: presumed dead; anything else is alive.
DEATH_CODES = {"C", "P"}
# How many licences of one person a reviewer sees.
MAX_LICENCES_SHOWN = 12


def matching_candidates(
    candidates: Iterable[MasterfileCandidate], *, npi: str
) -> list[MasterfileCandidate]:
    """Candidates without an NPI, or with this one. A candidate with another NPI is somebody
    else.
    """
    by_entity = {candidate.entity_id: candidate for candidate in candidates}
    return [
        candidate for candidate in by_entity.values() if not candidate.npis or npi in candidate.npis
    ]


def compare_profile(
    person: ApplicantDetails,
    candidate: MasterfileCandidate,
    record: MasterfileProfile,
    *,
    today: dt.date,
) -> CheckOutcome:
    """Compare one candidate and their profile with the applicant's details."""
    born = compare_dates(person.born, candidate.birth_date)
    summary, some_revoked = state_licences.summarise_licences(record.licences, today=today)
    facts = policy.AmaFacts(
        lookup=policy.Lookup.FOUND,
        name=matching.compare_names(
            given=person.given_name,
            family=person.family_name,
            recorded_given=(*candidate.given_names, *record.given_names),
            recorded_family=(*candidate.family_names, *record.family_names),
            same_birth_date=born is matching.Agreement.AGREES,
        ),
        birth_date=born,
        dead=candidate.mortality.strip().upper() in DEATH_CODES or record.death_date is not None,
        student=record.student,
        degree_awarded=record.degree_awarded,
        in_training=_in_training(record, today),
        licences=summary,
        some_revoked=some_revoked,
        sanction=record.sanctioned,
    )
    codes = asdict(facts)
    del codes["lookup"]
    is_known = state_licences.is_recorded(person, record.licences)
    expiry_dates = [item.expires for item in record.licences if item.expires]
    return CheckOutcome(
        policy.Lookup.FOUND,
        {**codes, "licence_known": is_known},
        {
            "entity": candidate.entity_id,
            "emails": list(record.emails),
            "phones": list(record.phones),
            "licence_until": max(expiry_dates).isoformat() if expiry_dates else "",
            "recorded": recorded_details(
                [*candidate.given_names, *record.given_names],
                [*candidate.family_names, *record.family_names],
                record.licences,
                born=candidate.birth_date,
            ),
        },
    )


def recorded_details(
    given: Iterable[str],
    family: Iterable[str],
    held: Iterable[records.StateLicence],
    *,
    born: dt.date | None = None,
) -> dict[str, Any]:
    """What a source holds about the person, for the reviewer; stored encrypted with the step."""
    return {
        "given": list(dict.fromkeys(given)),
        "family": list(dict.fromkeys(family)),
        "born": born.isoformat() if born else "",
        "licences": [state_licences.describe_licence(licence) for licence in held][
            :MAX_LICENCES_SHOWN
        ],
    }


def _in_training(record: MasterfileProfile, today: dt.date) -> bool:
    """Whether a programme has begun and not ended. Undated programmes count for residents only."""
    dated = [item for item in record.training if item.begins or item.ends]
    if not dated:
        return record.resident and bool(record.training)
    return any(_runs(item, today) for item in dated)


def _runs(item: TrainingPeriod, today: dt.date) -> bool:
    has_begun = item.begins is not None and item.begins <= today
    return has_begun and (item.ends is None or item.ends >= today)


def unresolved_outcome(candidates: Sequence[MasterfileCandidate]) -> CheckOutcome | None:
    """The outcome if no candidate, or more than one, was found; None for exactly one."""
    if not candidates:
        return CheckOutcome(policy.Lookup.NOT_FOUND)
    return CheckOutcome(policy.Lookup.AMBIGUOUS) if len(candidates) > 1 else None
