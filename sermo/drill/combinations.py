"""Which thefts are played, and what each may give at most (README.md, Thresholds)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

STORES = ("I", "C", "R1", "R2", "M", "LG", "Q", "ML", "BK", "P")
COMMUNITY_SIDE = frozenset({"C", "M", "R2", "LG", "Q", "ML", "BK", "P"})
IDENTITY_SIDE = frozenset({"I", "R1", "LG", "BK", "P"})
EVERYTHING = frozenset(STORES)
ONLINE = frozenset({"online", "PEP", "INN"})


class Gives(Enum):
    """What a theft is expected to give beyond a guess."""

    NOTHING = "nothing"
    CAPSULES = "who asked for mail, and anonymous items' accounts"
    PASSWORDS = "and who has a password that can be guessed"
    EVERYBODY = "everybody"


@dataclass(frozen=True)
class Combination:
    """One theft: stores, groups of keys, and the rows of the privacy page it bears out."""

    name: str
    stores: frozenset[str]
    keys: frozenset[str] = frozenset()
    gives: Gives = Gives.NOTHING
    thefts: tuple[str, ...] = ()
    # In these not one claim made with confidence may be right.
    is_strict: bool = False


def _alone(store: str) -> Combination:
    return Combination(f"{store} alone", frozenset({store}), is_strict=True)


COMBINATIONS = (
    *(_alone(store) for store in STORES),
    Combination("community side", COMMUNITY_SIDE, thefts=("community",), is_strict=True),
    Combination("identity side", IDENTITY_SIDE, thefts=("identity",), is_strict=True),
    Combination("everything", EVERYTHING, thefts=("both",)),
    Combination(
        "everything, online keys but PEP",
        EVERYTHING,
        frozenset({"online"}),
        Gives.CAPSULES,
        ("fields", "mail", "moderation"),
    ),
    Combination("everything, online keys", EVERYTHING, ONLINE, Gives.PASSWORDS, ("pepper",)),
    Combination("and one custodian", EVERYTHING, ONLINE | {"BG1"}, Gives.PASSWORDS, ("online",)),
    Combination(
        "and two custodians, no INN",
        EVERYTHING,
        frozenset({"online", "PEP", "BG1", "BG2"}),
        Gives.PASSWORDS,
        ("custodians",),
    ),
    Combination(
        "and two custodians, INN",
        EVERYTHING,
        ONLINE | {"BG1", "BG2"},
        Gives.EVERYBODY,
        ("custodians",),
    ),
)
# What no dump can show; its row is reasoned, and says so.
NOT_PLAYED = frozenset({"live"})
