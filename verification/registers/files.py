"""A published file, read once from beginning to end, counted and hashed on the way."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

BLOCK = 1 << 20


class InvalidRegisterFile(Exception):
    """The file cannot be imported. The message names column or line, never its content."""


class _Counted(io.RawIOBase):
    """Counts and hashes bytes on their way to the decoder."""

    def __init__(self, source: RegisterFile, inner: IO[bytes]) -> None:
        self.source = source
        self.inner = inner

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        block = self.inner.read(len(buffer))
        buffer[: len(block)] = block
        self.source.digest.update(block)
        self.source.done += len(block)
        return len(block)


class RegisterFile:
    """A file, or the one table in a zip archive, which is never unpacked on disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.digest = hashlib.sha256()
        self.done = 0
        self.total = path.stat().st_size

    @property
    def percent(self) -> int:
        """How much of the file is read, 0 to 100."""
        return min(100, 100 * self.done // max(1, self.total))

    @contextmanager
    def text(self, encoding: str) -> Iterator[io.TextIOWrapper]:
        """The text from its beginning.

        Raises `InvalidRegisterFile` for an archive without a table.
        """
        with self._bytes() as inner:
            raw: io.RawIOBase = _Counted(self, inner)
            buffered = io.BufferedReader(raw, BLOCK)
            with io.TextIOWrapper(buffered, encoding=encoding, newline="") as file:
                yield file

    @contextmanager
    def _bytes(self) -> Iterator[IO[bytes]]:
        if self.path.suffix.lower() != ".zip":
            with self.path.open("rb") as file:
                yield file
            return
        try:
            with zipfile.ZipFile(self.path) as archive:
                member = _table(archive)
                self.total = member.file_size
                with archive.open(member) as inner:
                    yield inner
        except (zipfile.BadZipFile, EOFError):
            raise InvalidRegisterFile("the archive is not whole") from None


def _table(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    """The largest table: archives contain headings and documents too."""
    tables = [
        item for item in archive.infolist() if item.filename.lower().endswith((".csv", ".txt"))
    ]
    if not tables:
        raise InvalidRegisterFile("the archive holds no table")
    return max(tables, key=lambda item: item.file_size)
