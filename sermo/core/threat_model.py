"""What an attacker learns from each breach: the table of the privacy page.

`manage.py breach_drill` plays these breaches on dumps of the running product; if it contradicts a
row, the row is wrong. The last row cannot be tested on a dump
(docs/decisions/0007-threat-model.md gives the reasons for it).
"""

from __future__ import annotations

from typing import NamedTuple


class BreachScenario(NamedTuple):
    """One breach: what the attacker holds, what it reveals, and whose posts it links to them."""

    code: str
    held: str
    gives: str
    links: str


class KeyHolder(NamedTuple):
    """Keys, the process or person that holds them, and their purpose."""

    keys: str
    holder: str
    purpose: str


BREACH_SCENARIOS = (
    BreachScenario(
        "community",
        "The community store, its pictures, Redis, logs and backups",
        "Cases, answers, names used here, coarse lines of specialty, years and country",
        "Nobody; what is anonymous is not even linked to a name used here",
    ),
    BreachScenario(
        "emails",
        "The same, and copies of the letters that were sent; we keep none",
        "Addresses, and when something was written to each",
        "Those who asked for mail about cases, to their name here; nothing that is anonymous",
    ),
    BreachScenario(
        "identity",
        "The identity store with its documents",
        "How many accounts there are; of each its country, specialty and month; the rest is noise",
        "Nobody",
    ),
    BreachScenario(
        "both",
        "Both stores, without a key",
        "Both of the above",
        "Nobody beyond a guess by specialty, years and country: at most one in fifty",
    ),
    BreachScenario(
        "fields",
        "Both stores and the keys FIELD, EMAIL, BLIND_INDEX",
        "A list of members with names, addresses and licence numbers",
        "Still nobody beyond that guess",
    ),
    BreachScenario(
        "pepper",
        "And the key PEPPER, to guess passwords with",
        "One guess at one password for each tenth of a second of computing",
        "Members whose password can be guessed",
    ),
    BreachScenario(
        "mail",
        "The community store and the key of the mailer",
        "The addresses of those who asked for mail, beside the cases they follow",
        "Those who asked for mail, to their name here, and only they; nothing that is anonymous",
    ),
    BreachScenario(
        "moderation",
        "The community store and the moderation key",
        "Which name used here wrote which anonymous contribution",
        "No person",
    ),
    BreachScenario(
        "custodians",
        "Everything, the keys of two custodians, and the inner key",
        "Names of the persons behind the names used here",
        "Everybody. The keys of two custodians without the inner key: nobody",
    ),
    BreachScenario(
        "online",
        "Both stores, every key that is online, and the key of one custodian",
        "As with PEPPER, and the addresses of those who asked for mail",
        "No more than those",
    ),
    BreachScenario(
        "live",
        "Control of the running web server for some days",
        "The secrets of those who use the site in these days",
        "Those members; after seven days every member who was active that week",
    ),
)

KEY_HOLDERS = (
    KeyHolder(
        "FIELD, EMAIL, BLIND_INDEX, PEPPER, SESSION, OUTER",
        "The web server and the workers",
        "Fields, addresses, sessions, the outer layer of each member's rows",
    ),
    KeyHolder("MAIL", "The process that sends mail, alone", "Opening addresses to send to"),
    KeyHolder(
        "MODERATION, INNER",
        "The sealed worker, alone",
        "Suspending an author it tells nobody of; the third lock of custodians",
    ),
    KeyHolder(
        "CUSTODIAN_1, CUSTODIAN_2, CUSTODIAN_3",
        "Three people, each one key, on no machine of ours",
        "Opening one contribution, or giving a membership back, two of them together",
    ),
    KeyHolder("Your password, device, code", "You", "The one secret that finds what you said"),
)
