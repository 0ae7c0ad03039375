"""Who is near: the one method behind the attacks on times, files and nights.

Something changes near a post: a row, a session, a counter, an email. What changes near the named
posts of one account, or names a person, speaks for them when it changes near another post.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator

from tools.breach_drill.attacks.stolen import Claim, Post, Stolen, dashed

# A crowd of more names nobody; a change that a named post explains counts less. So much better
# than the next best is believed, if it is not far from being near alone.
MAX_CROWD, EXPLAINED, MARGIN, ENOUGH = 40, 0.2, 3.0, 0.3
Near = Callable[[Post], set[str]]
Scores = dict[str, dict[str, float]]


def _scores() -> Scores:
    return defaultdict(lambda: defaultdict(float))


def _gain(crowd: set[str], most: int = MAX_CROWD) -> float:
    """What being one of a crowd tells."""
    return math.log(1 + 1 / len(crowd)) if 0 < len(crowd) <= most else 0.0


def of_accounts(
    stolen: Stolen, attack: str, near: Near, is_explained: Callable[[Post, str], bool]
) -> list[Claim]:
    """Anonymous posts to accounts, by changes that are near named posts too. `is_explained`:
    whether a named post of the account is as near as the anonymous one.
    """
    found = {post: near(post) for post in stolen.posts.values()}
    by_thing, scores = _scores(), _scores()
    for post, things in found.items():
        for thing in things if post.author else ():
            by_thing[thing][post.author] += math.log(1 + 1 / len(things))
    labels = {thing: _label(accounts) for thing, accounts in by_thing.items()}
    hidden = {post: things & labels.keys() for post, things in found.items() if not post.author}
    counts = Counter(thing for things in hidden.values() for thing in things)
    for post, things in hidden.items():
        for thing in things:
            # What is near everything tells little.
            gain = math.log(1 + 1 / len(things)) / counts[thing] ** 0.5
            for account, share in labels[thing].items():
                weight = EXPLAINED if is_explained(post, account) else 1.0
                scores[post.group][account] += weight * share * gain
    return list(_claims(stolen, attack, scores, "account"))


def _label(accounts: dict[str, float]) -> dict[str, float]:
    """The likely owners of what changed, with their shares."""
    top = max(accounts.values())
    likely = {key: value for key, value in accounts.items() if value >= top / 2}
    return {key: value / sum(likely.values()) for key, value in likely.items()}


def of_owners(stolen: Stolen, attack: str, near: Near, *, kind: str) -> list[Claim]:
    """Posts to what `near` names: keys of accounts or of persons. To accounts only anonymous ones,
    to persons also named ones, all of one account together.
    """
    scores = _scores()
    for post in stolen.posts.values():
        if kind == "person" or not post.author:
            owners = near(post)
            for owner in owners if _gain(owners) else ():
                scores[post.group][owner] += _gain(owners)
    return list(_claims(stolen, attack, scores, kind))


def of_pairs(
    stolen: Stolen,
    attack: str,
    together: Iterable[tuple[Iterable[str], set[str]]],
    missing: float = 0.0,
    crowd: int = MAX_CROWD,
) -> list[Claim]:
    """Accounts to persons, and with them the named posts: who changed on the same nights.
    `missing`: what a night of the account alone takes away.
    """
    scores = _scores()
    for accounts, persons in together:
        gain = _gain(persons, crowd)
        for account in accounts if gain else ():
            for person in stolen.persons if missing else persons:
                scores[account][person] += gain if person in persons else -missing
    return list(_claims(stolen, attack, scores, "person"))


def _claims(stolen: Stolen, attack: str, scores: Scores, kind: str) -> Iterator[Claim]:
    """The best of each group, for each of its posts."""
    by_group: dict[str, list[Post]] = defaultdict(list)
    for post in stolen.posts.values():
        by_group[post.group].append(post)
    for group, found in scores.items():
        top = max(found.values())
        best = [key for key, value in found.items() if value >= top - 1e-9]
        second = max((value for key, value in found.items() if key not in best), default=0.0)
        is_sure = len(best) == 1 and top >= ENOUGH and top > MARGIN * second
        credit, sure = 1 / len(best), 0.95 if is_sure else 0.5 / len(best)
        for key in map(dashed, best):
            if kind == "person" and group in stolen.accounts:
                yield Claim(attack, "account_person", dashed(group), key, credit, sure)
            for post in by_group[group]:
                side = "vote" if post.is_vote else "named" if post.author else "anonymous"
                yield Claim(attack, f"{side}_{kind}", post.public_id, key, credit, sure)
