"""The register of stored data (docs/design/register.md), as tests read it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from django.conf import settings

PAGE: Path = settings.BASE_DIR / "docs" / "design" / "register.md"
_ROW = re.compile(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
ANONYMOUS_ACT = "anonymous act"


@dataclass(frozen=True)
class Entry:
    """One table of the register. `columns` maps each column to its class."""

    owner: str
    changes: frozenset[str]
    columns: dict[str, str]


def register() -> dict[str, Entry]:
    entries = {}
    for table, owner, changes, classes in _ROW.findall(PAGE.read_text()):
        columns: dict[str, str] = {}
        for part in classes.split("; "):
            name, _, listed = part.partition(": ")
            columns |= dict.fromkeys(listed.strip().split(", "), name.strip())
        entries[table] = Entry(owner.strip(), frozenset(changes.strip().split(", ")), columns)
    return entries


def redis_patterns(instance: str) -> list[str]:
    """The patterns of the keys of one instance: `volatile` or `broker`."""
    rows = re.findall(rf"^\| {instance} \| ([^|]+) \|", PAGE.read_text(), re.MULTILINE)
    return [pattern for row in rows for pattern in re.findall(r"`([^`]+)`", row)]


def is_listed(key: str, instance: str) -> bool:
    return any(fnmatch(key, pattern) for pattern in redis_patterns(instance))
