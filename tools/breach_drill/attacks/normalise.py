"""Every value of a dump as tokens that can be compared, decoded to a depth of three."""

from __future__ import annotations

import base64
import binascii
import contextlib
import gzip
import hashlib
import json
import pickletools
import re
import zlib
from collections.abc import Callable, Iterator
from typing import Any

DEPTH = 3
MAX_WHOLE_LENGTH, SENTENCE = 120, 40
_EMAIL = re.compile(r"[a-z0-9._%+-]+@[a-z0-9.-]+\.[a-z]{2,}")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_NUMBER = re.compile(r"(?<![0-9a-f])\d{10,11}(?![0-9a-f])")
_HEX = re.compile(r"(?<![0-9a-z])[0-9a-f]{16,}(?![0-9a-z])")
_PUBLIC_ID = re.compile(r"(?<![0-9a-z])(?=[0-9a-z]*\d)[0-9a-z]{12}(?![0-9a-z])")
_TIME = re.compile(r"^\d{4}-\d\d-\d\d([t ]\d\d:\d\d.*)?$")
_BASE64 = re.compile(r"^[A-Za-z0-9+/_-]{16,}={0,2}$")
# A hidden value has digits or an @; plain words show only similarity.
_TELLING = re.compile(r"[0-9@]")


def tokens(value: Any, depth: int = 0) -> Iterator[str]:
    """Lower-case tokens of one cell; uuids and bytes as hex without dashes."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from tokens(str(name), depth)
            yield from tokens(item, depth)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from tokens(item, depth)
    elif isinstance(value, str):
        yield from _of_text(value, depth)
    elif isinstance(value, int) and not isinstance(value, bool) and value >= 10**6:
        yield str(value)


def _of_text(text: str, depth: int) -> Iterator[str]:
    if text.startswith("\\x") and len(text) % 2 == 0:
        yield from _of_bytes(bytes.fromhex(text[2:]), depth)
        return
    plain = text.strip().lower()
    if _TIME.match(plain):
        return
    if 8 <= len(plain) <= MAX_WHOLE_LENGTH and _TELLING.search(plain):
        yield plain
    if len(plain) >= SENTENCE and " " in plain:
        yield f"text:{hashlib.sha256(plain.encode()).hexdigest()[:15]}"
    for pattern in (_EMAIL, _NUMBER, _HEX, _PUBLIC_ID):
        yield from pattern.findall(plain)
    for matches in _UUID.findall(plain):
        yield matches.replace("-", "")
    if depth < DEPTH:
        yield from _decoded(text.strip(), depth + 1)


def _decoded(text: str, depth: int) -> Iterator[str]:
    if text[:1] in "{[":
        with contextlib.suppress(ValueError):
            yield from tokens(json.loads(text), depth)
    elif _BASE64.match(text) and _TELLING.search(text) and not _HEX.fullmatch(text.lower()):
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_")
        except (binascii.Error, ValueError):
            return
        yield from _of_bytes(raw, depth)


def _of_bytes(raw: bytes, depth: int) -> Iterator[str]:
    if len(raw) >= 8:
        yield raw.hex()
    if depth >= DEPTH:
        return
    for opener in (gzip.decompress, zlib.decompress):
        unpacked = _try(opener, raw)
        if unpacked:
            yield from _of_bytes(unpacked, depth + 1)
    if raw[:1] == b"\x80":
        yield from _of_pickle(raw, depth)
    text = _try(lambda data: data.decode("utf-8").encode(), raw)
    if text and all(byte >= 32 or byte in b"\t\r\n" for byte in text):
        yield from _of_text(raw.decode(), depth + 1)


def _of_pickle(raw: bytes, depth: int) -> Iterator[str]:
    """Its strings, without running it."""
    try:
        for _code, argument, _at in pickletools.genops(raw):
            if isinstance(argument, str | bytes):
                text = argument if isinstance(argument, str) else argument.decode("latin-1")
                yield from _of_text(text, depth + 1)
    except Exception:  # not a pickle after all
        return


def _try(function: Callable[[bytes], bytes], raw: bytes) -> bytes:
    try:
        return function(raw)
    except Exception:  # whatever a decoder says of bytes that are not its own
        return b""
