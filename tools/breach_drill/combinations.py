"""Which thefts are played, and what each may give at most (README.md, Thresholds)."""

from __future__ import annotations

from dataclasses import dataclass

STORES = ("I", "C", "R1", "R2", "M", "LG", "Q", "ML", "BK", "P")
COMMUNITY_SIDE = frozenset({"C", "M", "R2", "LG", "Q", "ML", "BK", "P"})
IDENTITY_SIDE = frozenset({"I", "R1", "LG", "BK", "P"})
EVERYTHING = frozenset(STORES)
LETTERS = frozenset({"ML"})
ONLINE = frozenset({"online", "PEPPER", "INNER"})
LINKS = frozenset(
    {"named_person", "anonymous_person", "anonymous_account", "alias_pair", "account_person"}
)
# A ballot holds no capsule: no key gives these.
VOTES = frozenset({"vote_person", "vote_account"})
# What the keys of sealed boxes give: moderation's, the mailer's, and guesses under the pepper.
MODERATION, ALERTS, PASSWORDS = {"anonymous_account", "alias_pair"}, {"alert_person"}, {"slot"}
CAPSULES = frozenset(MODERATION | ALERTS)


@dataclass(frozen=True)
class Combination:
    """One theft: stores, keys or groups of keys, the kinds of link it is known to give, and the
    rows of the privacy page that it plays.
    """

    name: str
    stores: frozenset[str]
    keys: frozenset[str] = frozenset()
    gives: frozenset[str] = frozenset()
    thefts: tuple[str, ...] = ()
    # In these not one claim made with confidence may be right.
    is_strict: bool = False

    @property
    def has_letters(self) -> bool:
        """Letters and what happened meanwhile: by their times they name who asked for mail."""
        return "ML" in self.stores and bool(self.stores & {"C", "BK"})


def _alone(store: str) -> Combination:
    return Combination(f"{store} alone", frozenset({store}), is_strict=True)


COMBINATIONS = (
    *(_alone(store) for store in STORES),
    # No theft: what every member may read, and what is public anyway.
    Combination("pages alone", frozenset({"PUB", "P"}), is_strict=True),
    Combination(
        "community side but letters",
        COMMUNITY_SIDE - LETTERS,
        thefts=("community",),
        is_strict=True,
    ),
    Combination("community side", COMMUNITY_SIDE, thefts=("letters",), is_strict=True),
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
    Combination("identity side", IDENTITY_SIDE, thefts=("identity",), is_strict=True),
    Combination("everything but letters", EVERYTHING - LETTERS, thefts=("both",)),
    Combination("everything", EVERYTHING, thefts=("letters",)),
    Combination(
        "everything, FIELD EMAIL BLIND_INDEX",
        EVERYTHING,
        frozenset({"FIELD", "EMAIL", "BLIND_INDEX"}),
        thefts=("fields",),
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
# What no dump can show; its row is reasoned, and says so.
NOT_PLAYED = frozenset({"live"})
