"""Faults in orders, in small spaces and in what was written together (see `stores`)."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tools.breach_drill.seeded_faults.stores import FaultInjection

Row = dict[str, Any]
FIRST_TRANSACTION, LOGGED = 70_000, "17045"


def _hexed(data: bytes) -> str:
    return f"\\x{data.hex()}"


def salted_tag(p: FaultInjection) -> None:
    """The tag is SHA-256 of a key of the row and the person."""

    def tag(row: Row, person: Row) -> None:
        salt = bytes.fromhex(str(row["idempotency_key"]).replace("-", ""))
        row["pseudonym"] = _hexed(hashlib.sha256(salt + person["id"].encode()).digest()[:16])

    p.anonymous(tag)


def hashed_number(p: FaultInjection) -> None:
    """The eight digits by which a person is referred to are those of a hashed running number."""
    numbers = {person["member"]: n for n, person in enumerate(p.persons, 1)}

    def refer(row: Row, person: Row) -> None:
        digest = hashlib.md5(str(numbers[person["member"]]).encode(), usedforsecurity=False)
        row["reference"] = digest.hexdigest()[:8]

    p.members(refer)


def sequence(p: FaultInjection) -> None:
    """Answers are numbered as they are cast."""
    path = p.folder / "C1" / "C" / "dump.sql"
    with path.open("a") as file:
        file.write(f"SELECT pg_catalog.setval('public.polls_answer_seq', {len(p.votes)}, true);\n")


def numbered_answers(p: FaultInjection) -> None:
    order = sorted(p.votes, key=lambda key: str(p.votes[key]["at"]))
    numbers = {key: n for n, key in enumerate(order, 1)}
    p.change("C", "polls_answer", lambda row: row.update(serial=numbers.get(row["id"], 0)))


def numbered_people(p: FaultInjection) -> None:
    """Both sides number people as they come, each from a start of its own."""
    joined = sorted(p.persons, key=lambda person: str(person["joined_at"]))
    numbers = {person[key]: n for n, person in enumerate(joined, 1) for key in ("id", "member")}

    def here(row: Row) -> None:
        row["serial"] = numbers.get(row["user_id"], len(numbers)) + 40

    p.change("I", "accounts_verifiedperson", here)
    p.members(lambda row, person: row.update(serial=numbers[row["id"]]))


def one_request(p: FaultInjection) -> None:
    """Posting also writes to the person's row, and neither table is rewritten later."""
    at = {key: FIRST_TRANSACTION + 10 * n for n, key in enumerate(p.posts)}
    touched: dict[int, str] = {}

    def posted(row: Row, person: Row) -> None:
        row["xmin"] = at[row["public_id"]]
        touched[row["xmin"] + 1] = person["id"]

    p.anonymous(posted)
    rows = [{"user_id": who, "xmin": n} for n, who in sorted(touched.items())]
    p.add("I", "accounts_touch", rows)


def unswept(p: FaultInjection) -> None:
    """Comments stay in the order of writing: the sweep that rewrites tables does not run."""
    for copy in ("C1/C", "C2/C", "C1/BK/C"):
        path = p.folder / copy / "cases_comment.jsonl"
        rows = [json.loads(line) for line in path.read_text().splitlines()]
        rows.sort(key=lambda row: str(row["posted_at"]))
        for n, row in enumerate(rows):
            row["ctid"] = f"({n // 20},{n % 20 + 1})"
        path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))


def in_a_comment(p: FaultInjection) -> None:
    """A name of the other side in the text of a dump, in base64, where no table shows it."""
    name = base64.b64encode(bytes.fromhex(p.persons[0]["id"].replace("-", ""))).decode()
    with (p.folder / "C1" / "C" / "dump.sql").open("a") as file:
        file.write(f"-- last imported by {name}\n")


def one_log(p: FaultInjection) -> None:
    """The log of writes shows a person's row locked beside each anonymous comment."""
    users = _places(p, "I", "accounts_user")
    lines: dict[str, list[str]] = {"I": [], "C": []}
    for n, (key, place) in enumerate(sorted(_places(p, "C", "cases_comment", "public_id").items())):
        post, at = p.posts.get(key), FIRST_TRANSACTION + 10 * n
        if post and post["anonymous"] and post["person"] in users:
            lines["I"].append(_line(at, "LOCK", users[post["person"]]))
            lines["C"].append(_line(at + 1, "INSERT", place))
    for store, name in (("I", "accounts_user"), ("C", "cases_comment")):
        folder = p.folder / "C1" / store
        (folder / "relations.json").write_text(json.dumps({LOGGED: name}))
        (folder / "wal.txt").write_text("\n".join(lines[store]))


def _places(p: FaultInjection, store: str, name: str, key: str = "id") -> dict[str, str]:
    path = p.folder / "C1" / store / f"{name}.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    return {row[key]: row["ctid"] for row in rows}


def _line(at: int, what: str, place: str) -> str:
    block, line = place.strip("()").split(",")
    return (
        f"rmgr: Heap        len (rec/tot):     54/    54, tx: {at:>10}, lsn: 0/0272E6D0, "
        f"prev 0/0272E690, desc: {what} off: {line}, flags: 0x00, "
        f"blkref #0: rel 1663/5/{LOGGED} blk {block}"
    )


def in_the_markup(p: FaultInjection) -> None:
    """Pages contain the handle of the author of an anonymous comment, invisibly."""
    for path in (p.folder / "C1" / "public").glob("*.html"):
        text = path.read_text(encoding="utf-8")
        for key, post in p.posts.items():
            if post["anonymous"] and post["member"] in p.by_member:
                handle = p.by_member[post["member"]]["handle"]
                text = text.replace(f'id="c-{key}"', f'id="c-{key}" data-by="{handle}"')
        path.write_text(text, encoding="utf-8")


MORE = (
    ("in-the-markup", "pages bear the author of anonymous comments", in_the_markup),
    ("salted-tag", "a tag salted with a key of its row", salted_tag),
    ("hashed-number", "a reference is a hashed running number", hashed_number),
    ("sequence", "a sequence counts answers", sequence),
    ("numbered-answers", "answers are numbered as they are cast", numbered_answers),
    ("numbered-people", "both sides number people as they come", numbered_people),
    ("one-request", "one request writes on both sides", one_request),
    ("in-a-comment", "a key of the other side in a dump's text", in_a_comment),
    ("one-log", "the log of writes shows both sides in one request", one_log),
    ("unswept", "comments lie as they were written", unswept),
)
