"""Write a scenario's register entries in the published formats, and import them."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tools.signup_replay.scenario import Json, Scenario, first_text
from verification.registers import SAMPLES
from verification.registers.importer import import_file

FILLER_GMC, FILLER_RPPS = "9999999", "99990000012"


def import_registers(scenario: Scenario) -> None:
    """Import every register file of the scenario."""
    providers = scenario.providers
    with tempfile.TemporaryDirectory() as folder:
        _import_nppes(Path(folder), providers.get("nppes_file"), scenario)
        _import_leie(Path(folder), providers.get("leie") or [])
        _import_abroad(Path(folder), providers.get("registry"), scenario)


def _header(sample: str) -> list[str]:
    first = (SAMPLES / sample).read_text(encoding="utf-8").splitlines()[0]
    return next(csv.reader([first], delimiter="|" if sample.endswith(".txt") else ","))


def _write(path: Path, header: Sequence[str], rows: Iterable[Json], delimiter: str = ",") -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(
            file, header, restval="", extrasaction="ignore", delimiter=delimiter
        )
        writer.writeheader()
        writer.writerows(rows)
    return path


def _import_nppes(folder: Path, data: Any, scenario: Scenario) -> None:
    """Import a deactivation; live NPPES provides everything else."""
    if not isinstance(data, dict) or not data.get("deactivation_date"):
        return
    row = {
        "NPI": first_text(scenario.applicant, "npi"),
        "NPI Deactivation Date": first_text(data, "deactivation_date"),
        "NPI Deactivation Reason Code": first_text(data, "deactivation_reason"),
        "NPI Reactivation Date": first_text(data, "reactivation_date"),
    }
    import_file("nppes", _write(folder / "nppes.csv", _header("nppes.csv"), [row]))


def _import_leie(folder: Path, rows: Any) -> None:
    if not rows:
        return
    header = _header("leie.csv")
    defaults = dict.fromkeys(("EXCLDATE", "REINDATE", "WAIVERDATE", "DOB"), "00000000")
    full = [
        {**defaults, "NPI": "0000000000", **{k: v for k, v in row.items() if v not in {None, ""}}}
        for row in rows
        if isinstance(row, dict)
    ]
    import_file("leie", _write(folder / "leie.csv", header, full))


def _import_abroad(folder: Path, rows: Any, scenario: Scenario) -> None:
    """Import a foreign register with a filler row, so that a missing number is `not_found`."""
    listed = [row for row in rows or [] if isinstance(row, dict)]
    country = first_text(scenario.applicant, "country").upper()
    if country == "GB":
        lines = [_gmc(row) for row in [*listed, _filler(FILLER_GMC)]]
        import_file("gmc", _write(folder / "gmc.csv", _header("gmc.csv"), lines))
    elif country == "FR":
        lines = [_rpps(row) for row in [*listed, _filler(FILLER_RPPS)]]
        path = _write(folder / "rpps.txt", _header("rpps.txt"), lines, "|")
        import_file("rpps", path)


def _filler(number: str) -> Json:
    return {
        "number": number,
        "first_name": "Nobody",
        "last_name": "Invented",
        "status": "Registered with Licence",
    }


def _gmc(row: Json) -> Json:
    others = row.get("other_names") or []
    return {
        "GMC Ref No": first_text(row, "number"),
        "Surname": first_text(row, "last_name", "surname"),
        "Given name": first_text(row, "first_name", "given_name"),
        "Year of Qualification": first_text(row, "year_of_qualification"),
        "Registration Status": first_text(row, "status"),
        "FR Date": first_text(row, "fr_date"),
        "PR Date": first_text(row, "pr_date"),
        "FtP Conditions Exist": first_text(row, "ftp_conditions") or "N",
        "FtP Undertakings Exist": first_text(row, "ftp_undertakings") or "N",
        "FtP Warnings Exist": first_text(row, "ftp_warnings") or "N",
        "Other Names": ";".join(map(str, others)) if isinstance(others, list) else str(others),
    }


def _rpps(row: Json) -> Json:
    number = first_text(row, "number")
    return {
        "Type d'identifiant PP": first_text(row, "type") or "8",
        "Identifiant PP": number,
        "Identification nationale PP": f"8{number}",
        "Nom d'exercice": first_text(row, "last_name", "nom"),
        "Prénom d'exercice": first_text(row, "first_name", "prenom"),
        "Code profession": first_text(row, "profession_code", "code_profession", "profession")
        or "10",
        "Libellé profession": first_text(row, "profession_label"),
        "Code savoir-faire": first_text(row, "code_savoir_faire"),
    }
