"""The General Medical Council's list of registered medical practitioners (CSV)."""

from __future__ import annotations

from collections.abc import Iterator

from verification.policy import LicenceStatus, Profession
from verification.registers.parsing import (
    RegisterEntry,
    RegisterFile,
    parse_year,
    read_rows,
    unique,
)

FITNESS = ("FtP Conditions Exist", "FtP Undertakings Exist", "FtP Warnings Exist")
NEEDS = (
    "GMC Ref No",
    "Surname",
    "Given name",
    "Year of Qualification",
    "Registration Status",
    "Specialty1",
    "Other Names",
    *FITNESS,
)
SPECIALTIES = tuple(f"Specialty{n}" for n in range(2, 8))


def read_gmc(source: RegisterFile) -> Iterator[RegisterEntry]:
    """Every entry of the list."""
    for row in read_rows(source, needs=NEEDS, also=SPECIALTIES):
        other_names = [name.split() for name in row["Other Names"].split(";") if name.strip()]
        status = row["Registration Status"]
        flagged = any(row[column].upper().startswith("Y") for column in FITNESS)
        yield RegisterEntry(
            scheme="GMC",
            number=row["GMC Ref No"],
            given_names=unique([row["Given name"], *(words[0] for words in other_names)]),
            family_names=unique([row["Surname"], *(words[-1] for words in other_names)]),
            status_text=status[:120],
            licence_status=gmc_licence_status(status, flagged=flagged),
            profession=gmc_profession(status),
            specialties=unique(row.get(f"Specialty{n}", "") for n in range(1, 8)),
            degree_year=parse_year(row["Year of Qualification"]),
        )


def gmc_licence_status(status: str, *, flagged: bool) -> LicenceStatus:
    """Only "Registered with Licence" is a licence to practise."""
    lowered = status.lower()
    if lowered.startswith("not registered"):
        if "erased" in lowered or "deceased" in lowered:
            return LicenceStatus.REMOVED
        return LicenceStatus.REVOKED if "suspended" in lowered else LicenceStatus.NOT_ACTIVE
    if "suspended" in lowered:
        return LicenceStatus.REVOKED
    if "with licence" not in lowered:
        return LicenceStatus.NOT_ACTIVE
    return LicenceStatus.CONDITIONS if flagged else LicenceStatus.ACTIVE


def gmc_profession(status: str) -> Profession:
    """The register lists physicians only; provisional registration is a first-year trainee."""
    return Profession.RESIDENT if "provisional" in status.lower() else Profession.PHYSICIAN
