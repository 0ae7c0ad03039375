"""E, H, S: equal values, guessed hashes, sessions and records; then the nearest by edges."""

from __future__ import annotations

import hmac
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path

from tools.breach_drill.attacks import known_values, small_spaces
from tools.breach_drill.attacks.claims import Claim
from tools.breach_drill.attacks.stolen_data import StolenData, StolenPost, dashed

MIN_RECORDS, MAX_RECORDS = 2, 40
HOPS = 6
PREFIX = 16
MIN_PREFIX_LENGTH = 8
STORES = ("I", "C", "R1", "R2", "M", "LG", "Q", "ML", "BK", "P")
GROUPS = ("online", "PEPPER")
# FIELD, EMAIL, BLIND_INDEX, PEPPER, SESSION, OUTER: what could be the key of a hash.
MAX_NAME_LENGTH = 5


class Graph:
    """Records joined by tokens that two to forty of them share."""

    def __init__(self, stolen: StolenData, extra: Iterable[tuple[int, int]] = ()) -> None:
        self.stolen = stolen
        self.neighbours: dict[int, set[int]] = defaultdict(set)
        posts = {id(post.record) for post in stolen.posts.values()}
        for token, numbers in stolen.by_token.items():
            # What two posts say alike is style; elsewhere it is a copy.
            is_style = token.startswith("text:") and all(
                id(stolen.records[number]) in posts for number in numbers
            )
            if MIN_RECORDS <= len(numbers) <= MAX_RECORDS and not is_style:
                for number in numbers:
                    self.neighbours[number].update(numbers)
        for source, target in extra:
            self.neighbours[source].add(target)
            self.neighbours[target].add(source)
        self.at = {id(record): number for number, record in enumerate(stolen.records)}

    def nearest(self, start: int, goals: dict[int, str]) -> tuple[list[str], int]:
        """The goals fewest hops away, and how far that is; none beyond six."""
        seen, front = {start}, {start}
        for hop in range(1, HOPS + 1):
            front = {n for number in front for n in self.neighbours[number]} - seen
            if not front:
                break
            seen |= front
            matches = sorted({goals[number] for number in front if number in goals})
            if matches:
                return matches, hop
        return [], 0

    def component_sizes(self, goals: dict[int, str]) -> set[int]:
        """Every record from which a goal can be reached at all."""
        seen: set[int] = set(goals)
        front = set(goals)
        while front:
            front = {n for number in front for n in self.neighbours[number]} - seen
            seen |= front
        return seen


def equality(
    stolen: StolenData, attack: str = "E", extra: Iterable[tuple[int, int]] = ()
) -> list[Claim]:
    """Walk from each post to the nearest person, and from each anonymous one to an account."""
    graph = Graph(stolen, extra)
    persons = {graph.at[id(record)]: key for key, record in stolen.persons.items()}
    accounts = {graph.at[id(record)]: key for key, record in stolen.accounts.items()}
    reach = graph.component_sizes(persons) if persons else set()
    claims: list[Claim] = []
    for post in stolen.posts.values():
        start = graph.at[id(post.record)]
        if start in reach:
            kind = "anonymous_person" if post.is_anonymous else "named_person"
            claims += _walk(attack, kind, post, graph.nearest(start, persons))
        if post.is_anonymous and accounts:
            claims += _walk(attack, "anonymous_account", post, graph.nearest(start, accounts))
    return claims + _aliases(attack, stolen, graph)


def _walk(attack: str, kind: str, post: StolenPost, matches: tuple[list[str], int]) -> list[Claim]:
    keys, hops = matches
    if not keys:
        return []
    # Near and alone is what a thief believes; a crowd round one case says nothing.
    sure = 0.95 if len(keys) == 1 and hops == 1 else 0.5 / len(keys)
    return [Claim(attack, kind, post.public_id, dashed(key), 1 / len(keys), sure) for key in keys]


def _aliases(attack: str, stolen: StolenData, graph: Graph) -> list[Claim]:
    """Two anonymous posts of different cases that share a value nothing else explains."""
    starts = {
        graph.at[id(post.record)]: post for post in stolen.posts.values() if post.is_anonymous
    }
    matches: set[tuple[str, str]] = set()
    for number, post in starts.items():
        for other in graph.neighbours[number] & starts.keys():
            twin = starts[other]
            if twin.case != post.case:
                first, second = sorted((post.public_id, twin.public_id))
                matches.add((first, second))
    return [
        Claim(attack, "alias_pair", first, second, 1.0, 0.95) for first, second in sorted(matches)
    ]


def sessions(stolen: StolenData) -> list[Claim]:
    """S: sessions, records of acts and queues alone, with the rows they could join."""
    wanted = ("R1", "R2", "Q", "LG")
    candidates = [
        record
        for record in stolen.records
        if record.store in wanted
        or record.table.startswith(
            ("audit_", "django_admin", "accounts_", "members_", "cases_", "polls_")
        )
    ]
    part = StolenData(stolen.capture, stolen.stores, stolen.groups)
    part.__dict__["records"] = candidates
    return equality(part, "S")


def hashes(stolen: StolenData) -> list[Claim]:
    """H: what is known of persons, hashed in every usual way, looked for everywhere."""
    short = {token[:PREFIX] for token in stolen.by_token if _is_hex(token)}
    owners: dict[str, str] = {}
    for key in stolen.persons:
        for value in (key, dashed(key)):
            for digest in _digests(
                value, [k for versions in stolen.keys.values() for k in versions]
            ):
                if digest[:PREFIX] in short:
                    owners[digest[:PREFIX]] = key
    if "P" in stolen.stores:
        for prefix, who, key_name in _cached_public_links(stolen.capture):
            if prefix in short and (not key_name or key_name in stolen.keys):
                owners[prefix] = who
    if stolen.persons and stolen.posts:
        owners |= {value[:PREFIX]: who for value, who in small_spaces.salted(stolen.first)}
    return _by_digests(stolen, owners) if owners else []


LinkedToken = tuple[str, str, str]
# Of the last capture. With several processes, each computes a part.
LINKED_TOKENS: dict[Path, list[LinkedToken]] = {}


def public_links(capture: Path, part: int = 0, parts: int = 1) -> list[LinkedToken]:
    """Hashes of the public register and of addresses that are anywhere in the copies at all.

    Guessed once for all thefts: the start of the hash, whose it is, and the key it was made with.
    With `parts`, each value whose number leaves `part`.
    """
    whole = everything(capture)
    short = {token[:PREFIX] for token in whole.by_token if _is_hex(token)}
    keys = {
        name: versions[0] for name, versions in whole.keys.items() if len(name) <= MAX_NAME_LENGTH
    }
    matches: list[LinkedToken] = []
    for value in islice(known_values.values(capture, "npi"), part, None, parts):
        for name, key in keys.items():
            prefix = hmac.digest(key, value, "sha256").hex()[:PREFIX]
            if prefix in short:
                matches.append((prefix, f"npi:{value.decode()}", name))
    if part == 0:
        matches += [(prefix, who, "") for prefix, who in known_values.met(capture, short)]
    return matches


@lru_cache(maxsize=1)
def everything(capture: Path) -> StolenData:
    """All stores and the keys that are online: to warm what every theft shares."""
    return StolenData(capture, frozenset(STORES), frozenset(GROUPS))


def _cached_public_links(capture: Path) -> list[LinkedToken]:
    if capture not in LINKED_TOKENS:
        known_values.prepare(capture)
        LINKED_TOKENS.clear()
        LINKED_TOKENS[capture] = public_links(capture)
    return LINKED_TOKENS[capture]


def _by_digests(stolen: StolenData, owners: dict[str, str]) -> list[Claim]:
    """Records that hold a guessed hash are joined to the person it is of; then as E."""
    at = {id(record): number for number, record in enumerate(stolen.records)}
    extra, direct = [], []
    for token, numbers in stolen.by_token.items():
        who = owners.get(token[:PREFIX])
        if who is None or not _is_hex(token):
            continue
        person = stolen.persons.get(who)
        for number in numbers:
            if person is not None:
                extra.append((number, at[id(person)]))
            else:
                direct.append((number, who))
    claims = equality(stolen, "H", extra) if extra else []
    return claims + list(_by_name(stolen, direct))


def _by_name(stolen: StolenData, direct: list[tuple[int, str]]) -> Iterator[Claim]:
    """Somebody of a public register, found without the identity store."""
    posts_of: dict[str, list[StolenPost]] = defaultdict(list)
    for post in stolen.posts.values():
        posts_of[post.author].append(post)
    for number, who in direct:
        record = stolen.records[number]
        named = [post for post in stolen.posts.values() if post.record is record]
        for key in stolen.accounts:
            if key in record.tokens:
                named += posts_of[key]
        for post in named:
            kind = "anonymous_person" if post.is_anonymous else "named_person"
            yield Claim("H", kind, post.public_id, who, 1.0, 0.95)


def _is_hex(token: str) -> bool:
    return len(token) >= MIN_PREFIX_LENGTH and not token.strip("0123456789abcdef")


def _digests(value: str, keys: Sequence[bytes]) -> Iterator[str]:
    """Plain, and under each of the keys."""
    data = value.encode()
    for function in known_values.FUNCTIONS:
        yield function(data).hexdigest()
    yield f"{zlib.crc32(data):08x}"
    for key in keys:
        yield hmac.digest(key, data, "sha256").hex()
        if len(value) == 32 and _is_hex(value):
            yield hmac.digest(key, bytes.fromhex(value), "sha256").hex()
