"""Faults the drill must see: what the product once did, planted by the drill itself.

Each rewrites a copy of an honest capture as the fault would have left it. The fault knows who is
who, so it reads the diary; the attacks still do not.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

Row = dict[str, Any]
Command = tuple[str, ...]
BEGIN = dt.datetime.min.replace(tzinfo=dt.UTC)
MINUTE, NEVER = dt.timedelta(minutes=1), dt.datetime.max.replace(tzinfo=dt.UTC)
PLANTED_KEY = hashlib.sha256(b"the key CACHE of a planted fault").digest()
POSTS = ("cases_case", "cases_comment")
_moment = dt.datetime.fromisoformat


class Fault(NamedTuple):
    """How a fault is planted, and the attack and kind of link that must see it."""

    plant: Callable[[Capture], None]
    attack: str
    kind: str


class Capture:
    """A capture being spoilt, with the diary at hand."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.first = folder, folder / "C1"
        truth = json.loads((folder / "truth.json").read_text())
        self.persons = {p["id"]: p for p in truth["persons"] if p["member"]}
        self.posts: dict[str, Row] = {post["id"]: post for post in truth["posts"]}
        self.acts: list[Row] = sorted(truth["acts"], key=lambda act: str(act["at"]))
        self.nights = sorted((folder / "N").glob("*"))
        rows = (row for table in POSTS for row in _read(self.first / "C" / f"{table}.jsonl"))
        self.key_of = {row["public_id"]: row["id"].replace("-", "") for row in rows}

    def of(self, what: str) -> Iterator[Row]:
        """Acts of the diary whose name begins so."""
        return (act for act in self.acts if act["what"].startswith(what))

    def _copies(self) -> Iterator[tuple[Path, dt.datetime]]:
        """Every night and the theft, with their times."""
        times = [_moment(json.loads((n / "at.json").read_text())["at"]) for n in self.nights]
        yield from zip((*self.nights, self.first), (*times, times[-1]), strict=True)

    def change(self, store: str, table: str, function: Callable[[Row, dt.datetime], None]) -> None:
        """Let the function change each row in place, in every copy."""
        for folder, at in self._copies():
            rows = _read(folder / store / f"{table}.jsonl")
            for row in rows:
                function(row, at)
            _write(folder / store / f"{table}.jsonl", rows)

    def add(self, store: str, table: str, rows_at: Callable[[dt.datetime], Iterable[Row]]) -> None:
        """A table as it was in every copy."""
        for folder, at in self._copies():
            rows = [{"ctid": f"(0,{n})", "xmin": n, **row} for n, row in enumerate(rows_at(at), 1)]
            _write(folder / store / f"{table}.jsonl", rows)

    def members(self, since: dict[str, dt.datetime]) -> None:
        """Rows of members from these times on, in this order."""

        def rows(at: dt.datetime) -> list[Row]:
            return [{"id": key, "wants_mail": False} for key, then in since.items() if then <= at]

        self.add("C", "members_member", rows)

    def mark(self, times: dict[str, dt.datetime]) -> None:
        """Rows of members and of posts that change at their times."""
        self.members({str(person["member"]): BEGIN for person in self.persons.values()})

        def mark(row: Row, at: dt.datetime) -> None:
            row["mark"] = times.get(str(row.get("public_id", row["id"])), NEVER) <= at

        for table in ("members_member", *POSTS):
            self.change("C", table, mark)

    def keep(self, commands: Iterable[Command], name: str) -> None:
        """An append-only file of the volatile Redis."""
        folder = self.first / "R" / "volatile" / "files"
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / name).open("w", newline="") as file:
            for command in commands:
                parts = "".join(f"${len(part)}\r\n{part}\r\n" for part in command)
                file.write(f"*{len(command)}\r\n{parts}")


def _read(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def _write(path: Path, rows: Iterable[Row]) -> None:
    lines = [f"{json.dumps(row)}\n" for row in rows]
    path.unlink(missing_ok=True)  # it may be a link to the honest copy
    path.write_text("".join(lines))


def _sessions_on_disk(c: Capture) -> None:
    """Each act wrote its session, and pages counted their views, in a file that is kept."""
    c.keep(_sessions(c), "kept.aof")


def _sessions(c: Capture) -> Iterator[Command]:
    for act in c.acts:
        week = _moment(act["at"]).isocalendar().week
        name = hashlib.sha256(f"{act['person']} {week}".encode()).hexdigest()
        yield "SET", "drill:clock", act["at"]
        if act["about"] in c.key_of:
            yield "HINCRBY", "views:pending", c.key_of[act["about"]], "1"
        yield "SET", f"s:{name}", "ciphertext"


def _named_counters(c: Capture) -> None:
    """And sign-ins were counted under names that the key CACHE makes of addresses."""
    name_key = HKDF(hashes.SHA256(), 32, salt=None, info=b"cache").derive(PLANTED_KEY)
    counted: list[Command] = []
    for act in c.acts:
        if act["person"] in c.persons and act["what"] in {"visit", "joined"}:
            address = f"sermo.example:{c.persons[act['person']]['email']}"
            hashed = hashlib.sha256(address.encode()).hexdigest()
            name = f":1:allauth:rl:allauth.account:login_failed:5/300.0/key:{hashed}"
            digest = hmac.digest(name_key, name.encode(), "sha256").hex()[:40]
            counted += [("SET", "drill:clock", act["at"]), ("SET", f"c:{digest}", "1")]
    c.keep(_sessions(c), "kept.aof")
    c.keep(counted, "counters.aof")
    path = c.first / "K" / "keys.json"
    held = json.loads(path.read_text())
    held["online"]["CACHE"] = [base64.b64encode(PLANTED_KEY).decode()]
    path.unlink()
    path.write_text(json.dumps(held))


def _member_at_entry(c: Capture) -> None:
    """The row of a member, and the month of issue on the user, in the night of entry."""
    joined = {act["person"]: _moment(act["at"]) for act in c.of("joined")}
    c.members({str(person["member"]): joined[key] for key, person in c.persons.items()})

    def issue(row: Row, at: dt.datetime) -> None:
        row["issued"] = joined.get(row["id"], NEVER) <= at

    c.change("I", "accounts_user", issue)


def _disowned_at_once(c: Capture) -> None:
    """A leaver's anonymous posts are disowned, and the member marked, on the same day."""
    left = {act["member"]: _moment(act["at"]) for act in c.of("leave")}
    own = {key: post["member"] for key, post in c.posts.items() if post["anonymous"]}
    c.mark(left | {key: left[member] for key, member in own.items() if member in left})


def _marked_as_banned(c: Capture) -> None:
    """A ban for something anonymous shows on the member's row in the night of the decision."""
    banned = [a for a in c.of("banned") if c.posts.get(a["about"], {}).get("anonymous")]
    c.mark({a[key]: _moment(a["at"]) for a in banned for key in ("member", "about")})


def _slots_alone(c: Capture) -> None:
    """The person's slots are written on the day of each post under the handle."""
    used = [(act["person"], _moment(act["at"])) for act in c.of("handle")]

    def rows(at: dt.datetime) -> list[Row]:
        counts = Counter(person for person, then in used if then <= at)
        return [{"id": key, "user_id": key, "used": counts[key]} for key in c.persons]

    c.add("I", "accounts_credentialslot", rows)


def _last_seen(c: Capture) -> None:
    """A table of visits by account, to the minute."""
    rows = [{"id": n, "member_id": a["member"], "seen_at": a["at"]} for n, a in enumerate(c.acts)]
    c.add("C", "members_seen", lambda at: rows)


def _in_order(c: Capture) -> None:
    """Rows of persons and of members lie as they were written: nothing rewrites the tables."""
    joined = sorted(c.persons.values(), key=lambda person: str(person["joined_at"]))
    c.add("I", "accounts_user", lambda at: ({"id": person["id"]} for person in joined))
    c.members({str(person["member"]): BEGIN for person in joined})


def _state_in_log(c: Capture) -> None:
    """The author's private state is written in the second in which something is published."""
    database = json.loads((c.first / "C" / "relations.json").read_text())["database"]
    text = (c.first / "P" / "clock.txt").read_text()
    clock = sorted(tuple(map(float, line.split()))[::-1] for line in text.splitlines())
    people, rows = list(c.persons), _read(c.first / "wal.jsonl")
    known = (post for post in c.posts.values() if post["id"] in c.key_of)
    for number, post in enumerate(sorted(known, key=lambda post: str(post["at"]))):
        simulated = _moment(post["at"]).timestamp()
        before = max(pair for pair in clock if pair[0] <= simulated + 1)
        machine = dt.datetime.fromtimestamp(before[1] + simulated - before[0], dt.UTC)
        row = {"at": f"{machine:%Y-%m-%d %H:%M:%S.%f} UTC", "tx": number, "database": database}
        place = f"(7,{people.index(post['person'])})"
        state = {"file": "77", "what": "UPDATE", "row": place, "old": place, "data": ""}
        case = {"file": "78", "what": "INSERT", "row": f"(8,{number})", "old": ""}
        rows += [row | state, row | case | {"data": c.key_of[post["id"]]}]
    _write(c.first / "wal.jsonl", sorted(rows, key=lambda row: str(row["at"])))


def _positions(c: Capture) -> None:
    """A comment takes its position when it is written, and the watcher writes one beside it."""
    pages: list[Row] = []
    taken: dict[str, int] = defaultdict(int)

    def see(case: str, key: str, at: dt.datetime, *, anonymous: bool) -> None:
        taken[case] += 1
        item = {"kind": "comment", "key": key, "at": at.isoformat(), "name": "-"}
        page = {"at": at.isoformat(), "path": f"/cases/{case}/?comment={key}", "counts": []}
        items = [item | {"anonymous": anonymous}]
        pages.append(page | {"items": items, "cursors": [f"0_{taken[case]}"]})

    for post in sorted(c.posts.values(), key=lambda post: str(post["at"])):
        minute = _moment(post["at"]).replace(second=0, microsecond=0)
        if post["kind"] == "comment" and post["anonymous"]:
            see(post["case"], post["id"], minute + 20 * MINUTE, anonymous=True)
            see(post["case"], f"{post['id']}x", minute + MINUTE, anonymous=False)
    _write(c.folder / "W" / "pages.jsonl", sorted(pages, key=lambda page: str(page["at"])))


FAULTS = {
    "sessions-on-disk": Fault(_sessions_on_disk, "aof", "anonymous_account"),
    "votes-on-disk": Fault(_sessions_on_disk, "aof", "vote_account"),
    "named-counters": Fault(_named_counters, "aof session", "anonymous_person"),
    "member-at-entry": Fault(_member_at_entry, "entry 1", "account_person"),
    "disowned-at-once": Fault(_disowned_at_once, "leavers, bans", "anonymous_account"),
    "marked-as-banned": Fault(_marked_as_banned, "leavers, bans", "anonymous_account"),
    "state-in-log": Fault(_state_in_log, "wal", "anonymous_account"),
    "slots-alone": Fault(_slots_alone, "nights spoke", "account_person"),
    "positions": Fault(_positions, "watcher", "minute"),
    "last-seen": Fault(_last_seen, "times", "anonymous_account"),
    "in-order": Fault(_in_order, "order ctid", "account_person"),
}


def copy_and_plant(name: str, honest: Path, to: Path) -> Path:
    """A copy of the capture with the fault; files that the fault does not change are links."""
    shutil.copytree(honest, to, copy_function=lambda source, at: Path(at).hardlink_to(source))
    FAULTS[name].plant(Capture(to))
    return to
