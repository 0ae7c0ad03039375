"""The thefts that are simulated, and the links that each may reveal (README.md, Limits)."""

from __future__ import annotations

from dataclasses import dataclass

# One look: everything at one moment. R: Redis' files and keys; BK: the backup of the last night.
COMMUNITY_SIDE = frozenset({"C", "R", "M", "LG", "BK", "WAL", "P"})
IDENTITY_SIDE = frozenset({"I", "R", "LG", "BK", "WAL", "P"})
EVERYTHING = COMMUNITY_SIDE | IDENTITY_SIDE
# Many looks: copies of every night (N), and pages read each minute (W).
MANY_LOOKS = frozenset({"N", "W"})
LINKS = frozenset(
    {"named_person", "anonymous_person", "anonymous_account", "alias_pair", "account_person"}
)
# An answer holds no encrypted id, so no key reveals these.
VOTES = frozenset({"vote_person", "vote_account"})
MINUTES = frozenset({"minute"})
# What the keys of moderation and of the mailer reveal, and PEPPER (password guesses).
MODERATION, ALERTS = frozenset({"anonymous_account", "alias_pair"}), frozenset({"alert_person"})
CAPSULES, GUESSES = MODERATION | ALERTS, MODERATION | ALERTS | {"slot"}
FIELDS = frozenset({"FIELD", "EMAIL", "BLIND_INDEX"})
MAILER, MODERATORS = frozenset({"MAIL_PRIVATE"}), frozenset({"MODERATION_PRIVATE"})
ONLINE = frozenset({"online", "PEPPER", "INNER"})
ONE, TWO = frozenset({"CUSTODIAN_1"}), frozenset({"CUSTODIAN_1", "CUSTODIAN_2"})
NO_INNER = TWO | {"online", "PEPPER"}
NONE: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Combination:
    """A theft: stores, keys or groups of keys, the kinds of link it is known to reveal, and the
    row of the privacy page that it tests. Of some nothing is required: they are only printed.
    """

    name: str
    stores: frozenset[str]
    keys: frozenset[str] = NONE
    gives: frozenset[str] = NONE
    breach_scenario: str = ""
    is_reported_only: bool = False

    @property
    def has_letters(self) -> bool:
        """Whether emails and events were stolen: their times identify members with email on."""
        return "ML" in self.stores and bool(self.stores & {"C", "BK"})

    @property
    def has_entries(self) -> bool:
        """Whether copies of both stores show who is new: that tells those who speak at once."""
        return self.stores >= {"I", "C"} and bool(self.stores & {"N", "BK"})


COMBINATIONS = (
    Combination("C alone", frozenset({"C"})),
    Combination("I alone", frozenset({"I"})),
    Combination("pages, read each minute", frozenset({"W", "P"}), NONE, NONE, "watch"),
    Combination("community side", COMMUNITY_SIDE, NONE, NONE, "community"),
    Combination(
        "community side, nights", COMMUNITY_SIDE | MANY_LOOKS, NONE, NONE, "community_nights"
    ),
    Combination("community side, emails", COMMUNITY_SIDE | {"ML"}, NONE, NONE, "emails"),
    Combination("identity side, nights", IDENTITY_SIDE | {"N"}, NONE, NONE, "identity"),
    Combination("everything", EVERYTHING, NONE, NONE, "both"),
    Combination("everything, nights", EVERYTHING | MANY_LOOKS, NONE, NONE, "both_nights"),
    Combination("everything, FIELD EMAIL BLIND_INDEX", EVERYTHING, FIELDS, NONE, "fields"),
    Combination(
        "community side, MAIL", COMMUNITY_SIDE, frozenset({"MAIL_PRIVATE"}), ALERTS, "mail"
    ),
    Combination("community side, MODERATION", COMMUNITY_SIDE, MODERATORS, MODERATION, "moderation"),
    Combination("online keys but PEPPER", EVERYTHING, frozenset({"online"}), CAPSULES),
    Combination("online keys", EVERYTHING, ONLINE, GUESSES, "pepper"),
    Combination("online keys, one custodian", EVERYTHING, ONLINE | ONE, GUESSES, "online"),
    Combination("two custodians, no INNER", EVERYTHING, NO_INNER, GUESSES, "custodians"),
    Combination("two custodians, INNER", EVERYTHING, ONLINE | TWO, GUESSES | LINKS, "custodians"),
    Combination(
        "online keys, nights", EVERYTHING | MANY_LOOKS, ONLINE, GUESSES, is_reported_only=True
    ),
)
# Cannot be tested on a dump.
NOT_PLAYED = frozenset({"live"})
