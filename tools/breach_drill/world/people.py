"""Synthetic people: their attributes, how often they visit, and what they will do."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field

from sermo.core import specialties
from tools.breach_drill.isolated_env import INSTITUTION
from verification.schemes.validators import luhn_digit

GIVEN = (
    "Alex Blake Casey Dana Ellis Finley Gray Harper Indigo Jules Kai Lane Morgan Noel Oakley "
    "Parker Quinn Reese Sage Tatum Umi Vesper Wren Xen Yael Zion Ash Brook Cove Drew"
).split()
STEMS = (
    "Placeholder Sampleton Sandboxer Fixture Mockley Testwell Dummer Stubbs Exampler Trialman "
    "Nullman Voidley Specimer Draftson Modelby Pretend Figment Invent Fabler Shamley"
).split()
STATES = "NJ NY CA TX FL IL PA OH GA NC MI WA AZ MA VA".split()
WORDS = (
    "harbour lantern granite meadow orchid pepper quartz ribbon saddle timber umbrella velvet "
    "walnut yellow zephyr anchor basket candle dragon falcon"
).split()
# Shares of members; the first is where codes go to the register's mailbox.
COUNTRIES = (("US", 0.75), ("GB", 0.15), ("FR", 0.10))
# Of anonymous posts some find no hour of their own: 1.5 and more a member are left that count.
NAMED, ANONYMOUS, VOTES = 5.0, 1.6, 3.0
# In addition: posted in the same session as a named post.
CARELESS, APART = 0.15, dt.timedelta(hours=2)
ALERTS, WEAK, RESETS, NEW_DEVICES, LEAVERS, EXPORTS = 0.20, 0.03, 0.05, 0.08, 0.02, 0.01


@dataclass
class Person:
    """One physician of the drill, and what the diary knows of them."""

    number: int
    country: str
    licence: str
    given: str
    family: str
    email: str
    password: str
    is_weak: bool
    born: dt.date
    degree_year: int
    specialty: str
    state: str
    mailbox: str
    handle: str
    wants_mail: bool
    joins: dt.datetime
    visits: list[dt.datetime] = field(default_factory=list)
    # If there is no named post within two hours.
    anonymous: list[dt.datetime] = field(default_factory=list)
    named: int = 0
    careless: int = 0
    votes: int = 0
    # Filled in while the drill runs.
    user_id: str = ""
    member_id: str = ""
    recovery_code: str = ""
    special: str = ""
    is_gone: bool = False
    is_banned: bool = False


def npi(serial: int) -> str:
    """A synthetic number with a valid Luhn digit, from an unassigned range."""
    payload = f"2{serial:08d}"
    return payload + str(luhn_digit("80840" + payload))


def rpps(serial: int) -> str:
    payload = f"99{serial:08d}"
    return payload + str(luhn_digit(payload))


def licence_number(country: str, serial: int) -> str:
    if country == "GB":
        return f"{9_000_000 + serial:07d}"
    return rpps(serial) if country == "FR" else npi(serial)


def weak_passwords() -> list[str]:
    """A thousand that people choose and a form of twelve letters takes; any thief has them."""
    made = [
        f"{first}{second}{tail}"
        for tail in ("2026", "123", "!1", "1234", "2025")
        for first in WORDS
        for second in WORDS
        if first != second
    ]
    random.Random(1000).shuffle(made)  # a fixed list, not a secret
    return [password for password in made if len(password) >= 12][:1000]


class Chance(random.Random):
    """Everything that happens in a drill follows from its seed."""

    def poisson(self, mean: float) -> int:
        n, left = 0, self.expovariate(1.0)
        while left < mean:
            n, left = n + 1, left + self.expovariate(1.0)
        return n

    def share(self, of: float) -> bool:
        return self.random() < of


def invent(people: int, days: int, begin: dt.datetime, chance: Chance) -> list[Person]:
    """All of them, in the order in which they join."""
    common = weak_passwords()
    everybody = [_one(number, days, begin, chance, common) for number in range(people)]
    if not any(person.is_weak for person in everybody):
        everybody[0].is_weak, everybody[0].password = True, chance.choice(common)
    _assign(everybody, chance)
    return sorted(everybody, key=lambda person: person.joins)


def _one(number: int, days: int, begin: dt.datetime, chance: Chance, common: list[str]) -> Person:
    country = chance.choices([name for name, _ in COUNTRIES], [share for _, share in COUNTRIES])[0]
    given, stem = chance.choice(GIVEN), chance.choice(STEMS)
    family = (
        stem + chance.choice(("", "e", "s", "man", "ley")) + chance.choice(("", "-Kay", "-Ray"))
    )
    weak = chance.share(WEAK)
    age = chance.randint(28, 66)
    domain = INSTITUTION if country != "US" else chance.choice(("mail.example", "post.example"))
    # Octal: 6 and 9 look alike to the site, and one of two such names would be taken.
    handle = f"{chance.choice(WORDS)}-{chance.choice(WORDS)}-{number:o}"
    first = chance.share(0.6)
    joins = begin + dt.timedelta(
        days=chance.uniform(0, days * (0.3 if first else 1)),
        hours=2,
    )
    person = Person(
        number=number,
        country=country,
        licence=licence_number(country, chance.randint(10_000, 9_999_999) * 7 % 9_999_991)
        if country != "GB"
        else licence_number(country, number + 100),
        given=given,
        family=family,
        email=f"{given}.{family}{number}@{domain}".lower(),
        password=chance.choice(common) if weak else f"{chance.getrandbits(80):x}-{number}",
        is_weak=weak,
        born=dt.date(2026 - age, chance.randint(1, 12), chance.randint(1, 28)),
        degree_year=2026 - age + 25,
        specialty=_specialty(chance),
        state=chance.choice(STATES),
        mailbox=f"{given}.{family}.{number}@direct.example".lower(),
        handle=handle,
        wants_mail=chance.share(ALERTS),
        joins=joins,
        named=chance.poisson(NAMED),
        votes=chance.poisson(VOTES),
    )
    rate = chance.gammavariate(1.4, 0.07)
    person.visits = _visits(person, rate, days, begin, chance)
    _plan_anonymous(person, days, begin, chance)
    return person


def _plan_anonymous(person: Person, days: int, begin: dt.datetime, chance: Chance) -> None:
    """Most people post anonymously in a session of its own, some in one with named posts."""
    person.careless = chance.poisson(CARELESS)
    for _ in range(chance.poisson(ANONYMOUS)):
        for _try in range(8):
            moment = chance.choice(_visits(person, 0.2, days, begin, chance))
            if all(abs(moment - other) > APART for other in person.visits):
                person.anonymous.append(moment)
                break


def _specialty(chance: Chance) -> str:
    """Few are common and many are rare, as among physicians."""
    codes = [code for code, _name in specialties.CHOICES]
    rank = min(int(chance.paretovariate(0.9)) - 1, len(codes) - 1)
    return sorted(codes, key=lambda code: code.encode().hex()[::-1])[rank]


def _visits(
    person: Person, rate: float, days: int, begin: dt.datetime, chance: Chance
) -> list[dt.datetime]:
    """Their times: a rate of one's own a day, more by day than by night."""
    left = days - (person.joins - begin).total_seconds() / 86_400
    n = 1 + chance.poisson(max(left, 0) * rate)
    moments = []
    for _ in range(n):
        day = person.joins + dt.timedelta(days=chance.uniform(0.05, max(left, 0.1)))
        hour = min(max(chance.gauss(15, 4), 0), 23.5)
        moment = day.replace(
            hour=int(hour), minute=chance.randint(0, 59), second=chance.randint(0, 59)
        )
        if moment > person.joins + dt.timedelta(hours=1):
            moments.append(moment)
    latest = begin + dt.timedelta(days=days)
    moments = [moment for moment in sorted(moments) if moment < latest]
    return moments or [min(person.joins + dt.timedelta(hours=3), latest - dt.timedelta(minutes=30))]


def _assign(people: list[Person], chance: Chance) -> None:
    """The people who reset, change the device or leave: shares of all, at least one of each."""
    free = [person for person in people if len(person.visits) > 1 or len(people) < 40]
    # Weak passwords stay, to be guessed.
    free = [person for person in free if not person.is_weak]
    chance.shuffle(free)
    for what, share in (
        ("reset", RESETS),
        ("device", NEW_DEVICES),
        ("reset-elsewhere", RESETS / 2),
        ("leave", LEAVERS),
        ("leave-all", LEAVERS / 2),
        ("export", EXPORTS),
    ):
        for _ in range(max(1, round(share * len(people)))):
            if free:
                free.pop().special = what
