"""What a thief learns from each theft: the table of the privacy page, with the last measurement.

`manage.py breach_drill` plays these thefts on copies of the running product; if it contradicts a
row, the row is wrong. The rates are those of docs/benchmarks.md. The last row cannot be tested on a
copy (docs/decisions/0007-threat-model.md gives the reasons for it).
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple


class Measurement(NamedTuple):
    """Two runs of the drill: when, how large, and shares of posts that were linked, in percent.

    Of both runs the larger share.
    """

    day: dt.date
    people: int
    days: int
    # A guess with no stolen data: one in `people`.
    blind_guess: str
    # An anonymous post to the handle of its author.
    one_copy: str
    nights: str
    # A post to the person who wrote it.
    both: str
    both_nights: str
    # The same of members who wrote under their handle within a month of joining.
    both_nights_early: str
    # The minute in which an anonymous post was written.
    minute: str


MEASURED = Measurement(
    day=dt.date(2026, 12, 1),
    people=300,
    days=90,
    blind_guess="0.3 %",
    one_copy="0.2 %",
    nights="0.5 %",
    both="0.0 %",
    both_nights="0.0 %",
    both_nights_early="2.5 %",
    minute="3.2 %",
)


class BreachScenario(NamedTuple):
    """One theft: what the thief holds, and whose posts it links to their author."""

    code: str
    stolen: str
    links: str


class KeyHolder(NamedTuple):
    """Keys, the process or person that holds them, and their purpose."""

    keys: str
    holder: str
    purpose: str


BREACH_SCENARIOS = (
    BreachScenario(
        "community",
        "Community database with its files and logs, copied once",
        f"{MEASURED.one_copy} of anonymous posts to a handle. A guess: {MEASURED.blind_guess}.",
    ),
    BreachScenario(
        "community_nights",
        "The same, with a copy of every night and every page read each minute",
        f"{MEASURED.nights} of anonymous posts to a handle",
    ),
    BreachScenario("identity", "Identity database", "It holds no posts."),
    BreachScenario(
        "both",
        "Both databases with files and logs, copied once, without keys",
        f"{MEASURED.both} of posts to a person",
    ),
    BreachScenario(
        "both_nights",
        "The same, with a copy of every night",
        f"{MEASURED.both_nights} of posts to a person; {MEASURED.both_nights_early} of posts by "
        "members who wrote under their handle in their first month",
    ),
    BreachScenario(
        "fields",
        "Both databases and the keys of the identity database",
        "As above. The thief also has a list of members with names.",
    ),
    BreachScenario(
        "pepper",
        "Both databases and all keys on our servers",
        "Members with a weak password, and what the next two rows say",
    ),
    BreachScenario(
        "mail",
        "Community database and our email key",
        "Your handle, if you use email notifications",
    ),
    BreachScenario(
        "emails",
        "Community database and copies of the emails we sent",
        "Your handle, if you use email notifications",
    ),
    BreachScenario(
        "moderation",
        "Community database and the moderation key",
        "The handle behind each anonymous post of the last 90 days",
    ),
    BreachScenario(
        "online",
        "Everything on our servers and the key of one custodian",
        "No more than without that key",
    ),
    BreachScenario(
        "custodians", "Everything on our servers and the keys of two custodians", "Everyone"
    ),
    BreachScenario(
        "watch",
        "Nothing: the thief reads every page each minute",
        f"The minute of {MEASURED.minute} of anonymous posts. A guess: 5 %.",
    ),
    BreachScenario(
        "live",
        "Control of the running server",
        "Everyone who signs in during that time",
    ),
)

KEY_HOLDERS = (
    KeyHolder(
        "FIELD, EMAIL, BLIND_INDEX, PEPPER, SESSION, OUTER",
        "The web server and the workers",
        "Fields, addresses, passwords, sessions, rows about a member",
    ),
    KeyHolder("MAIL", "The process that sends email", "Reading addresses to send to"),
    KeyHolder(
        "MODERATION, INNER",
        "The sealed worker",
        "Suspending an anonymous author, the work of each night, the third key of custodians",
    ),
    KeyHolder(
        "CUSTODIAN_1, CUSTODIAN_2, CUSTODIAN_3",
        "Three people outside, each with one key",
        "Two of them together: disclosing an author, returning a membership",
    ),
    KeyHolder("Password, device, recovery code", "You", "Opening your membership"),
)
