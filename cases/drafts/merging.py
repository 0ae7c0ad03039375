"""Two windows write one draft: what only one of them changed is taken, the rest is a conflict.

Works on the flat values of the composer's form. Numbered fields (option_1, option_2) are one
group, because saving moves them together. A page carries a digest of each group as it was shown,
so that unchanged fields of an old page are no conflict.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_NUMBER = re.compile(r"_\d+$")
_NOT_WRITTEN = frozenset({"version", "base"})
DIGEST_LENGTH = 16


@dataclass(frozen=True)
class Merge:
    """The values to save, and the groups that both windows changed: there theirs are kept."""

    values: dict[str, Any]
    conflicts: frozenset[str]


def group_of(name: str) -> str:
    return _NUMBER.sub("", name)


def digests(values: Mapping[str, Any]) -> dict[str, str]:
    """A digest of each group of the values."""
    return {
        group: hashlib.sha256(json.dumps(texts).encode()).hexdigest()[:DIGEST_LENGTH]
        for group, texts in _groups(values).items()
    }


def merge(base: Mapping[str, str], mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> Merge:
    """`base` holds the digests of what the page showed before it was changed."""
    my_digests, their_digests = digests(mine), digests(theirs)
    takes_theirs, conflicts = set(), set()
    for group in my_digests.keys() | their_digests.keys():
        shown, own = base.get(group), my_digests.get(group)
        other = their_digests.get(group)
        if own == other or other == shown:
            continue
        takes_theirs.add(group)
        if own != shown:
            conflicts.add(group)
    values = {name: value for name, value in mine.items() if group_of(name) not in takes_theirs}
    values |= {name: value for name, value in theirs.items() if group_of(name) in takes_theirs}
    return Merge(values, frozenset(conflicts))


def _groups(values: Mapping[str, Any]) -> dict[str, list[str]]:
    """The texts of each group in the order of their numbers, without empty ones at the end."""
    groups: dict[str, list[str]] = {}
    for name in sorted(values, key=lambda name: (group_of(name), len(name), name)):
        if name not in _NOT_WRITTEN:
            groups.setdefault(group_of(name), []).append(str(values[name] or ""))
    for texts in groups.values():
        while texts and not texts[-1]:
            texts.pop()
    return {group: texts for group, texts in groups.items() if texts}
