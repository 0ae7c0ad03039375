"""A, D, E and T without stolen data: pages as a member sees them, and public registers.

Nothing was stolen. An account is named by its handle, for nobody outside knows its key.
"""

from __future__ import annotations

import datetime as dt
import html
import json
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.breach_drill.attacks.claims import Claim
from tools.breach_drill.attacks.stolen_data import HOUR, StolenData

STORE = "PUB"
NEAR = dt.timedelta(minutes=5)
MAX_CLASS_SIZE = 200
_KEY = re.compile(r'\bid="c-([a-z0-9]+)"')
_BYLINE = re.compile(r'<p class="byline([^"]*)">(.*?)</p>', re.DOTALL)
_NAME = re.compile(r'class="byline__name"[^>]*>([^<]*)<')
_LINE = re.compile(r'class="byline__credential"[^>]*>([^<]*)<')
_TIME = re.compile(r'<time datetime="([^"]+)"')
_WORDS = re.compile(r'<div class="comment__text".*?</div>', re.DOTALL)
_COUNTRIES = {
    "United States": "US",
    "United Kingdom": "GB",
    "France": "FR",
    "Germany": "DE",
    "Spain": "ES",
    "Portugal": "PT",
    "Italy": "IT",
}


@dataclass(frozen=True)
class Item:
    """A post as its page shows it. `markup` is its HTML without the text."""

    key: str
    name: str
    line: str
    at: dt.datetime
    is_anonymous: bool
    markup: str


def claims(capture: Path) -> list[Claim]:
    """Every attack that pages allow."""
    first, later = _items(capture / "C1"), _items(capture / "C2")
    handles = {item.name for item in first.values() if not item.is_anonymous}
    return [
        *_by_time(list(first.values())),
        *_by_markup(list(first.values()), handles),
        *_by_change(first, later),
        *_by_line(capture, list(first.values())),
    ]


def _items(copy: Path) -> dict[str, Item]:
    index = copy / "public" / "index.jsonl"
    if not index.exists():
        return {}
    matches: dict[str, Item] = {}
    for page in map(json.loads, index.read_text().splitlines()):
        case = re.fullmatch(r"/cases/([a-z0-9]{8,})/", page["path"])
        if case and page["as"] == "member":
            text = (copy / "public" / page["file"]).read_text(encoding="utf-8")
            matches |= {item.key: item for item in _on(text, case[1])}
    return matches


def _on(text: str, case: str) -> Iterator[Item]:
    """The case and its comments."""
    for opening in re.finditer(r'<article class="(case|comment)\b', text):
        end = text.find("<article", opening.end())
        part = text[opening.start() : end if end > 0 else len(text)]
        byline = _BYLINE.search(part)
        key = case if opening[1] == "case" else (_KEY.search(part) or [None, ""])[1]
        if byline is None or not key:
            continue
        name, line, time = (p.search(byline[2]) for p in (_NAME, _LINE, _TIME))
        if name and time:
            yield Item(
                key=key,
                name=html.unescape(name[1]).strip(),
                line=html.unescape(line[1]).strip() if line else "",
                at=dt.datetime.fromisoformat(time[1]),
                is_anonymous="anonymous" in byline[1],
                markup=_WORDS.sub("", part),
            )


def _shared(attack: str, item: Item, handles: Sequence[str], sure: float) -> list[Claim]:
    share = 1 / len(handles)
    return [
        Claim(attack, "anonymous_account", item.key, f"handle:{handle}", share, sure * share)
        for handle in handles
    ]


def _by_time(items: Sequence[Item]) -> Iterator[Claim]:
    """T: members with a named post at the time shown for the anonymous one."""
    named = sorted((item.at, item.name) for item in items if not item.is_anonymous)
    begun = [at for at, _ in named]
    for item in items:
        if item.is_anonymous:
            is_fine = bool(item.at.minute or item.at.second)
            begin = bisect_left(begun, item.at - NEAR)
            end = bisect_left(begun, item.at + (NEAR if is_fine else HOUR + NEAR))
            near = sorted({name for _, name in named[begin:end]})
            if near:
                yield from _shared("T page", item, near, 0.95 if is_fine else 0.5)


def _by_markup(items: Sequence[Item], handles: set[str]) -> Iterator[Claim]:
    """E: handles in the HTML around the text of an anonymous post."""
    for item in items:
        if item.is_anonymous:
            reported = sorted(set(re.findall(r"[a-z0-9][a-z0-9-]{4,40}", item.markup)) & handles)
            if reported:
                yield from _shared("E page", item, reported, 0.95)


def _by_change(first: dict[str, Item], later: dict[str, Item]) -> Iterator[Claim]:
    """D: members with a new named post between the same two copies as a new anonymous one."""
    new = [item for key, item in later.items() if key not in first]
    named = sorted({item.name for item in new if not item.is_anonymous})
    for item in new:
        if item.is_anonymous and named:
            yield from _shared("D page", item, named, 0.5)


def _by_line(capture: Path, items: Sequence[Item]) -> Iterator[Claim]:
    """A: the rows of the public register of which a line is true, where they are few."""
    lines: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        if item.line:
            lines[item.line].append(item)
    stolen = StolenData(capture, frozenset({"P"}), frozenset())
    classes: dict[str, list[str]] = {line: [] for line in lines}
    wanted = {line: _facts(line) for line in lines}
    for row in stolen.register() if lines else ():
        for line, (specialty, country) in wanted.items():
            if len(classes[line]) <= MAX_CLASS_SIZE and _is_true(row, specialty, country):
                classes[line].append(f"npi:{row['npi']}")
    for line, matches in classes.items():
        for item in lines[line] if 0 < len(matches) <= MAX_CLASS_SIZE else ():
            kind = "anonymous_person" if item.is_anonymous else "named_person"
            share = 1 / len(matches)
            for who in matches:
                yield Claim("A", kind, item.key, who, share, min(share, 0.99))


def _facts(line: str) -> tuple[str, str]:
    """The specialty's first word, and the country's code where it is a country."""
    parts = [part.strip() for part in re.split(r"[·,]", line)]
    words = parts[0].lower().split() if parts[0] else [""]
    return words[0], next((_COUNTRIES[part] for part in parts if part in _COUNTRIES), "")


def _is_true(row: dict[str, str], specialty: str, country: str) -> bool:
    return row["specialty"].split("-")[0] == specialty and country in ("", row["country"])
