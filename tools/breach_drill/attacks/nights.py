"""What changed from one night to the next, in every table of both stores.

A row that is new, gone or changed speaks for the person or account that it names. A row that
names nobody (a locator) is followed by its key. A table whose rows mostly change in a night tells
nothing. Changes are sorted by table and columns: what leaving or a ban writes is rare.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from tools.breach_drill.attacks import companions
from tools.breach_drill.attacks import stolen as stored
from tools.breach_drill.attacks.stolen import Claim, Post, Row, Stolen, Tables

RENEWED, MIN_ROWS = 0.8, 5
# What speaks against a person: nothing of theirs changed on a night when the account spoke.
MISSING, BATCH, NIGHTS_OF_ENTRY = 0.3, 200, (1, 7, 30)
NOT_CONTENT = {"ctid", "xmin"}
# The columns of an anonymous post that readers and moderators change, not its author.
OF_READERS = {"n_helpful", "hidden_at", "appears_at", "position"}
# Tables that name who decided, not about whom.
OF_STAFF = ("moderation_", "audit_")
Groups = dict[str, set[str]]


class Change:
    """What one night changed. Groups: table and columns to accounts, persons or anonymous posts."""

    def __init__(self) -> None:
        self.accounts, self.persons, self.touched = (_groups() for _ in range(3))
        self.things, self.new_posts, self.spoke = set[str](), set[str](), set[str]()

    @property
    def entered(self) -> set[str]:
        return self.accounts.get("members_member new", set())


def _groups() -> Groups:
    return defaultdict(set)


def attack(stolen: Stolen) -> list[Claim]:
    changes = list(_changes(stolen))
    night = {public_id: change for change in changes for public_id in change.new_posts}
    counts = Counter(thing for change in changes for thing in change.things)
    nobody = Change()

    def things(post: Post) -> set[str]:
        """Those that change more than once."""
        return {t for t in night.get(post.public_id, nobody).things if counts[t] > 1}

    def changed(post: Post) -> set[str]:
        return _all(night.get(post.public_id, nobody).accounts)

    def has_spoken(post: Post, account: str) -> bool:
        return account in night.get(post.public_id, nobody).spoke

    spoke = ((c.spoke, _all(c.persons, but=" new")) for c in changes)
    both = ((_all(c.accounts), _all(c.persons)) for c in changes)
    claims = [
        *companions.of_accounts(stolen, "nights rows", things, has_spoken),
        *companions.of_owners(stolen, "nights accounts", changed, kind="account"),
        *companions.of_pairs(stolen, "nights spoke", spoke, missing=MISSING),
        *companions.of_pairs(stolen, "nights changed", both),
        *_leavers_and_bans(stolen, changes),
        *_once(stolen),
    ]
    for n in NIGHTS_OF_ENTRY:
        pairs = _entered(changes, n)
        claims += companions.of_pairs(stolen, f"entry {n}", pairs, crowd=BATCH)
    return claims


def _all(groups: Groups, but: str = "\n") -> set[str]:
    return {who for name, group in groups.items() for who in group if but not in name}


def _entered(changes: list[Change], nights: int) -> Iterator[tuple[set[str], set[str]]]:
    """New accounts, with the persons of whom a row was new in that night or the ones before."""
    for at, change in enumerate(changes):
        lately = [c.persons.items() for c in changes[max(at + 1 - nights, 0) : at + 1]]
        new = (group for groups in lately for name, group in groups if name.endswith(" new"))
        yield change.entered, {who for group in new for who in group}


def _leavers_and_bans(stolen: Stolen, changes: list[Change]) -> list[Claim]:
    """Anonymous posts that were changed or decided about, to accounts that changed that night in
    the way that is rarest over all nights.
    """
    counts = Counter(name for c in changes for name, group in c.accounts.items() for _ in group)
    suspects: Groups = defaultdict(set)
    for change in changes:
        own = (name for name in change.accounts if not name.startswith(OF_STAFF))
        rarest = min(own, key=lambda name: counts[name], default="")
        for post in _all(change.touched) if rarest else ():
            suspects[post] |= change.accounts[rarest]
    return companions.of_owners(
        stolen, "leavers, bans", lambda p: suspects.get(p.public_id, set()), kind="account"
    )


def _once(stolen: Stolen) -> list[Claim]:
    """In one copy: accounts that bear a date, against the sanctions of that month."""
    dated: Groups = defaultdict(set)
    for row in stolen.community.get("members_member", ()):
        for name, value in row.items():
            if name.endswith(("_at", "_on", "_month")) and value:
                dated[str(value)[:7]].add(stored.bare(row["id"]))
    rows = stolen.community.get("moderation_sanction", ())
    suspects = {stored.bare(row["target_id"]): dated[str(row["done_at"])[:7]] for row in rows}
    return companions.of_owners(
        stolen, "bans once", lambda p: suspects.get(p.key, set()), kind="account"
    )


def _changes(stolen: Stolen) -> Iterator[Change]:
    before: tuple[Tables, Tables] | None = None
    by_key = {post.key: post.public_id for post in stolen.posts.values()}
    for _, identity, community in stolen.nights():
        if before is not None:
            change = Change()
            for old, new in zip(before, (identity, community), strict=True):
                for name, rows in new.items():
                    for row, how in _differences(old.get(name, ()), rows):
                        _note(stolen, change, name, row, how, by_key)
            yield change
        before = (identity, community)


def _differences(old: tuple[Row, ...], new: tuple[Row, ...]) -> Iterable[tuple[Row, set[str]]]:
    """Rows that are new, changed or gone, with the columns that changed ("new", "gone"); nothing if
    the table was renewed.
    """
    if old is new:
        return []
    first = {stored.name_of(row): row for row in old}
    last = {stored.name_of(row): row for row in new}
    found: list[tuple[Row, set[str]]] = [
        (row, {"gone"}) for name, row in first.items() if name not in last
    ]
    for name, row in last.items():
        was = first.get(name)
        columns = {"new"} if was is None else {c for c in row if row[c] != was.get(c)} - NOT_CONTENT
        if columns:
            found.append((row, columns))
    changed = sum(columns != {"new"} for _, columns in found)
    is_renewed = len(first) >= MIN_ROWS and changed >= RENEWED * len(first)
    return [] if is_renewed else found


def _note(
    stolen: Stolen, change: Change, table: str, row: Row, how: set[str], by_key: dict[str, str]
) -> None:
    if table in (*stored.POSTS, stored.ANSWERS):
        _note_post(change, table, row, how)
        return
    name = f"{table} {','.join(sorted(how))}"
    target = by_key.get(stored.bare(row.get("target_id")))
    if target:
        change.touched[name].add(target)
    owner = stolen.owner(row)
    if owner is not None:
        groups = change.accounts if owner[0] == "account" else change.persons
        groups[name].add(owner[1])
    elif not any(key in stolen.public_keys for key in stored.keys_of(row)):
        change.things.add(f"{table} {stored.name_of(row)}")


def _note_post(change: Change, table: str, row: Row, how: set[str]) -> None:
    author, public_id = stored.bare(row.get("author_id")), str(row.get("public_id") or row["id"])
    if how == {"new"}:
        change.new_posts.add(public_id)
        change.spoke |= {author} - {""}
    elif author:
        change.accounts[f"{table} {','.join(sorted(how))}"].add(author)
    elif how - OF_READERS:
        change.touched[table].add(public_id)
