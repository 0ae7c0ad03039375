"""The thefts that are simulated, and the links that each may reveal (README.md, Thresholds)."""

from __future__ import annotations

from dataclasses import dataclass

STORES = ("I", "C", "R1", "R2", "M", "LG", "Q", "ML", "BK", "P")
COMMUNITY_SIDE = frozenset({"C", "M", "R2", "LG", "Q", "ML", "BK", "P"})
IDENTITY_SIDE = frozenset({"I", "R1", "LG", "BK", "P"})
EVERYTHING = frozenset(STORES)
EMAILS = frozenset({"ML"})
ONLINE = frozenset({"online", "PEPPER", "INNER"})
LINKS = frozenset(
    {"named_person", "anonymous_person", "anonymous_account", "alias_pair", "account_person"}
)
# An answer holds no encrypted id, so no key reveals these.
VOTES = frozenset({"vote_person", "vote_account"})
# What keys reveal: that of moderation, that of the mailer, and PEPPER (password guesses).
MODERATION, ALERTS, PASSWORDS = {"anonymous_account", "alias_pair"}, {"alert_person"}, {"slot"}
CAPSULES = frozenset(MODERATION | ALERTS)


@dataclass(frozen=True)
class Combination:
    """A theft: stores, keys or groups of keys, the kinds of link it is known to reveal, and the
    rows of the privacy page that it tests.
    """

    name: str
    stores: frozenset[str]
    keys: frozenset[str] = frozenset()
    gives: frozenset[str] = frozenset()
    breach_scenarios: tuple[str, ...] = ()
    # Then no confident claim may be right.
    is_strict: bool = False

    @property
    def has_letters(self) -> bool:
        """Whether emails and events were stolen: their times identify members with email on."""
        return "ML" in self.stores and bool(self.stores & {"C", "BK"})


def _alone(store: str) -> Combination:
    return Combination(f"{store} alone", frozenset({store}), is_strict=True)


COMBINATIONS = (
    *(_alone(store) for store in STORES),
    # Not a theft: pages that every member may read, and public registers.
    Combination("pages alone", frozenset({"PUB", "P"}), is_strict=True),
    Combination(
        "community side but emails",
        COMMUNITY_SIDE - EMAILS,
        breach_scenarios=("community",),
        is_strict=True,
    ),
    Combination("community side", COMMUNITY_SIDE, breach_scenarios=("emails",), is_strict=True),
    Combination(
        "community side, MAIL",
        COMMUNITY_SIDE,
        frozenset({"MAIL_PRIVATE"}),
        frozenset(ALERTS),
        ("mail",),
    ),
    Combination(
        "community side, MODERATION",
        COMMUNITY_SIDE,
        frozenset({"MODERATION_PRIVATE"}),
        frozenset(MODERATION),
        ("moderation",),
    ),
    Combination("identity side", IDENTITY_SIDE, breach_scenarios=("identity",), is_strict=True),
    Combination("everything but emails", EVERYTHING - EMAILS, breach_scenarios=("both",)),
    Combination("everything", EVERYTHING, breach_scenarios=("emails",)),
    Combination(
        "everything, FIELD EMAIL BLIND_INDEX",
        EVERYTHING,
        frozenset({"FIELD", "EMAIL", "BLIND_INDEX"}),
        breach_scenarios=("fields",),
    ),
    Combination("everything, online keys but PEPPER", EVERYTHING, frozenset({"online"}), CAPSULES),
    Combination("everything, online keys", EVERYTHING, ONLINE, CAPSULES | PASSWORDS, ("pepper",)),
    Combination(
        "and one custodian", EVERYTHING, ONLINE | {"CUSTODIAN_1"}, CAPSULES | PASSWORDS, ("online",)
    ),
    Combination(
        "and two custodians, no INNER",
        EVERYTHING,
        frozenset({"online", "PEPPER", "CUSTODIAN_1", "CUSTODIAN_2"}),
        CAPSULES | PASSWORDS,
        ("custodians",),
    ),
    Combination(
        "and two custodians, INNER",
        EVERYTHING,
        ONLINE | {"CUSTODIAN_1", "CUSTODIAN_2"},
        CAPSULES | PASSWORDS | LINKS,
        ("custodians",),
    ),
)
# Cannot be tested on a dump.
NOT_PLAYED = frozenset({"live"})
