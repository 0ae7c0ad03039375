"""T, L, O, D: moments, histories, orders, and what changed between two looks."""

from __future__ import annotations

import datetime as dt
import math
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from heapq import nlargest
from operator import itemgetter

from tools.breach_drill.attacks.claims import Claim
from tools.breach_drill.attacks.stolen_data import (
    HOUR,
    MEMBERS,
    USERS,
    Record,
    StolenData,
    StolenPost,
    dashed,
    moment,
)

NEAR, DAY = dt.timedelta(minutes=5), dt.timedelta(days=1)
BUCKETS = (10, 3600, 86_400, 604_800)
ENTRY = dt.timedelta(days=3)


def _events(stolen: StolenData, kind: str) -> dict[str, list[dt.datetime]]:
    """Times at which a person or account did something, from all records."""
    matches: dict[str, list[dt.datetime]] = defaultdict(list)
    for number, (what, key) in stolen.owner_of.items():
        if what == kind:
            matches[key] += stolen.records[number].times
    return matches


def _window(post: StolenPost) -> tuple[dt.datetime, dt.datetime] | None:
    """When it was written, as finely as its row says."""
    begin = moment(str(post.record.row.get("cast_at" if post.is_vote else "posted_at")))
    if begin is None:
        return None
    is_fine = bool(begin.minute or begin.second or begin.microsecond)
    return (begin, begin) if is_fine else (begin, begin + HOUR)


def moments(stolen: StolenData) -> list[Claim]:
    """T: people active at the time of an anonymous post, summed for each anonymous name."""
    claims: list[Claim] = []
    for kind, target in (("account", "anonymous_account"), ("person", "anonymous_person")):
        events = sorted((at, key) for key, times in _events(stolen, kind).items() for at in times)
        if events:
            claims += _nearby(stolen, events, target)
    return claims + _sign_ups(stolen)


def _nearby(stolen: StolenData, events: list[tuple[dt.datetime, str]], target: str) -> list[Claim]:
    """Log-likelihood: each post near an event of somebody speaks for them by its rarity."""
    spoken: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    by_alias: dict[str, list[StolenPost]] = defaultdict(list)
    begun = [at for at, _ in events]
    for post in stolen.posts.values():
        window = _window(post) if post.is_anonymous else None
        if window is None:
            continue
        by_alias[post.tag].append(post)
        begin = bisect_left(begun, window[0] - NEAR)
        end = bisect_left(begun, window[1] + NEAR)
        near = {key for _, key in events[begin:end]}
        for key in near:
            spoken[post.tag][key] += math.log(1 + 1 / len(near))
    return [claim for tag, posts in by_alias.items() for claim in _best(spoken[tag], posts, target)]


def _best(spoken: dict[str, float], posts: Sequence[StolenPost], target: str) -> Iterator[Claim]:
    if not spoken:
        return
    top = max(spoken.values())
    best = [key for key, value in spoken.items() if value >= top - 1e-9]
    sure = 0.9 if len(best) == 1 and len(posts) > 2 else 0.5 / len(best)
    for post in posts:
        for key in best:
            yield Claim("T", target, post.public_id, dashed(key), 1 / len(best), sure)


def answers(stolen: StolenData) -> list[Claim]:
    """T on answers: people active when an answer was given to the same case.

    A moment at midnight is a day, and on a Monday perhaps a week: both are tried.
    """
    return _answers(stolen, DAY, "T answer") + _answers(stolen, 7 * DAY, "T week")


def _answers(stolen: StolenData, most: dt.timedelta, attack: str) -> list[Claim]:
    spoken: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    events = sorted((at, key) for key, times in _events(stolen, "account").items() for at in times)
    begun = [at for at, _ in events]
    for record in stolen.community.get("notifications_event", ()):
        at = moment(str(record.row["happened_at"])) if record.row["kind"] == "answer" else None
        if at is not None:
            end = at + (HOUR if at.hour else most)
            near = {key for _, key in events[bisect_left(begun, at) : bisect_left(begun, end)]}
            for key in near:
                spoken[record.row["subject"].replace("-", "")][key] += 1 / len(near)
    return [
        claim._replace(attack=attack)
        for post in stolen.posts.values()
        if post.is_vote
        for claim in _best(spoken[post.case], [post], "anonymous_account")
    ]


def _sign_ups(stolen: StolenData) -> list[Claim]:
    """The person who entered last before the first activity of an account."""
    let_in = sorted((max(times), key) for key, times in _events(stolen, "person").items() if times)
    if not let_in:
        return []
    guessed: dict[str, str] = {}
    for account, times in _events(stolen, "account").items():
        first = min(times, default=None)
        before = [(at, key) for at, key in let_in if first and at <= first + NEAR]
        if first and before and first - before[-1][0] <= ENTRY:
            guessed[account] = before[-1][1]
    return by_author(stolen, "T", guessed, 0.5)


def by_author(stolen: StolenData, attack: str, guessed: dict[str, str], sure: float) -> list[Claim]:
    """Account to person, as claims on what the account wrote."""
    return [
        Claim(attack, "named_person", post.public_id, dashed(guessed[post.author]), 1.0, sure)
        for post in stolen.posts.values()
        if post.author in guessed
    ]


def histories(stolen: StolenData) -> list[Claim]:
    """L: whose days on one side are like whose days on the other (idf-weighted cosine)."""
    persons, accounts = _events(stolen, "person"), _events(stolen, "account")
    scores: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for size in BUCKETS:
        person_buckets, account_buckets = _bucketed(persons, size), _bucketed(accounts, size)
        weight = _rarity([*person_buckets.values(), *account_buckets.values()])
        holders: dict[int, list[str]] = defaultdict(list)
        for person, buckets in person_buckets.items():
            for bucket in buckets:
                holders[bucket].append(person)
        lengths = {
            key: _length(buckets, weight)
            for key, buckets in {**person_buckets, **account_buckets}.items()
        }
        for account, buckets in account_buckets.items():
            for bucket in buckets:
                for person in holders.get(bucket, ()):
                    gain = weight[bucket] ** 2 / (lengths[account] * lengths[person] or 1)
                    scores[account][person] += gain
    guessed, sure = {}, {}
    for account, matches in scores.items():
        (best, top), *rest = nlargest(2, matches.items(), key=itemgetter(1))
        guessed[account] = best
        sure[account] = 0.95 if top > 2 and (not rest or rest[0][1] < top / 2) else 0.3
    return [
        claim._replace(confidence=sure[post.author])
        for claim in by_author(stolen, "L", guessed, 0.3)
        if (post := stolen.posts[claim.left])
    ]


def _bucketed(events: dict[str, list[dt.datetime]], size: int) -> dict[str, set[int]]:
    return {key: {int(t.timestamp()) // size for t in times} for key, times in events.items()}


def _rarity(sets: Sequence[set[int]]) -> dict[int, float]:
    counts = Counter(bucket for buckets in sets for bucket in buckets)
    return {bucket: math.log(1 + len(sets) / n) for bucket, n in counts.items()}


def _length(buckets: set[int], weight: dict[int, float]) -> float:
    return math.sqrt(sum(weight[bucket] ** 2 for bucket in buckets))


Order = Callable[[Record], tuple[int, ...]]


def _by_transaction(record: Record) -> tuple[int, ...]:
    return (int(record.row["xmin"]),)


def _by_place(record: Record) -> tuple[int, ...]:
    return tuple(int(part) for part in record.row["ctid"].strip("()").split(","))


def _by_uuid_time(record: Record) -> tuple[int, ...]:
    """The first 48 bits of a version 7 uuid; all zero for any other."""
    key = record.row["id"].replace("-", "")
    return (int(key[:12], 16) if key[12] == "7" else 0,)


ORDERS: dict[str, Order] = {
    "O xmin": _by_transaction,
    "O ctid": _by_place,
    "O uuid": _by_uuid_time,
}


def orders(stolen: StolenData) -> list[Claim]:
    """O: the same order in both databases; and the named row next to an anonymous one."""
    claims: list[Claim] = []
    for name, order in ORDERS.items():
        claims += _ranks(stolen, name, order)
        claims += _next_rows(stolen, name, order)
    return claims


def _ranks(stolen: StolenData, attack: str, order: Order) -> list[Claim]:
    """Pairs the last rows of both databases, then those before, as far as there is an order."""
    persons = _in_order(list(stolen.identity.get(USERS, ())), order)
    members = _in_order(list(stolen.community.get(MEMBERS, ())), order)
    pairs = zip(reversed(members), reversed(persons), strict=False)
    guessed = {_key(member): _key(person) for member, person in pairs}
    return by_author(stolen, attack, guessed, 0.5)


def _in_order(records: list[Record], order: Order) -> list[Record]:
    """Rows whose place tells when they were written: not those that were written in one go, nor
    those that lie as their keys do.
    """
    counts = Counter(order(record) for record in records)
    reported = sorted((record for record in records if counts[order(record)] == 1), key=order)
    if order is _by_place:
        at = 0
        while at + 1 < len(reported) and _key(reported[at]) < _key(reported[at + 1]):
            at += 1
        reported = reported[at + 1 :]
    return reported


def _key(record: Record) -> str:
    return str(record.row["id"]).replace("-", "")


def _next_rows(stolen: StolenData, attack: str, order: Order) -> list[Claim]:
    """Within each table of posts, and across all for what orders transactions."""
    posts = [post for post in stolen.posts.values() if post.is_anonymous or post.author]
    groups = (
        [posts]
        if attack == "O xmin"
        else [
            [post for post in posts if post.record.table == name]
            for name in {post.record.table for post in posts}
        ]
    )
    claims = []
    for group in groups:
        if len({order(post.record) for post in group}) < len(group) / 2:
            continue
        group.sort(key=lambda post: order(post.record))
        for at, post in enumerate(group):
            if post.is_anonymous:
                near = _named_near(group, at)
                share = 1 / max(len(near), 1)
                claims += [
                    Claim(attack, "anonymous_account", post.public_id, dashed(key), share, 0.4)
                    for key in near
                ]
    return claims


def _named_near(group: Sequence[StolenPost], at: int) -> set[str]:
    """Authors of the nearest named posts before and after."""
    before = next((p.author for p in reversed(group[:at]) if p.author), "")
    after = next((p.author for p in group[at + 1 :] if p.author), "")
    return {key for key in (before, after) if key}


def changes(stolen: StolenData) -> list[Claim]:
    """D: whose rows changed between two looks in which an anonymous post appeared."""
    claims: list[Claim] = []
    now = stolen.community
    for before in stolen.community_before:
        known = {
            record.row["id" if name == "polls_answer" else "public_id"]
            for name in ("cases_case", "cases_comment", "polls_answer")
            for record in before.get(name, ())
        }
        fresh = [post for post in stolen.posts.values() if post.public_id not in known]
        changed = _changed(stolen, before, now)
        named = {post.author for post in fresh if post.author}
        suspects = sorted(changed - named) or sorted(changed)
        for post in fresh:
            if post.is_anonymous and suspects:
                share = 1 / len(suspects)
                claims += [
                    Claim("D", "anonymous_account", post.public_id, dashed(key), share, share * 0.8)
                    for key in suspects
                ]
    return claims


def _changed(
    stolen: StolenData, before: dict[str, tuple[Record, ...]], now: dict[str, tuple[Record, ...]]
) -> set[str]:
    """Accounts named by a row, other than a post, that is new or not as it was."""
    matches: set[str] = set()
    for name, records in now.items():
        if name in {"cases_case", "cases_comment"}:
            continue
        old = {_content(record) for record in before.get(name, ())}
        for record in records:
            if _content(record) not in old:
                matches |= {token for token in record.tokens if token in stolen.accounts}
    return matches


def _content(record: Record) -> str:
    return str([value for key, value in sorted(record.row.items()) if key not in {"ctid", "xmin"}])
