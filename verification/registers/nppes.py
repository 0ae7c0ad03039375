"""The NPPES data dissemination file, its endpoint file, and NUCC taxonomy codes.

Taxonomy codes are self-declared. A physician's code without a physician's degree in the credential
column is ambiguous, and a reviewer decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from verification.models import Taxonomy
from verification.policy import LicenceStatus, Profession
from verification.registers.parsing import RegisterEntry, RegisterFile, read_rows, unique

TAXONOMIES = 15
NEEDS = (
    "NPI",
    "Entity Type Code",
    "Provider Last Name (Legal Name)",
    "Provider First Name",
    "Provider Credential Text",
    "Provider Other Last Name",
    "Provider Other First Name",
    "NPI Deactivation Date",
    "NPI Reactivation Date",
    "Healthcare Provider Taxonomy Code_1",
)
PHONE = "Provider Business Practice Location Address Telephone Number"
CODES = tuple(f"Healthcare Provider Taxonomy Code_{n}" for n in range(1, TAXONOMIES + 1))
LICENCES = tuple(
    (f"Provider License Number_{n}", f"Provider License Number State Code_{n}")
    for n in range(1, TAXONOMIES + 1)
)
ALSO = (PHONE, *CODES[1:], *(name for pair in LICENCES for name in pair))
ENDPOINT_NEEDS = ("NPI", "Endpoint Type", "Endpoint")
NUCC_NEEDS = ("Code", "Grouping", "Classification", "Specialization", "Display Name")
# Code of residents and students. Oral surgery is a dental degree although its code begins with 20.
TRAINEE = "390200000X"
DENTAL = "204E"
DEGREES = {"MD", "DO", "MBBS", "MBCHB", "MBBCH", "MDCM", "MBBCHIR", "BMBS"}


def read_nppes(source: RegisterFile) -> Iterator[RegisterEntry]:
    """Every row of the file, organisations and deactivated numbers too."""
    for row in read_rows(source, needs=NEEDS, also=ALSO):
        codes = unique(row.get(name, "") for name in CODES)
        is_deactivated = bool(row["NPI Deactivation Date"]) and not row["NPI Reactivation Date"]
        yield RegisterEntry(
            scheme="NPI",
            number=row["NPI"],
            given_names=unique([row["Provider First Name"], row["Provider Other First Name"]]),
            family_names=unique(
                [row["Provider Last Name (Legal Name)"], row["Provider Other Last Name"]]
            ),
            status_text="deactivated" if is_deactivated else "active",
            licence_status=LicenceStatus.DEACTIVATED if is_deactivated else LicenceStatus.ACTIVE,
            profession=nppes_profession(
                row["Entity Type Code"], codes, row["Provider Credential Text"]
            ),
            credential=row["Provider Credential Text"][:40],
            specialties=codes,
            contact_phone=row.get(PHONE, "")[:20],
            licences=_state_licences(row),
        )


def _state_licences(row: dict[str, str]) -> list[dict[str, str]]:
    licences = [
        {"state": row.get(state, ""), "number": number}
        for name, state in LICENCES
        if (number := row.get(name, ""))
    ]
    return [item for index, item in enumerate(licences) if item not in licences[:index]]


def is_physician_code(code: str) -> bool:
    """Whether it is in NUCC's physician group, without the dental code in it."""
    return code.startswith("20") and not code.startswith(DENTAL)


def has_medical_degree(credential: str) -> bool:
    """Whether the credential text names a medical degree as a separate word."""
    words = re.split(r"[^A-Z]+", credential.upper().replace(".", ""))
    return bool(DEGREES.intersection(words))


def nppes_profession(entity: str, codes: list[str], credential: str) -> Profession:
    if entity == "2":
        return Profession.ORGANISATION
    if any(is_physician_code(code) for code in codes):
        return Profession.PHYSICIAN if has_medical_degree(credential) else Profession.AMBIGUOUS
    if TRAINEE in codes:
        return Profession.RESIDENT if has_medical_degree(credential) else Profession.AMBIGUOUS
    return Profession.OTHER if codes else Profession.AMBIGUOUS


def read_mailboxes(source: RegisterFile) -> Iterator[tuple[str, str]]:
    """NPI and mailbox of every Direct address in the endpoint file."""
    for row in read_rows(source, needs=ENDPOINT_NEEDS):
        if row["Endpoint Type"].upper() == "DIRECT" and "@" in row["Endpoint"]:
            yield row["NPI"], row["Endpoint"].lower()


def read_taxonomies(source: RegisterFile) -> Iterator[Taxonomy]:
    """Every NUCC code."""
    for row in read_rows(source, needs=NUCC_NEEDS):
        yield Taxonomy(
            code=row["Code"],
            grouping=row["Grouping"][:120],
            classification=row["Classification"][:120],
            specialization=row["Specialization"][:120],
            display_name=row["Display Name"][:200],
        )
