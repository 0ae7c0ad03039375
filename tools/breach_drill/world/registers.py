"""The public register of the drill: read by the product, and known to every thief."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

from tools.breach_drill.world.people import Chance, Person, weak_passwords
from verification.registers import SAMPLES
from verification.registers.importer import import_file

OTHER_ADDRESSES, SAMPLE = 5_000, "gmc.csv"


def import_all(people: Sequence[Person], folder: Path) -> None:
    """What `manage.py import_register` does with a file in the register's own format."""
    folder.mkdir(parents=True, exist_ok=True)
    with (SAMPLES / SAMPLE).open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    with (folder / SAMPLE).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, restval="")
        writer.writeheader()
        for person in people:
            facts = (person.licence, person.family, person.given, str(2051 - person.age))
            names = ("GMC Ref No", "Surname", "Given name", "Year of Qualification")
            status = {name: "N" for name in header if name.startswith("FtP")}
            status["Registration Status"] = "Registered with Licence"
            writer.writerow(dict(zip(names, facts, strict=True)) | status)
    import_file("gmc", folder / SAMPLE)


def publish(people: Sequence[Person], to: Path, seed: int) -> None:
    """What a thief has without stealing: addresses to try, the members' among them; passwords."""
    emails = [person.email for person in people]
    emails += [f"doctor{n}@mail.example" for n in range(OTHER_ADDRESSES)]
    Chance(seed + 1).shuffle(emails)
    (to / "emails.json").write_text(json.dumps(emails))
    (to / "passwords.json").write_text(json.dumps(weak_passwords()))
