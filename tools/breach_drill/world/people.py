"""Synthetic people: their attributes, how often they visit, and what they will do."""

from __future__ import annotations

import csv
import datetime as dt
import itertools
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sermo.core import specialties
from tools.breach_drill.isolated_env import INSTITUTION
from verification.registers import SAMPLES
from verification.registers.importer import import_file

GIVEN = "Alex Blake Casey Dana Ellis Finley Gray Harper Indigo Jules Kai Lane Morgan Noel".split()
STEMS = "Placeholder Sampleton Fixture Mockley Testwell Dummer Stubbs Exampler Nullman".split()
WORDS = "harbour lantern granite meadow orchid pepper quartz ribbon saddle timber umbrella".split()
WORDS += "velvet walnut yellow zephyr anchor basket candle dragon falcon".split()
PHRASES = ("I would look for sarcoid.", "It may be an early infection.", "I think of a bleed.")
OPTIONS = ("Sarcoidosis", "Lymphoma", "Tuberculosis", "Amyloidosis", "Endocarditis", "Lupus")
NAMED, ANONYMOUS, VOTES = 5.0, 1.6, 3.0
# In addition: posted in the same session as a named post.
CARELESS, APART = 0.15, dt.timedelta(hours=2)
MAIL, WEAK = 0.20, 0.03
OTHER_ADDRESSES, SAMPLE = 5_000, "gmc.csv"
# What happens to shares of all, at least once each: the first two leave.
RARE = {"leave": 0.05, "leave-all": 0.03, "device": 0.15, "password": 0.05}
RARE |= {"reset": 0.05, "reset-elsewhere": 0.025}


class Chance(random.Random):
    """Everything that happens in a drill follows from its seed."""

    def poisson(self, mean: float) -> int:
        """How many events of a rate of one come before `mean`."""
        moments = itertools.accumulate(iter(lambda: self.expovariate(1.0), None))
        return sum(1 for _ in itertools.takewhile(lambda at: at < mean, moments))

    def share(self, of: float) -> bool:
        return self.random() < of


@dataclass
class Person:
    """One physician of the drill, and what the diary knows of them."""

    number: int
    given: str
    family: str
    password: str
    is_weak: bool
    age: int
    specialty: str
    handle: str
    wants_mail: bool
    joins: dt.datetime
    visits: list[dt.datetime] = field(default_factory=list)
    # If there is no named post within two hours.
    anonymous: list[dt.datetime] = field(default_factory=list)
    named: int = 0
    careless: int = 0
    votes: int = 0
    special: str = ""
    user_id: str = ""
    member_id: str = ""
    recovery_code: str = ""
    is_gone: bool = False
    is_banned: bool = False

    @property
    def licence(self) -> str:
        return f"{9_000_000 + self.number:07d}"

    @property
    def email(self) -> str:
        return f"{self.given}.{self.family}{self.number}@{INSTITUTION}".lower()


def weak_passwords() -> list[str]:
    """Two hundred that people choose and a form of twelve letters takes; any thief has them."""
    made = [f"{first}{second}2026" for first in WORDS for second in WORDS if first != second]
    random.Random(1000).shuffle(made)  # a fixed list, not a secret
    return [password for password in made if len(password) >= 12][:200]


def invent(people: int, days: int, begin: dt.datetime, chance: Chance) -> list[Person]:
    """All of them, in the order in which they join."""
    everybody = [_one(number, days, begin, chance) for number in range(people)]
    if not any(person.is_weak for person in everybody):
        everybody[0].is_weak, everybody[0].password = True, chance.choice(weak_passwords())
    # Weak passwords stay, to be guessed.
    free = [person for person in everybody if not person.is_weak]
    chance.shuffle(free)
    for what, share in RARE.items():
        for _ in range(max(1, round(share * people))):
            free.pop().special = what
    return sorted(everybody, key=lambda person: person.joins)


def _one(number: int, days: int, begin: dt.datetime, chance: Chance) -> Person:
    weak, share = chance.share(WEAK), 0.3 if chance.share(0.6) else 1
    codes = [code for code, _name in specialties.CHOICES]
    person = Person(
        number=number,
        given=chance.choice(GIVEN),
        family=chance.choice(STEMS) + chance.choice(("", "e", "man")),
        password=chance.choice(weak_passwords()) if weak else f"{chance.getrandbits(80):x}-a",
        is_weak=weak,
        age=chance.randint(28, 66),
        specialty=codes[min(int(chance.paretovariate(0.9)) - 1, len(codes) - 1)],
        # Octal: 6 and 9 look alike to the site, and one of two such names would be taken.
        handle=f"{chance.choice(WORDS)}-{chance.choice(WORDS)}-{number:o}",
        wants_mail=chance.share(MAIL),
        joins=begin + dt.timedelta(days=chance.uniform(0, days * share), hours=2),
    )
    plans = {"named": NAMED, "careless": CARELESS, "votes": VOTES}
    vars(person).update({name: chance.poisson(mean) for name, mean in plans.items()})
    person.visits = _visits(person, chance.gammavariate(1.4, 0.07), days, begin, chance)
    for _ in range(chance.poisson(ANONYMOUS)):
        moments = (chance.choice(_visits(person, 0.2, days, begin, chance)) for _try in range(8))
        apart = (m for m in moments if all(abs(m - visit) > APART for visit in person.visits))
        person.anonymous += itertools.islice(apart, 1)
    return person


def _visits(
    person: Person, rate: float, days: int, begin: dt.datetime, chance: Chance
) -> list[dt.datetime]:
    """Their times: a rate of one's own a day, more by day than by night."""
    left = max(days - (person.joins - begin).total_seconds() / 86_400, 0.1)
    moments = []
    for _ in range(1 + chance.poisson(left * rate)):
        day = person.joins + dt.timedelta(days=chance.uniform(0.05, left))
        hour = int(min(max(chance.gauss(15, 4), 0), 23.5))
        moments.append(day.replace(hour=hour, minute=chance.randint(0, 59)))
    first, latest = person.joins + dt.timedelta(hours=1), begin + dt.timedelta(days=days)
    moments = [moment for moment in sorted(moments) if first < moment < latest]
    return moments or [min(person.joins + dt.timedelta(hours=3), latest - dt.timedelta(minutes=30))]


def remark(chance: Chance) -> str:
    return " ".join(chance.choices(PHRASES, k=3))


def clinical_case(person: Person, chance: Chance) -> dict[str, str]:
    """The fields of the composer that this author fills in; mostly for another specialty."""
    specialty = person.specialty if chance.share(0.2) else chance.choice(specialties.CHOICES)[0]
    fields = {"preset": "diagnosis", "specialty_1": specialty, "age_band": "40-49", "sex": "f"}
    fields |= {"complaint": "Fatigue", "history": remark(chance), "examination": remark(chance)}
    fields["urgency"] = "urgent" if chance.share(0.05) else "routine"
    options = enumerate(chance.sample(OPTIONS, 3), start=1)
    return fields | {f"option_{n}": option for n, option in options}


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
