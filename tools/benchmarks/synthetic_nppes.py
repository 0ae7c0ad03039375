"""A synthetic NPPES monthly file of any length, for measurements."""

from __future__ import annotations

import csv
import random
from pathlib import Path

from verification.registers import nppes

# As many columns as the published file, so that a row costs as much.
COLUMNS = 330
FIRST = 2_900_000_000
_CODES = ("207R00000X", "208000000X", "363LF0000X", "163W00000X", "390200000X", "1223G0001X")
_STATES = ("NJ", "NY", "CA", "TX", "FL", "OH", "WA")


def header() -> list[str]:
    named = [*nppes.NEEDS, *nppes.ALSO]
    return [*named, *(f"Unused Column {n}" for n in range(COLUMNS - len(named)))]


def npi(serial: int) -> str:
    """10 digits with check digit, from the block 29…, which is free for examples."""
    nine = str(FIRST + serial * 10)[:9]
    twice = sum(sum(divmod(2 * int(digit), 10)) for digit in nine[::-2])
    once = sum(int(digit) for digit in nine[-2::-2])
    # 24 stands for the issuer's prefix 80840.
    return f"{nine}{-(24 + twice + once) % 10}"


def write_nppes(path: Path, rows: int) -> None:
    """Write `rows` synthetic providers; 2 % are deactivated, 10 % are organisations."""
    chance = random.Random(rows)  # the same file for the same length
    with path.open("w", encoding="utf-8", newline="", buffering=1 << 20) as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(header())
        place = {name: number for number, name in enumerate(header())}
        for serial in range(rows):
            line = [""] * COLUMNS
            for name, value in _row(serial, chance).items():
                line[place[name]] = value
            writer.writerow(line)


def _row(serial: int, chance: random.Random) -> dict[str, str]:
    row = {"NPI": npi(serial)}
    if chance.random() < 0.02:
        return {**row, "NPI Deactivation Date": "01/15/2020"}
    row |= {
        nppes.PHONE: f"201556{serial % 10_000:04}",
        "Healthcare Provider Taxonomy Code_1": chance.choice(_CODES),
        "Provider License Number_1": f"T{serial:08}",
        "Provider License Number State Code_1": chance.choice(_STATES),
    }
    if chance.random() < 0.1:
        return {**row, "Entity Type Code": "2"}
    return {
        **row,
        "Entity Type Code": "1",
        "Provider Last Name (Legal Name)": f"PLACEHOLDER{serial % 5_000}",
        "Provider First Name": f"TESTER{serial % 700}",
        "Provider Credential Text": "M.D.",
    }
