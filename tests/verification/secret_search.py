"""Search for a planted secret in everything that a thief could copy."""

from __future__ import annotations

import base64
import os
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections

from sermo.core.redis import broker, connection
from sermo.local_stack.postgres import SUPERUSER, binaries


def written_forms(number: str) -> list[bytes]:
    """Nine digits as they could be stored: plain, separated, in hexadecimal, in base64."""
    plain = "".join(character for character in number if character.isdigit())
    parts = (plain[:3], plain[3:5], plain[5:])
    written = [plain, "-".join(parts), " ".join(parts), "\u2011".join(parts)]
    forms = [text.encode() for text in written]
    forms += [text.encode().hex().encode() for text in written]
    forms += [text.encode().hex().upper().encode() for text in written]
    return forms + [fragment for text in written for fragment in _in_base64(text.encode())]


def _in_base64(text: bytes) -> Iterator[bytes]:
    """The base64 forms of a text at each of the three alignments in a longer text."""
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + text)
        first = -(-before * 8 // 6)
        last = (before + len(text)) * 8 // 6
        yield whole[first:last]


def places_with(places: Iterable[tuple[str, bytes]], number: str) -> list[str]:
    """Names of the places that contain the number in any form."""
    wanted = written_forms(number)
    return [name for name, content in places if any(form in content for form in wanted)]


def database_dumps() -> Iterator[tuple[str, bytes]]:
    """A dump of each database, as in a backup."""
    for alias in ("default", "identity"):
        database = connections[alias].settings_dict
        command = [str(binaries() / "pg_dump"), "-h", str(database["HOST"]), "-U", SUPERUSER]
        done = subprocess.run(
            [*command, "-d", str(database["NAME"])], capture_output=True, check=True
        )
        yield f"dump of {alias}", done.stdout


def redis_values() -> Iterator[tuple[str, bytes]]:
    """Every key of both servers with its value: sessions, counters, and the queue."""
    yield from _values_of(connection())
    yield from _values_of(broker())


def _values_of(store: Any) -> Iterator[tuple[str, bytes]]:
    for key in store.scan_iter(count=1000):
        yield f"redis {key!r}", bytes(key) + bytes(store.dump(key) or b"")
        kind = store.type(key)
        if kind == b"list":
            yield f"redis {key!r}", b"\n".join(map(_bytes, store.lrange(key, 0, -1)))
        elif kind == b"hash":
            yield f"redis {key!r}", repr(store.hgetall(key)).encode()
        elif kind == b"string":
            yield f"redis {key!r}", _bytes(store.get(key) or b"")


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def file_contents(*folders: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below these folders."""
    for folder in folders:
        for root, _, names in os.walk(folder):
            for name in names:
                path = Path(root) / name
                if path.is_file():
                    yield str(path), path.read_bytes()


def stored_files() -> list[Path]:
    """Folders with uploads and stored emails."""
    places: Any = list(settings.STORAGES.values())
    locations = [place.get("OPTIONS", {}).get("location") for place in places]
    mail = settings.SERMO_MAIL_URL.removeprefix("file:")
    return [Path(str(place)) for place in (*locations, mail) if place]
