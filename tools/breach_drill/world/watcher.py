"""A page watcher: an ordinary member who asks for the feed and for case pages each minute.

Pages change only when somebody acts or a job runs, so only the minutes after that are asked for:
what the watcher would see in all other minutes is what was seen before.
"""

from __future__ import annotations

import datetime as dt
import html
import json
import re
from pathlib import Path
from typing import Any

from tools.breach_drill.world.actions import HANDLE, Doctor

MINUTE, BESIDE = dt.timedelta(minutes=1), 0.2
_PARTS = re.compile(
    r'<article[^>]*class="(case-card|case|comment)\b.*?(?=<article|</main>|$)', re.S
)
_ID = re.compile(r'\bid="c-([a-z0-9]+)"|href="/cases/([a-z0-9]{12})/"')
_TIME = re.compile(r'<time datetime="([^"]+)"')
_ANONYMOUS = re.compile(r'class="byline[^"]*byline--anonymous')
_NAME = re.compile(r'class="byline__name"[^>]*>([^<]*)<')
_CURSOR = re.compile(r"[?&;](?:after|before|cursor|since)=([^\"&#]+)")
_COUNT = re.compile(r">\s*(\d+) (?:comment|answer|view|colleague)s?\b")


class Watcher:
    """Appends a line to `log` for each page: {"at", "path", "items", "cursors", "counts"}."""

    def __init__(self, log: Path) -> None:
        log.parent.mkdir(parents=True, exist_ok=True)
        self.log, self._last = log, dict[str, Any]()
        self.changed, self._known = set[str](), set[str]()
        self.doctor: Doctor | None = None

    def look(self, before: dt.datetime, waiting: set[str]) -> None:
        """At the next full minute, if it is before that moment: the feed and what may be new.

        Where something waits, the watcher now and then writes a comment beside it. To hit upon it
        one would have to write in every minute; what is written at other times is not played.
        """
        doctor = self.doctor
        if doctor is None or not self.changed:
            return
        clock, chance = doctor.stage.clock, doctor.stage.chance
        minute = clock.now.replace(second=0, microsecond=0) + MINUTE
        if minute >= before:
            return
        clock.move_to(minute)
        doctor.sign_in()
        for case in sorted(waiting & self.changed):
            if chance.share(BESIDE):
                doctor.comment(case, "Is there anything new?", HANDLE)
        self._note(doctor, "/cases/")
        for case in sorted(self.changed):
            keys = {item["key"] for item in self._note(doctor, f"/cases/{case}/")}
            for key in sorted(keys - self._known):
                self._note(doctor, f"/cases/{case}/?comment={key}")
            self._known |= keys
        self.changed.clear()

    def _note(self, doctor: Doctor, path: str) -> list[dict[str, Any]]:
        """The comments on the page; it is written down if it is not as it was."""
        text = doctor.browser.get(path)
        items = [item for part in _PARTS.finditer(text) if (item := _item(part)) is not None]
        page = {"items": items, "cursors": _CURSOR.findall(text), "counts": _COUNT.findall(text)}
        if self._last.get(path) != page:
            self._last[path] = page
            seen = {"at": doctor.stage.clock.now.isoformat(), "path": path}
            with self.log.open("a", encoding="utf-8") as file:
                file.write(json.dumps(seen | page) + "\n")
        return [item for item in items if item["kind"] == "comment"]


def _item(part: re.Match[str]) -> dict[str, Any] | None:
    key, at, name = _ID.search(part[0]), _TIME.search(part[0]), _NAME.search(part[0])
    if key is None or name is None:
        return None
    item = {"kind": part[1], "key": key[1] or key[2], "name": html.unescape(name[1].strip())}
    is_anonymous = bool(_ANONYMOUS.search(part[0], 0, name.end()))
    return item | {"at": at[1] if at else "", "anonymous": is_anonymous}
