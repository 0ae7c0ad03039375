"""Scenarios made from one clean sign-up by changing values."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from tools.signup_replay.scenario import Scenario, _scenario

Json = dict[str, Any]
NPI, SSN = "2999000013", "899-55-0001"
SANCTIONS = (
    "medicareMedicaidSanction",
    "additionalSanction",
    "deaSanction",
    "dodSanction",
    "airforceSanction",
    "armySanction",
    "navySanction",
    "vaSanction",
)
CLEAN: Json = {
    "id": "T",
    "applicant": {
        "country": "US",
        "first_name": "Blake",
        "last_name": "Placeholder",
        "dob": "1958-02-06",
        "ssn": SSN,
        "address": {"street": "101 Test Ln", "city": "Paramus", "state": "NJ", "zip": "07652"},
        "phone": "2015550001",
        "email": "blake.placeholder@mail.example",
        "email_verified": True,
        "npi": NPI,
        "me_number": None,
        "license": {"state": "NJ", "number": "25MA00000001"},
    },
    "binding": "record_contact_code",
    "prior_state": {"members": [], "cases": [], "bans": []},
    "providers": {
        "idology": [
            {
                "summary": "id.success",
                "result": "result.match",
                "qualifiers": [],
                "restriction": None,
                "velocity": [],
            }
        ],
        "nppes": {
            "number": NPI,
            "enumeration_type": "NPI-1",
            "status": "A",
            "first_name": "BLAKE",
            "last_name": "PLACEHOLDER",
            "credential": "M.D.",
            "other_names": [],
            "taxonomies": [
                {
                    "code": "207R00000X",
                    "desc": "Internal Medicine Physician",
                    "primary": True,
                    "state": "NJ",
                    "license": "25MA00000001",
                }
            ],
            "practice_phone": "2015560001",
        },
        "nppes_file": {
            "deactivation_date": None,
            "deactivation_reason": None,
            "reactivation_date": None,
        },
        "ama": {
            "search": [
                {
                    "entityId": 900001,
                    "score": 100,
                    "legalFirstName": "Blake",
                    "legalLastName": "Placeholder",
                    "names": [],
                    "birthDate": "19580206",
                    "degreeCode": "MD",
                    "npi": [NPI],
                    "meNumber": "99900000011",
                    "mortalityStatusCode": "A",
                }
            ],
            "profile": {
                "entityId": 900001,
                "deathDate": None,
                "studentIndicator": "N",
                "amaMpa": "Office Based Practice",
                "typeOfPractice": "020",
                "licenses": [
                    {
                        "stateDescription": "New Jersey",
                        "licenseNumber": "25MA00000001",
                        "typeDescription": "Unlimited",
                        "licenseStatusDescription": "Active",
                        "expirationDate": "2099-06-30",
                    }
                ],
                "medicalSchools": [{"degreeAwarded": "Yes", "graduateDate": "1985-05-15"}],
                "medicalTraining": [],
                "sanctions": {
                    "federalSanctions": None,
                    "stateSanctions": {"state": []},
                    **dict.fromkeys(SANCTIONS, "N"),
                },
            },
        },
        "leie": [],
        "relevantid": {
            "RVid": "RV-000001",
            "isNew": "True",
            "Score": "0",
            "FraudProfileScore": "0",
            "Country": "US",
            "OldId": "",
            "OldIDDate": "",
            "PanelistID": "$case_nonce",
        },
    },
    "faults": [],
    "actions": [],
    "expected": {},
}
ABROAD: Json = {
    "id": "T",
    "applicant": {
        "country": "GB",
        "first_name": "Quinn",
        "last_name": "Fixture",
        "dob": "1976-03-17",
        "email": "quinn.test@nhs.example",
        "email_verified": True,
        "credential": {"scheme": "GMC", "number": "9999016"},
    },
    "binding": "institutional_email",
    "providers": {
        "registry": [
            {
                "number": "9999016",
                "first_name": "Quinn",
                "last_name": "Fixture",
                "status": "Registered with Licence",
                "ftp_conditions": "N",
                "ftp_undertakings": "N",
                "ftp_warnings": "N",
            }
        ],
        "relevantid": {
            "RVid": "RV-2",
            "Score": "0",
            "Country": "GB",
            "PanelistID": "$case_nonce",
        },
    },
}


def changed(base: Json, changes: Mapping[str, Any]) -> Scenario:
    """The base with values set by dotted paths; numbers are list positions."""
    scenario = copy.deepcopy(base)
    for path, value in changes.items():
        *parents, last = path.split(".")
        node: Any = scenario
        for key in parents:
            node = node[int(key)] if isinstance(node, list) else node[key]
        node[int(last) if isinstance(node, list) else last] = value
    return _scenario(scenario, 1)


IDOLOGY = "providers.idology.0"
SEARCH, PROFILE = "providers.ama.search.0", "providers.ama.profile"
NPPES, RVID = "providers.nppes", "providers.relevantid"
NOBODY: Json = {"providers.ama.search": [], "providers.ama.profile": None}


def taxonomy(*codes: str) -> list[Json]:
    return [
        {"code": code, "desc": "", "primary": True, "state": "NJ", "license": "25MA00000001"}
        for code in codes
    ]


def note(*keys: str) -> dict[str, Any]:
    return {f"{IDOLOGY}.qualifiers": list(keys)}


def answer(**changes: Any) -> Json:
    return {**CLEAN["providers"]["idology"][0], **changes}


def licence(
    status: str = "Active", until: str = "2099-06-30", number: str = "25MA00000001"
) -> Json:
    return {
        "stateDescription": "New Jersey",
        "licenseNumber": number,
        "typeDescription": "Unlimited",
        "licenseStatusDescription": status,
        "expirationDate": until,
    }


def excluded(**row: str) -> Json:
    base = {
        "LASTNAME": "PLACEHOLDER",
        "FIRSTNAME": "BLAKE",
        "GENERAL": "PHYSICIAN (MD, DO)",
        "SPECIALTY": "INTERNAL MEDICINE",
        "NPI": "0000000000",
        "DOB": "00000000",
        "STATE": "NJ",
        "EXCLTYPE": "1128a1",
        "EXCLDATE": "20230320",
    }
    return {**base, **row}


TRAINING = [{"beginDate": "2020-07-01", "endDate": "2099-06-30", "trainingType": "Residency"}]
MEMBER = {"id": "M1", "state": "approved", "npi": NPI, "ssn": SSN, "email": "old@mail.example"}
