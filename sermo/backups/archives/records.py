"""What is inside an archive: a sequence of records, each with a kind, a length and a content.

    BEGIN · (TABLE · ROWS… · TABLE_END)… · DATABASE_END · (FILE · BYTES… · FILE_END)… · END · zeros

The zeros bring the archive to one of few sizes, so that its size tells little of a day.
"""

from __future__ import annotations

import hashlib
import json
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from sermo.backups.archives.encryption import EncryptedReader, EncryptedWriter
from sermo.backups.errors import DamagedArchiveError

# A content is at most twice as long: compressed rows and parts of files.
PART_BYTES = 512 * 1024
_MAX_CONTENT_BYTES = 4 * PART_BYTES
_HEAD = struct.Struct(">cI")
_COMPRESSION_LEVEL = 1
WRONG = "The archive does not hold what it says: a count or a digest differs."


class Kind(Enum):
    """The kinds of records."""

    BEGIN = b"B"
    TABLE = b"T"
    ROWS = b"D"
    TABLE_END = b"E"
    DATABASE_END = b"S"
    FILE = b"F"
    BYTES = b"R"
    FILE_END = b"G"
    END = b"Z"


@dataclass(frozen=True)
class Record:
    kind: Kind
    content: bytes

    @property
    def fields(self) -> dict[str, Any]:
        """The content of a record that is not rows or bytes."""
        fields: dict[str, Any] = json.loads(self.content)
        return fields


class RecordWriter:
    """Writes records into an encrypted stream."""

    def __init__(self, stream: EncryptedWriter) -> None:
        self.stream = stream

    def write(self, kind: Kind, fields: dict[str, Any]) -> None:
        self._write(kind, json.dumps(fields, sort_keys=True).encode())

    def write_rows(self, rows: bytes) -> None:
        """Rows of a table, compressed."""
        self._write(Kind.ROWS, zlib.compress(rows, _COMPRESSION_LEVEL))

    def write_bytes(self, part: bytes) -> None:
        """A part of a file, as it is."""
        self._write(Kind.BYTES, part)

    def close(self, size: Callable[[int], int] | None = None) -> None:
        """Fill up to the next of few sizes, and end the stream."""
        missing = (size or padded_size)(self.stream.n_bytes) - self.stream.n_bytes
        while missing > 0:
            part = min(missing, PART_BYTES)
            self.stream.write(bytes(part))
            missing -= part
        self.stream.close()

    def _write(self, kind: Kind, content: bytes) -> None:
        self.stream.write(_HEAD.pack(kind.value, len(content)))
        self.stream.write(content)


def padded_size(size: int) -> int:
    """The next size of the Padmé scheme (Nikitin et al., 2019): at most 12 % more.

    Sizes keep as few leading bits as the number of bits of their own length.
    """
    if size < 2:
        return size
    exponent = size.bit_length() - 1
    kept = exponent.bit_length()
    mask = (1 << max(exponent - kept, 0)) - 1
    return (size + mask) & ~mask


def doubled_size(size: int) -> int:
    """The next power of two, from 64 KiB on: sizes that stay the same for years."""
    return max(65_536, 1 << max(size - 1, 0).bit_length())


def read_records(stream: EncryptedReader) -> Iterator[Record]:
    """Every record up to END, with all after it read. Raises `DamagedArchiveError`."""
    while True:
        letter, length = _HEAD.unpack(stream.read_exactly(_HEAD.size))
        if length > _MAX_CONTENT_BYTES:
            raise DamagedArchiveError(WRONG)
        content = stream.read_exactly(length)
        try:
            kind = Kind(letter)
            content = zlib.decompress(content) if kind is Kind.ROWS else content
        except (ValueError, zlib.error):
            raise DamagedArchiveError(WRONG) from None
        if kind is Kind.END:
            stream.finish()
            yield Record(kind, content)
            return
        yield Record(kind, content)


class Tally:
    """Counts and digests what passes: rows end with a line feed, bytes are bytes."""

    def __init__(self) -> None:
        self.n_rows = self.n_bytes = 0
        self._digest = hashlib.sha256()

    def add(self, part: bytes) -> None:
        self.n_rows += part.count(b"\n")
        self.n_bytes += len(part)
        self._digest.update(part)

    def rows(self) -> dict[str, Any]:
        """What TABLE_END says."""
        return {"rows": self.n_rows, "digest": self._digest.hexdigest()}

    def file(self) -> dict[str, Any]:
        """What FILE_END says."""
        return {"size": self.n_bytes, "digest": self._digest.hexdigest()}


def refuse_difference(expected: dict[str, Any], found: dict[str, Any]) -> None:
    """Raises `DamagedArchiveError` if the two differ."""
    if expected != found:
        raise DamagedArchiveError(WRONG)
