"""The public registers of the drill: read by the product, and known to every thief."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from sermo.core import specialties
from tools.breach_drill.attacks import known_values
from tools.breach_drill.world.people import GIVEN, STATES, STEMS, Person, npi, weak_passwords
from verification.registers import SAMPLES
from verification.registers.importer import import_file

Row = dict[str, Any]


def import_all(people: Sequence[Person], folder: Path) -> None:
    """What `manage.py import_register` does with files in the registers' own formats."""
    folder.mkdir(parents=True, exist_ok=True)
    by = {code: [p for p in people if p.country == code] for code in ("US", "GB", "FR")}
    for kind, sample, rows in (
        ("nppes", "nppes.csv", map(_nppes, by["US"])),
        ("nppes-endpoint", "nppes_endpoint.csv", map(_endpoint, by["US"])),
        ("gmc", "gmc.csv", map(_gmc, by["GB"])),
        ("rpps", "rpps.txt", map(_rpps, by["FR"])),
    ):
        reported = list(rows)
        if reported:
            import_file(kind, _write(folder / sample, sample, reported))


def _write(path: Path, sample: str, rows: Iterable[Row]) -> Path:
    delimiter = "|" if sample.endswith(".txt") else ","
    with (SAMPLES / sample).open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file, delimiter=delimiter))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, restval="", delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def _nppes(person: Person) -> Row:
    return {
        "NPI": person.licence,
        "Entity Type Code": "1",
        "Provider Last Name (Legal Name)": person.family.upper(),
        "Provider First Name": person.given.upper(),
        "Provider Credential Text": "M.D.",
        "Provider Business Practice Location Address State Name": person.state,
        "Healthcare Provider Taxonomy Code_1": "207R00000X",
        "Healthcare Provider Primary Taxonomy Switch_1": "Y",
    }


def _endpoint(person: Person) -> Row:
    return {"NPI": person.licence, "Endpoint Type": "DIRECT", "Endpoint": person.mailbox}


def _gmc(person: Person) -> Row:
    return {
        "GMC Ref No": person.licence,
        "Surname": person.family,
        "Given name": person.given,
        "Year of Qualification": str(person.degree_year),
        "Registration Status": "Registered with Licence",
        "FtP Conditions Exist": "N",
        "FtP Undertakings Exist": "N",
        "FtP Warnings Exist": "N",
    }


def _rpps(person: Person) -> Row:
    return {
        "Type d'identifiant PP": "8",
        "Identifiant PP": person.licence,
        "Identification nationale PP": f"8{person.licence}",
        "Nom d'exercice": person.family,
        "Prénom d'exercice": person.given,
        "Code profession": "10",
        "Code catégorie professionnelle": "C",
    }


def publish(people: Sequence[Person], size: int, capture: Path, seed: int) -> None:
    """What a thief knows without stealing: the register, addresses to try, passwords to try; and
    makes of it at leisure.
    """
    folder = capture / "C1" / "P"
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(seed + 1)  # a drill follows from its seed
    _write_lines(folder / "registry.jsonl", _register(people, size, chance))
    emails = [person.email for person in people]
    emails += [f"{_name(chance)}{n}@mail.example" for n in range(max(size - len(emails), 0))]
    chance.shuffle(emails)
    (folder / "emails.txt").write_text("\n".join(emails) + "\n")
    (folder / "passwords.txt").write_text("\n".join(weak_passwords()) + "\n")
    known_values.prepare(capture)


def _write_lines(path: Path, lines: Iterator[str]) -> None:
    with path.open("w") as file:
        file.writelines(f"{line}\n" for line in lines)


def _name(chance: random.Random) -> str:
    return f"{chance.choice(GIVEN)}.{chance.choice(STEMS)}".lower()


def _register(people: Sequence[Person], size: int, chance: random.Random) -> Iterator[str]:
    """The members' rows at random places among everybody's."""
    codes = [code for code, _name in specialties.CHOICES]
    own = [json.dumps(_public(person)) for person in people]
    places = set(chance.sample(range(size), len(own))) if size > len(own) else set(range(len(own)))
    for at in range(max(size, len(own))):
        if at in places:
            yield own.pop()
            continue
        yield (
            f'{{"npi": "{npi(20_000_000 + at)}", "given": "{chance.choice(GIVEN)}", '
            f'"family": "{chance.choice(STEMS)}", "specialty": "{chance.choice(codes)}", '
            f'"country": "US", "state": "{chance.choice(STATES)}", '
            f'"year": {chance.randint(1980, 2024)}}}'
        )


def _public(person: Person) -> Row:
    return {
        "npi": person.licence,
        "given": person.given,
        "family": person.family,
        "specialty": person.specialty,
        "country": person.country,
        "state": person.state if person.country == "US" else "",
        "year": person.degree_year,
    }
