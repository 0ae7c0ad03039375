"""Bytes beside bytes: keys of persons, accounts and posts near each other in files.

Heap files hold rows that were deleted or replaced; files of Redis hold what was overwritten.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from tools.breach_drill.attacks.claims import Claim
from tools.breach_drill.attacks.stolen import Stolen, dashed

NEAR, WORD = 200, 8
Names = dict[str, tuple[str, str]]


def attack(stolen: Stolen) -> list[Claim]:
    """In every file of the community side: a person near an account, an account near a post."""
    hidden = [post for post in stolen.posts.values() if post.tag]
    names: Names = {
        key: ("post", post.public_id) for post in hidden for key in (post.tag, post.key)
    }
    names |= {key: ("account", key) for key in stolen.accounts}
    names |= {key: ("person", key) for key in stolen.persons}
    folders = [stolen.first / side / "heap" for side in stolen.stores & {"I", "C"}]
    folders += (stolen.first / "R").glob("*/files") if "R" in stolen.stores else ()
    files = sorted(path for folder in folders for path in folder.glob("*"))
    return list(dict.fromkeys(c for path in files for c in _pairs(path.read_bytes(), names)))


def _find(data: bytes, names: Names) -> Iterator[tuple[int, str, str]]:
    """Where which key is, as sixteen bytes or as text."""
    by_head: dict[int, list[tuple[bytes, str, str]]] = defaultdict(list)
    for key, (kind, name) in names.items():
        for form in (bytes.fromhex(key), dashed(key).encode(), key.encode()):
            by_head[int.from_bytes(form[:WORD], "little")].append((form, kind, name))
    heads = np.array(list(by_head), dtype="<u8")
    for offset in range(min(WORD, len(data) // WORD)):
        count = (len(data) - offset) // WORD
        words = np.frombuffer(data, dtype="<u8", count=count, offset=offset)
        for number in np.flatnonzero(np.isin(words, heads)):
            at = offset + WORD * int(number)
            for form, kind, name in by_head[int(words[number])]:
                if data[at : at + len(form)] == form:
                    yield at, kind, name


def _pairs(data: bytes, names: Names) -> Iterator[Claim]:
    """The nearest of another kind, if it is near."""
    found = sorted(_find(data, names)) if names else []
    for number, (at, kind, name) in enumerate(found):
        near = [
            (abs(place - at), other_kind, other)
            for place, other_kind, other in found[max(number - WORD, 0) : number + WORD]
            if other_kind not in {kind, "post"} and abs(place - at) <= NEAR
        ]
        if near and kind != "person":
            _, other_kind, other = min(near)
            link = f"{'anonymous' if kind == 'post' else kind}_{other_kind}"
            left = name if kind == "post" else dashed(name)
            yield Claim("raw bytes", link, left, dashed(other), 1.0, 0.4)
