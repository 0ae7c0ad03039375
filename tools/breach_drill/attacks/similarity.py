"""A, X, W: similar attributes, data in pictures, and writing style (for the report only)."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from tools.breach_drill.attacks.claims import Claim
from tools.breach_drill.attacks.stolen_data import Row, StolenData, StolenPost, dashed

PEOPLE = "verification_application", "accounts_verifiedperson"
# How the product generalises a credential line; regions are given by name.
_BANDS = ((5, "0-5"), (10, "6-10"), (20, "11-20"), (30, "21-30"), (200, "30+"))
MARKERS = (
    *(b"Exif\0\0", b"EXIF", b"XMP ", b"http://ns.adobe.com/xap"),
    *(b"8BIM", b"tEXt", b"iTXt"),
)
MIN_RUNS = 40
MAX_CLASS_SIZE = 200
Facts = tuple[str, ...]


def attributes(stolen: StolenData) -> list[Claim]:
    """A: the persons of whom an account's coarse line and months are all true."""
    return _by_identity(stolen) + _by_register(stolen)


def _by_identity(stolen: StolenData) -> list[Claim]:
    persons = _persons(stolen)
    if not persons:
        return []
    claims: list[Claim] = []
    cached: dict[tuple[Facts, Facts], list[str]] = {}
    for post in stolen.posts.values():
        account = stolen.accounts.get(post.author)
        months = _months(account.row) if account else ()
        known = (_finest(post, account.row if account else None), months)
        if known not in cached:
            cached[known] = _compatible(persons, *known)
        matches = cached[known]
        kind = "anonymous_person" if post.is_anonymous else "named_person"
        if matches and len(matches) <= len(persons) / 2:
            claims += _shared("A", kind, post, matches)
    return claims


def _shared(attack: str, kind: str, post: StolenPost, matches: Sequence[str]) -> list[Claim]:
    share = 1 / len(matches)
    return [
        Claim(attack, kind, post.public_id, dashed(key), share, min(share, 0.99)) for key in matches
    ]


def _finest(post: StolenPost, account: Row | None) -> Facts:
    """Whatever the account's row or the post tells, the row's exact columns first."""
    if account and account.get("specialty"):
        return (account["specialty"], account.get("years", ""), account.get("country", ""))
    if account and account.get("line_specialty"):
        return (account["line_specialty"], account["line_years"], account["line_place"])
    return post.line


def _months(row: Row) -> Facts:
    reported = row.get("joined_month") or row.get("joined_at") or row.get("created_at") or ""
    return (str(reported)[:7],) if reported else ()


def _persons(stolen: StolenData) -> dict[str, tuple[Facts, set[str]]]:
    """Specialty, years and country of each person, and the months in the same rows."""
    matches: dict[str, tuple[Facts, set[str]]] = {}
    for record in stolen.identity.get("accounts_verifiedperson", ()):
        key = str(record.row["user_id"]).replace("-", "")
        user = stolen.persons.get(key)
        months = {str(user.row.get("membership_issued_month") or "")[:7]} if user else set()
        row = record.row
        matches[key] = ((row["specialty"], row["years"], row["country"]), months)
    return matches


def _compatible(
    persons: dict[str, tuple[Facts, set[str]]], line: Facts, months: Facts
) -> list[str]:
    return sorted(
        key
        for key, (facts, issued) in persons.items()
        if _is_true(line, facts) and (not months or not issued - {""} or set(months) & issued)
    )


def _is_true(line: Facts, facts: Facts) -> bool:
    """A part left out fits everybody; one that is no exact match may be a family or region."""
    specialty, years, place = line
    if years and years != facts[1]:
        return False
    if len(place) == 2 and place != facts[2]:
        return False
    return not specialty or specialty == facts[0] or (not years and len(place) != 2)


def _by_register(stolen: StolenData) -> list[Claim]:
    """From pages or rows and the public register alone: whole lines that few of it bear."""
    lines: dict[Facts, list[StolenPost]] = defaultdict(list)
    for post in stolen.posts.values():
        account = stolen.accounts.get(post.author)
        line = _finest(post, account.row if account else None)
        if all(line):
            lines[line].append(post)
    classes = _classes(stolen, frozenset(lines)) if lines and "P" in stolen.stores else {}
    claims: list[Claim] = []
    for line, matches in classes.items():
        if len(matches) <= MAX_CLASS_SIZE:
            for post in lines[line]:
                kind = "anonymous_person" if post.is_anonymous else "named_person"
                claims += _shared("A", kind, post, [f"npi:{npi}" for npi in matches])
    return claims


_known: dict[tuple[Path, frozenset[Facts]], dict[Facts, list[str]]] = {}


def _classes(stolen: StolenData, wanted: frozenset[Facts]) -> dict[Facts, list[str]]:
    """The people of the register that match these lines. Computed once."""
    if (stolen.capture, wanted) not in _known:
        matches: dict[Facts, list[str]] = defaultdict(list)
        for row in stolen.register():
            band = next(name for most, name in _BANDS if 2026 - int(row["year"]) <= most)
            line = (row["specialty"], band, row["country"])
            if line in wanted:
                matches[line].append(row["npi"])
        _known[stolen.capture, wanted] = matches
    return _known[stolen.capture, wanted]


# X: pictures.


def pictures(stolen: StolenData) -> list[Claim]:
    """X: words in metadata that are somebody's, and one picture in two places."""
    if "M" not in stolen.stores:
        return []
    posts_of = _posts_of_files(stolen)
    claims: list[Claim] = []
    same: dict[str, list[StolenPost]] = defaultdict(list)
    for row in (record.row for record in stolen.loose if record.store == "M"):
        post = posts_of.get(row["key"])
        if post is None:
            continue
        same[row["etag"]].append(post)
        claims += _owners(stolen, row, post)
    return claims + _twins(same)


def _posts_of_files(stolen: StolenData) -> dict[str, StolenPost]:
    cases = {post.key: post for post in stolen.posts.values()}
    matches = {}
    for record in stolen.community.get("cases_image", ()):
        post = cases.get(str(record.row["case_id"] or "").replace("-", ""))
        for size in (record.row["renditions"] or {}).values():
            if post is not None:
                matches[size[0]] = post
    return matches


def _owners(stolen: StolenData, row: Row, post: StolenPost) -> list[Claim]:
    path = stolen.first / "M" / "files" / row["place"] / row["key"]
    raw = path.read_bytes() if path.exists() else b""
    kind = "anonymous_person" if post.is_anonymous else "named_person"
    words = {word.decode().lower() for word in re.findall(rb"[A-Za-z0-9@._-]{8,}", raw[:65536])}
    matches = [
        key for key, record in stolen.persons.items() if any(w in record.tokens for w in words)
    ]
    return [
        Claim("X", kind, post.public_id, dashed(key), 1 / len(matches), 0.95) for key in matches
    ]


def _twins(same: dict[str, list[StolenPost]]) -> list[Claim]:
    claims = []
    for posts in same.values():
        named = {post.author for post in posts if post.author}
        for post in posts:
            if post.is_anonymous and named:
                claims += [
                    Claim("X", "anonymous_account", post.public_id, dashed(a), 1 / len(named), 0.95)
                    for a in named
                ]
            claims += [
                Claim("X", "alias_pair", post.public_id, other.public_id, 1.0, 0.95)
                for other in posts
                if other.is_anonymous and post.is_anonymous and post.public_id < other.public_id
            ]
    return claims


# W: style.


def style(stolen: StolenData) -> list[Claim]:
    """W: the author whose named words share most runs of four letters with an anonymous text."""
    posts = tuple((post.public_id, post.author, _words(post)) for post in stolen.posts.values())
    return list(_by_style(posts))


@lru_cache(maxsize=4)
def _by_style(posts: tuple[tuple[str, str, str], ...]) -> tuple[Claim, ...]:
    """Public id, author or "", and words of each post; the same in most thefts, so done once."""
    profiles: dict[str, Counter[str]] = defaultdict(Counter)
    for _, author, words in posts:
        if author:
            profiles[author].update(_runs(words))
    seen = Counter(run for profile in profiles.values() for run in profile)
    weight = {run: math.log(1 + len(profiles) / n) for run, n in seen.items()}
    holders: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for key, profile in profiles.items():
        length = _norm(profile, weight) or 1
        for run, n in profile.items():
            holders[run].append((key, n * weight[run] ** 2 / length))
    claims = []
    for public_id, author, words in posts:
        runs = _runs(words) if not author else Counter()
        if sum(runs.values()) >= MIN_RUNS and profiles:
            best = _closest(runs, holders) or min(profiles)
            claims.append(Claim("W", "anonymous_account", public_id, dashed(best), 1.0, 0.3))
    return tuple(claims)


def _closest(runs: Counter[str], holders: dict[str, list[tuple[str, float]]]) -> str:
    """The author of the largest weighted cosine; "" where no run is anybody's."""
    scores: dict[str, float] = defaultdict(float)
    for run, n in runs.items():
        for key, share in holders.get(run, ()):
            scores[key] += n * share
    return max(scores, key=scores.__getitem__, default="")


def _norm(profile: Counter[str], weight: dict[str, float]) -> float:
    return math.sqrt(sum((n * weight[run]) ** 2 for run, n in profile.items()))


def _words(post: StolenPost) -> str:
    row = post.record.row
    return " ".join(str(row.get(name) or "") for name in ("text", "history", "examination"))


def _runs(text: str) -> Counter[str]:
    plain = " ".join(text.lower().split())
    return Counter(plain[at : at + 4] for at in range(len(plain) - 3))
