"""The General Medical Council's list of registered medical practitioners (CSV)."""

from __future__ import annotations

from collections.abc import Iterator

from verification.policy import Profession, Standing
from verification.registers.parsing import Licence, Source, read, unique, year

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


def licences(source: Source) -> Iterator[Licence]:
    for row in read(source, needs=NEEDS, also=SPECIALTIES):
        others = [name.split() for name in row["Other Names"].split(";") if name.strip()]
        status = row["Registration Status"]
        flagged = any(row[column].upper().startswith("Y") for column in FITNESS)
        yield Licence(
            scheme="GMC",
            number=row["GMC Ref No"],
            given_names=unique([row["Given name"], *(words[0] for words in others)]),
            family_names=unique([row["Surname"], *(words[-1] for words in others)]),
            status=status[:120],
            standing=standing(status, flagged=flagged),
            profession=profession(status),
            specialties=unique(row.get(f"Specialty{n}", "") for n in range(1, 8)),
            degree_year=year(row["Year of Qualification"]),
        )


def standing(status: str, *, flagged: bool) -> Standing:
    """Only "Registered with Licence" is a licence to practise."""
    said = status.lower()
    if said.startswith("not registered"):
        if "erased" in said or "deceased" in said:
            return Standing.REMOVED
        return Standing.REVOKED if "suspended" in said else Standing.NOT_ACTIVE
    if "suspended" in said:
        return Standing.REVOKED
    if "with licence" not in said:
        return Standing.NOT_ACTIVE
    return Standing.CONDITIONS if flagged else Standing.ACTIVE


def profession(status: str) -> Profession:
    """The register holds physicians only; provisional registration is a first-year trainee."""
    return Profession.RESIDENT if "provisional" in status.lower() else Profession.PHYSICIAN
