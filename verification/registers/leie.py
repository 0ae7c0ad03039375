"""The federal exclusion list (LEIE), `UPDATED.csv`: always the full file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from verification.models import Exclusion
from verification.registers.parsing import RegisterFile, read_rows

NEEDS = ("LASTNAME", "FIRSTNAME", "NPI", "DOB", "EXCLDATE")
NO_NPI = "0000000000"


def read_exclusions(source: RegisterFile) -> Iterator[Exclusion]:
    """Excluded people; rows of organisations have no last name."""
    for row in read_rows(source, needs=NEEDS, also=("STATE", "GENERAL")):
        if row["LASTNAME"]:
            yield Exclusion(
                family_name=row["LASTNAME"][:80],
                given_name=row["FIRSTNAME"][:80],
                npi="" if row["NPI"] == NO_NPI else row["NPI"][:10],
                state=row.get("STATE", "")[:2],
                general=row.get("GENERAL", "")[:60],
                birth_date=_date(row["DOB"]),
            )


def _date(text: str) -> dt.date | None:
    """YYYYMMDD; an empty date is written 00000000."""
    try:
        return dt.datetime.strptime(text, "%Y%m%d").replace(tzinfo=dt.UTC).date()
    except ValueError:
        return None
