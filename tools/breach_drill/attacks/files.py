"""Files that keep the order and the time of every write: Redis' append-only file, and the
write-ahead log.

Redis' file has markers of the simulated moment; a real one has times in its expiries. The commit
times of the write-ahead log are the machine's, and are read by the driver's log of both clocks. In
it a row is followed through its versions, and inserted rows show their first bytes with keys.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tools.breach_drill.attacks import companions
from tools.breach_drill.attacks import stolen as stored
from tools.breach_drill.attacks.keyed import derive
from tools.breach_drill.attacks.stolen import Claim, Post, Row, Stolen, Timeline

MARKER, AGEING = b"drill:clock", b"drill:ageing"
# What one request writes is that close together.
REQUEST = 5.0
SESSION, SITE = "s:", "sermo.example"
WRITES = {b"SET", b"SETEX", b"INCR", b"INCRBY", b"HINCRBY", b"HSET", b"LPUSH", b"SADD", b"ZADD"}
OF_QUEUES = re.compile(r"_kombu|unacked|(community|images|verification|sealed|mail)$")
_HEX = re.compile(rb"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}")
# A draft is begun before the case is published; a visit ends after it.
BEFORE, AFTER, KEY_BYTES = 900.0, 120.0, 16
Command = list[bytes]
Moment = tuple[float, str]


def attack_redis(stolen: Stolen) -> list[Claim]:
    """By every key that was written: sessions, counters, cache entries."""
    log = AppendOnlyFile(stolen)
    if not log.writes.events or not stolen.posts:
        return []
    claims = companions.of_accounts(
        stolen, "aof", log.near, lambda p, account: account in stolen.spoken.between(p.begin, p.end)
    )
    signed_in = Timeline(_sign_ins(stolen, log))
    if signed_in.events:
        owners = log.owners(signed_in)
        by_person = partial(companions.of_owners, stolen, kind="person")
        claims += by_person("aof key", lambda post: signed_in.between(post.begin, post.end))
        claims += by_person(
            "aof session", lambda p: {owners[k] for k in log.near(p) & owners.keys()}
        )
    return claims


class AppendOnlyFile:
    """Every write of every instance that keeps such a file, and the keys of cases named in it."""

    def __init__(self, stolen: Stolen) -> None:
        events: list[tuple[float, str]] = []
        self._named: dict[str, list[float]] = defaultdict(list)
        cases = {post.case for post in stolen.posts.values()}
        files = sorted((stolen.first / "R").glob("*/files/*.aof")) if "R" in stolen.stores else []
        for at, command in (pair for path in files for pair in _commands(path)):
            key = command[1].decode("utf-8", "replace")
            if command[0].upper() not in WRITES or OF_QUEUES.match(key):
                continue
            events.append((at, key))
            for match in _HEX.findall(b" ".join(command[1:])):
                case = match.replace(b"-", b"").decode()
                if case in cases:
                    self._named[case].append(at)
        self.writes = Timeline(events)

    def near(self, post: Post) -> set[str]:
        """Keys that were written with the post: beside a word of its case, if there is one."""
        moments = [at for at in self._named[post.case] if post.begin <= at <= post.end]
        if not moments:
            return self.writes.between(post.begin, post.end)
        near = (self.writes.between(at - REQUEST, at + REQUEST) for at in moments)
        return {key for keys in near for key in keys}

    def owners(self, signed_in: Timeline) -> dict[str, str]:
        """A session that was made while one person signed in is theirs."""
        made: dict[str, float] = {}
        for at, key in self.writes.events:
            if key.startswith(SESSION):
                made.setdefault(key, at)
        near = {key: signed_in.between(at - REQUEST, at + REQUEST) for key, at in made.items()}
        return {key: persons.pop() for key, persons in near.items() if len(persons) == 1}


def _commands(path: Path) -> Iterator[tuple[float, Command]]:
    """The commands of the file with their moments, without those of the driver."""
    at, block = 0.0, None
    for command in _parse(path.read_bytes()):
        name = command[0].upper()
        if name == b"SET" and command[1] == MARKER:
            at = stored.seconds(command[2].decode()) or at
        elif name == b"MULTI":
            block = list[Command]()
        elif name == b"EXEC":
            if not any(AGEING in inner for inner in block or ()):
                yield from ((at, inner) for inner in block or ())
            block = None
        elif block is not None:
            block.append(command)
        elif len(command) > 1:
            yield at, command


def _parse(data: bytes) -> Iterator[Command]:
    """Commands in the protocol of Redis; whatever else the file holds is passed over."""
    at = 0
    while (at := data.find(b"*", at)) >= 0:
        end = data.find(b"\r\n", at)
        count = data[at + 1 : end]
        at, command = (end + 2 if count.isdigit() else at + 1), Command()
        for _ in range(int(count) if count.isdigit() else 0):
            end = data.find(b"\r\n", at)
            begin, size = end + 2, int(data[at + 1 : end])
            command.append(data[begin : begin + size])
            at = begin + size + 2
        if command:
            yield command


def _sign_ins(stolen: Stolen, log: AppendOnlyFile) -> Iterator[tuple[float, str]]:
    """With the key CACHE and a list of addresses: who signed in when, by names of rate counters.

    Names were HMACs of what allauth counts by: a hash of the site and the address.
    """
    seen: dict[str, list[float]] = defaultdict(list)
    for at, key in log.writes.events:
        seen[key].append(at)
    for name_key in (derive(key, "cache") for key in stolen.keys.get("CACHE", ())):
        for address in stolen.public("emails"):
            hashed = hashlib.sha256(f"{SITE}:{address}".encode()).hexdigest()
            name = f":1:allauth:rl:allauth.account:login_failed:5/300.0/key:{hashed}"
            digest = hmac.digest(name_key, name.encode(), "sha256").hex()
            yield from ((at, f"email:{address}") for at in seen.get(f"c:{digest[:40]}", ()))


def attack_log(stolen: Stolen) -> list[Claim]:
    """By rows that were written in the minutes around a post: those that name nobody and are
    followed through their versions, and those that name a person.
    """
    written: dict[str, float] = {}
    names: dict[tuple[str, str], str] = {}
    rows, persons, spoken = list[Moment](), list[Moment](), list[Moment]()
    by_key = {bytes.fromhex(post.key): post for post in stolen.posts.values()}
    owners = {bytes.fromhex(k): who for k, who in stolen.person_of.items() if stored.is_key(k)}
    for at, side, row in _records(stolen):
        data, place = bytes.fromhex(row["data"]), (row["file"], row["row"])
        keys = {data[n : n + KEY_BYTES] for n in range(len(data) - KEY_BYTES + 1)}
        before = names.get((row["file"], row["old"])) or f"{place} {row['tx']}"
        names[place] = before
        posts = [by_key[key] for key in keys & by_key.keys()]
        if side == "I":
            persons += [(at, owners[key]) for key in keys & owners.keys()]
        elif posts and posts[0].public_id not in written:
            # The first row to name a post is the post: what belongs to it comes later.
            written[posts[0].public_id] = at
            spoken += [(at, posts[0].author)] if posts[0].author else []
        elif not posts:
            rows.append((at, before))
    of_rows, of_persons, of_spoken = map(Timeline, (rows, persons, spoken))

    def near(post: Post, events: Timeline = of_rows) -> set[str]:
        at = written.get(post.public_id)
        return events.between(at - BEFORE, at + AFTER) if at else set()

    def has_spoken(post: Post, account: str) -> bool:
        return account in near(post, of_spoken)

    by_person = companions.of_owners(stolen, "wal", lambda p: near(p, of_persons), kind="person")
    return [*companions.of_accounts(stolen, "wal", near, has_spoken), *by_person]


def _records(stolen: Stolen) -> Iterator[tuple[float, str, Row]]:
    """Time, store and record."""
    sides = {}
    for side in stolen.stores & {"I", "C"} if "WAL" in stolen.stores else ():
        facts = json.loads((stolen.first / side / "relations.json").read_text())
        sides[facts["database"]] = side
    for row in stored.lines(stolen.first / "wal.jsonl") if sides else ():
        machine = dt.datetime.fromisoformat(row["at"].replace(" UTC", "+00:00"))
        if row["database"] in sides:
            yield stolen.simulated(machine.timestamp()), sides[row["database"]], row
