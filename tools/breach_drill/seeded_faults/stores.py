"""Faults the drill must see: planted by the drill itself, never by a flag in the product.

Each rewrites a copy of an honest capture as the fault would have left it, in both captures and the
backup. The fault knows who is who, so it reads the diary; the attacks still do not.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import shutil
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from tools.breach_drill.seeded_faults import orders

Row = dict[str, Any]
Plant = Callable[["FaultInjection"], None]
POSTS = ("cases_case", "cases_comment")
COPIES = {"I": ("C1/I", "C1/BK/I"), "C": ("C1/C", "C2/C", "C1/BK/C")}


@dataclass(frozen=True)
class SeededFault:
    """One fault and how it is planted."""

    name: str
    what: str
    plant: Plant


class FaultInjection:
    """A capture being spoilt, with the diary at hand."""

    def __init__(self, folder: Path, chance: Random) -> None:
        self.folder, self.chance = folder, chance
        truth = json.loads((folder / "truth.json").read_text())
        self.persons: list[Row] = [person for person in truth["persons"] if person["member"]]
        self.posts: dict[str, Row] = {post["id"]: post for post in truth["posts"]}
        self.votes: dict[str, Row] = {vote["id"]: vote for vote in truth["votes"]}
        self.by_member: dict[str, Row] = {person["member"]: person for person in self.persons}
        self.by_id: dict[str, Row] = {person["id"]: person for person in self.persons}

    def change(self, store: str, table: str, function: Callable[[Row], None]) -> None:
        """Let the function change each row in place, in every copy of the table."""
        for copy in COPIES[store]:
            path = self.folder / copy / f"{table}.jsonl"
            if path.exists():
                rows = [json.loads(line) for line in path.read_text().splitlines()]
                for row in rows:
                    function(row)
                _write(path, rows)

    def add(self, store: str, table: str, rows: list[Row]) -> None:
        """A table that the product does not have."""
        for copy in COPIES[store]:
            numbered = [
                {"ctid": f"(0,{n})", "xmin": 9000 + n, **row} for n, row in enumerate(rows, 1)
            ]
            _write(self.folder / copy / f"{table}.jsonl", numbered)

    def anonymous(self, function: Callable[[Row, Row], None]) -> None:
        """Change each anonymous post, with its author's page of the diary."""

        def change(row: Row) -> None:
            post = self.posts.get(row["public_id"])
            if row["pseudonym"] and post and post["member"] in self.by_member:
                function(row, self.by_member[post["member"]])

        for table in POSTS:
            self.change("C", table, change)

    def members(self, function: Callable[[Row, Row], None]) -> None:
        """Change each member's row, with the person behind it."""

        def change(row: Row) -> None:
            if row["id"] in self.by_member:
                function(row, self.by_member[row["id"]])

        self.change("C", "members_member", change)

    def append(self, path: str, text: str) -> None:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("a") as file:
            file.write(text)

    def images(self) -> list[Row]:
        listing = self.folder / "C1" / "M" / "listing.jsonl"
        rows = [json.loads(line) for line in listing.read_text().splitlines()]
        return [row for row in rows if row["place"] == "images"]

    def file(self, row: Row) -> Path:
        place, key = str(row["place"]), str(row["key"])
        return self.folder / "C1" / "M" / "files" / place / key


def _write(path: Path, rows: list[Row]) -> None:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))


def _key(case: str) -> str:
    return case.replace("-", "")


def _case_of(row: Row) -> str:
    return _key(row.get("case_id") or row["id"])


def _hexed(data: bytes) -> str:
    return f"\\x{data.hex()}"


def _account_on_anonymous(p: FaultInjection) -> None:
    p.anonymous(lambda row, person: row.update(account_id=person["member"]))


def _hash_of_licence(p: FaultInjection) -> None:
    def tag(row: Row, person: Row) -> None:
        row["pseudonym"] = _hexed(hashlib.sha256(person["npi"].encode()).digest()[:16])

    p.anonymous(tag)


def _keyed_link(p: FaultInjection) -> None:
    import base64

    reported = json.loads((p.folder / "C1" / "K" / "keys.json").read_text())
    key = base64.b64decode(reported["online"]["BLIND_INDEX"][0])

    def link(row: Row, person: Row) -> None:
        digest = hmac.new(key, person["id"].encode(), hashlib.sha256).digest()
        row["person_link"] = _hexed(digest)

    p.members(link)


def _shadow_account(p: FaultInjection) -> None:
    shadows = {
        person["member"]: str(uuid.UUID(int=p.chance.getrandbits(128), version=4))
        for person in p.persons
    }
    p.members(lambda row, person: row.update(shadow=shadows[person["member"]]))
    rows = [{"user_id": person["id"], "shadow": shadows[person["member"]]} for person in p.persons]
    p.add("I", "accounts_shadow", rows)


def _thread_key(p: FaultInjection) -> None:
    secrets = {person["member"]: p.chance.randbytes(32) for person in p.persons}
    p.members(lambda row, person: row.update(thread_key=_hexed(secrets[person["member"]])))

    def tag(row: Row, person: Row) -> None:
        message = f"case:{_case_of(row)}".encode()
        digest = hmac.new(secrets[person["member"]], message, hashlib.sha256).digest()
        row["pseudonym"] = _hexed(digest[:16])

    p.anonymous(tag)


def _timed_uuids(p: FaultInjection) -> None:
    """Version 7 keys of persons and members, made when they joined."""
    renamed: dict[str, str] = {}
    for person in p.persons:
        moment = int(dt.datetime.fromisoformat(person["joined_at"]).timestamp() * 1000)
        for at, key in enumerate((person["id"], person["member"])):
            tail = f"{p.chance.getrandbits(74):019x}"[-18:]
            made = f"{moment + at:012x}7{tail[:3]}8{tail[3:18]}"
            renamed[key] = str(uuid.UUID(made))
    for path in p.folder.rglob("*"):
        if path.suffix in {".jsonl", ".json"}:
            text = path.read_text()
            for old, new in renamed.items():
                text = text.replace(old, new).replace(_key(old), _key(new))
            path.write_text(text)


def _last_login(p: FaultInjection) -> None:
    p.change("I", "accounts_user", lambda row: row.update(last_login="2026-03-05T10:11:12+00:00"))


def _made_at_approval(p: FaultInjection) -> None:
    """Both sides written in one go, and both with the moment."""

    def approved(row: Row) -> None:
        person = p.by_id.get(row["user_id"])
        if person:
            row["closed_at"] = person["joined_at"]

    p.change("I", "verification_application", approved)
    p.members(lambda row, person: row.update(created_on=_later(person["joined_at"], 2)))


def _later(moment: str, seconds: int) -> str:
    return (dt.datetime.fromisoformat(moment) + dt.timedelta(seconds=seconds)).isoformat()


def _user_sessions(p: FaultInjection) -> None:
    rows = [
        {
            "id": n,
            "user_id": person["id"],
            "ip": "192.0.2.7",
            "user_agent": "Mozilla/5.0",
            "created_at": person["joined_at"],
        }
        for n, person in enumerate(p.persons)
    ]
    p.add("I", "usersessions_usersession", rows)


def _exact_times(p: FaultInjection) -> None:
    """Anonymous items to the second, and when each member was last there."""
    latest: dict[str, str] = {}
    for post in p.posts.values():
        latest[post["member"]] = max(latest.get(post["member"], ""), post["at"])

    def posted(row: Row, person: Row) -> None:
        row["posted_at"] = p.posts[row["public_id"]]["at"]

    p.anonymous(posted)
    p.members(lambda row, person: row.update(last_seen=latest.get(person["member"])))


def _counter(p: FaultInjection) -> None:
    """A count of posts on the member's row that anonymous ones raise too."""
    for copy in ("C1/C", "C2/C", "C1/BK/C"):
        counts: dict[str, int] = {}
        for table in POSTS:
            path = p.folder / copy / f"{table}.jsonl"
            for line in path.read_text().splitlines():
                post = p.posts.get(json.loads(line)["public_id"])
                if post:
                    counts[post["member"]] = counts.get(post["member"], 0) + 1
        path = p.folder / copy / "members_member.jsonl"
        rows = [json.loads(line) for line in path.read_text().splitlines()]
        _write(path, [{**row, "n_posts": counts.get(row["id"], 0)} for row in rows])


def _autosave(p: FaultInjection) -> None:
    """Words saved under the account while they were typed, and left there."""
    rows: list[Row] = []

    def keep(row: Row, person: Row) -> None:
        text = row.get("text") or row.get("history")
        rows.append({"id": len(rows), "member_id": person["member"], "draft": text})

    p.anonymous(keep)
    p.add("C", "cases_autosave", rows)


def _address_in_queue(p: FaultInjection) -> None:
    address = p.persons[0]["email"]
    message = {
        "queue": "mail",
        "raw": "",
        "body": [[address], {}, {}],
        "headers": {"task": "mail.send", "argsrepr": f"('{address}',)"},
    }
    p.append("C1/Q/items.jsonl", json.dumps(message) + "\n")


def _locals_in_error(p: FaultInjection) -> None:
    person = p.persons[0]
    p.append(
        "C1/LG/web.log",
        f"2026-03-05T10:00:00+00:00 error django.request: Internal Server Error\n"
        f"  user = <{person['email']}>\n  member = <{person['handle']}>\n",
    )


def _metadata(p: FaultInjection) -> None:
    for row in p.images():
        path = p.file(row)
        path.write_bytes(path.read_bytes() + b"EXIF" + p.persons[0]["name"].encode())


def _one_object(p: FaultInjection) -> None:
    """Equal pictures are stored once, or bear one tag."""
    rows: list[Row] = [json.loads(line) for line in _listing(p).read_text().splitlines()]
    images = [row for row in rows if row["place"] == "images"]
    twin = {**images[0], "key": f"{images[0]['key']}.again"}
    shutil.copy2(p.file(images[0]), p.file(twin))
    rows.append(twin)
    for row in images[1:]:
        row["etag"] = images[0]["etag"]
    _write(_listing(p), rows)


def _listing(p: FaultInjection) -> Path:
    return p.folder / "C1" / "M" / "listing.jsonl"


def _access_log(p: FaultInjection) -> None:
    for n, post in enumerate(list(p.posts.values())[:20]):
        stamp = dt.datetime.fromisoformat(post["at"]).strftime("%d/%b/%Y:%H:%M:%S +0000")
        line = f'198.51.100.{n} - - [{stamp}] "POST /cases/{post["case"]}/comments/ HTTP/1.1" 302 0'
        p.append("C1/LG/access.log", f'{line} "-" "Mozilla/5.0"\n')


def _unsubscribe(p: FaultInjection) -> None:
    for path in sorted((p.folder / "C1" / "ML").glob("*.eml")):
        token = p.chance.randbytes(16).hex()
        with path.open("a") as file:
            file.write(f"\nStop these mails: https://sermo.example/unsubscribe/{token}/\n")


def _exact_lines(p: FaultInjection) -> None:
    """k = 1: specialty, years and country as they are."""
    path = p.folder / "C1" / "I" / "accounts_verifiedperson.jsonl"
    facts = {row["user_id"]: row for row in map(json.loads, path.read_text().splitlines())}

    def show(row: Row, person: Row) -> None:
        known = facts.get(person["id"])
        if known:
            row["line_specialty"] = known["specialty"]
            row["line_years"], row["line_place"] = known["years"], known["country"]

    p.members(show)


def _address_in_clear(p: FaultInjection) -> None:
    rows = [
        {"id": n, "member_id": person["member"], "address": person["email"]}
        for n, person in enumerate(p.persons)
        if person["alerts"]
    ] or [{"id": 0, "member_id": p.persons[0]["member"], "address": p.persons[0]["email"]}]
    p.add("C", "notifications_alert", rows)


def _account_on_votes(p: FaultInjection) -> None:
    def hold(row: Row) -> None:
        if row["id"] in p.votes:
            row["voter_id"] = p.votes[row["id"]]["member"]

    p.change("C", "polls_answer", hold)


def _vote_tag_by_account(p: FaultInjection) -> None:
    """Pseudonyms of answers are keyed with a value in the member's row."""
    secrets = {person["member"]: p.chance.randbytes(32) for person in p.persons}
    p.members(lambda row, person: row.update(vote_key=_hexed(secrets[person["member"]])))

    def tag(row: Row) -> None:
        vote = p.votes.get(row["id"])
        if vote and vote["member"] in secrets:
            message = f"poll:{_key(row['poll_id'])}".encode()
            key = secrets[vote["member"]]
            row["pseudonym"] = _hexed(hmac.new(key, message, hashlib.sha256).digest()[:16])

    p.change("C", "polls_answer", tag)


_ALL: tuple[tuple[str, str, Plant], ...] = (
    ("account-fk", "an anonymous post holds its account", _account_on_anonymous),
    ("sha-npi", "the tag is SHA-256 of the licence number", _hash_of_licence),
    ("keyed-link", "a keyed one-way link from member to person, its key online", _keyed_link),
    ("shadow", "a shadow account joins the two stores", _shadow_account),
    ("thread-key", "the key of tags lies in the community store", _thread_key),
    ("uuid7", "keys hold the time", _timed_uuids),
    ("last-login", "the last sign-in is kept", _last_login),
    ("made-at-approval", "the account is made when the person is approved", _made_at_approval),
    ("usersessions", "a list of sessions is installed", _user_sessions),
    ("exact-times", "anonymous items to the second, and last seen", _exact_times),
    ("post-counter", "the counter of posts counts anonymous ones", _counter),
    ("autosave", "drafts are saved under the account", _autosave),
    ("celery-email", "an address in a message", _address_in_queue),
    ("error-locals", "an error report holds local variables", _locals_in_error),
    ("exif", "metadata of pictures is kept", _metadata),
    ("etag", "equal pictures share an object", _one_object),
    ("access-log", "requests are logged with address and path", _access_log),
    ("unsubscribe", "emails hold a token of the receiver", _unsubscribe),
    ("k1", "lines are shown as they are", _exact_lines),
    ("alert-address", "addresses of alerts in clear", _address_in_clear),
    ("vote-fk", "an answer holds its account", _account_on_votes),
    ("vote-key", "the key of answers' tags lies in the community store", _vote_tag_by_account),
)
MUTANTS: dict[str, SeededFault] = {
    name: SeededFault(name, what, plant) for name, what, plant in (*_ALL, *orders.MORE)
}


def plant(name: str, folder: Path, seed: int) -> None:
    """Spoil this capture, in place."""
    MUTANTS[name].plant(FaultInjection(folder, Random(seed)))


def copy_and_plant(name: str, honest: Path, to: Path, seed: int = 1) -> Path:
    """Spoil a copy."""
    shutil.copytree(honest, to)
    plant(name, to, seed)
    return to


def fault_names() -> Iterator[str]:
    yield from MUTANTS
