"""Hashes of what is public, made before anything is stolen: a thief has all the time there is.

Of each value the first eight bytes under each function, so that a look-up is one comparison of
sorted numbers. Beside the capture, never in it.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = "guesses"
FUNCTIONS: tuple[Callable[[bytes], Any], ...] = (
    hashlib.sha256,
    lambda data: hashlib.md5(data, usedforsecurity=False),
    lambda data: hashlib.sha1(data, usedforsecurity=False),
    hashlib.sha512,
    hashlib.sha3_256,
    hashlib.blake2b,
    hashlib.blake2s,
)
DIGITS, SHORT_DIGITS = 16, 8


def prepare(capture: Path) -> None:
    """Hash the register's numbers and the addresses, unless that was done."""
    public, to = capture / "C1" / "P", capture / FOLDER
    if to.exists() or not public.exists():
        return
    to.mkdir(parents=True)
    for kind, values in (("npi", _numbers(public)), ("email", _addresses(public))):
        data = [value.encode() for value in values]
        np.save(to / f"{kind}.npy", np.array(data, dtype=bytes))
        for n, function in enumerate(FUNCTIONS):
            starts = b"".join(function(value).digest()[:8] for value in data)
            np.save(to / f"{kind}-{n}.npy", np.frombuffer(starts, dtype=">u8").astype("u8"))
        sums = np.array([zlib.crc32(value) for value in data], dtype="u4")
        np.save(to / f"{kind}-crc.npy", sums)


def _numbers(public: Path) -> Sequence[str]:
    path = public / "registry.jsonl"
    if not path.exists():
        return []
    with path.open() as file:
        return [json.loads(line)["npi"] for line in file]


def _addresses(public: Path) -> Sequence[str]:
    path = public / "emails.txt"
    return path.read_text().lower().split() if path.exists() else []


def values(capture: Path, kind: str) -> list[bytes]:
    """What was hashed, in its order: the "npi" or "email" of everybody."""
    path = capture / FOLDER / f"{kind}.npy"
    matches: list[bytes] = np.load(path).tolist() if path.exists() else []
    return matches


def met(capture: Path, tokens: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Of these starts of hexadecimal values those that are hashes: the start, and of whom."""
    known = set(tokens)
    long = _as_numbers([token for token in known if len(token) == DIGITS], "u8")
    short = _as_numbers([token for token in known if len(token) == SHORT_DIGITS], "u4")
    for kind in ("npi", "email"):
        tables = [(str(n), long, DIGITS) for n in range(len(FUNCTIONS))]
        for name, wanted, digits in [*tables, ("crc", short, SHORT_DIGITS)]:
            path = capture / FOLDER / f"{kind}-{name}.npy"
            if path.exists() and len(wanted):
                starts = np.load(path)
                places = np.flatnonzero(np.isin(starts, wanted)).tolist()
                whose = values(capture, kind) if places else []
                for place in places:
                    yield f"{int(starts[place]):0{digits}x}", f"{kind}:{whose[place].decode()}"


def _as_numbers(tokens: Sequence[str], kind: str) -> np.ndarray[Any, Any]:
    return np.array([int(token, 16) for token in tokens], dtype=kind)
