"""An archive is whole or refused: cut, changed, moved, mixed, forged, or with the wrong keys."""

from __future__ import annotations

import errno
import io
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.public import PrivateKey

from sermo.backups.archives import places, recipients
from sermo.backups.archives.encryption import (
    CHUNK_BYTES,
    EncryptedReader,
    EncryptedWriter,
    Header,
    read_header,
)
from sermo.backups.archives.places import DirectoryPlace
from sermo.backups.archives.records import padded_size
from sermo.backups.errors import BackupError, DamagedArchiveError, RefusedError

PRIVATE = PrivateKey.generate()
PUBLIC = bytes(PRIVATE.public_key)
HEADER = Header(
    "backup", "community", "1" * 32, "2026-12-01T03:00:00+00:00", "2" * 32, "a-b-c", "3" * 16
)
PLAIN = os.urandom(3 * CHUNK_BYTES + 1234)
# A chunk with its authentication tag.
SEALED_CHUNK = CHUNK_BYTES + 17


def encrypt(plain: bytes = PLAIN, header: Header = HEADER) -> bytes:
    sink = io.BytesIO()
    writer = EncryptedWriter(sink, header, PUBLIC)
    writer.write(plain)
    writer.close()
    return sink.getvalue()


def decrypt(archive: bytes, size: int = len(PLAIN)) -> bytes:
    reader = EncryptedReader(
        io.BytesIO(archive), lambda sealed: recipients.unseal(bytes(PRIVATE), sealed)
    )
    plain = reader.read_exactly(size)
    reader.finish()
    return plain


ARCHIVE = encrypt()
BODY = len(ARCHIVE) - (3 * SEALED_CHUNK + 1234 + 17)


def chunks(archive: bytes = ARCHIVE) -> list[bytes]:
    return [archive[at : at + SEALED_CHUNK] for at in range(BODY, len(archive), SEALED_CHUNK)]


def flipped(at: int) -> bytes:
    changed = bytearray(ARCHIVE)
    changed[at] ^= 1
    return bytes(changed)


DAMAGES: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "another file": lambda: b"PGDMP" + bytes(1000),
    "a changed kind in the header": lambda: ARCHIVE.replace(b'"backup"', b'"backed"'),
    "a changed time in the header": lambda: ARCHIVE.replace(b"T03:00", b"T04:00"),
    "a changed sealed key": lambda: flipped(BODY - 30),
    "a changed first byte of rows": lambda: flipped(BODY),
    "a changed last byte": lambda: flipped(len(ARCHIVE) - 1),
    "a chunk missing": lambda: ARCHIVE[:BODY] + b"".join([*chunks()[:1], *chunks()[2:]]),
    "a chunk twice": lambda: ARCHIVE[:BODY] + b"".join([chunks()[0], *chunks()]),
    "two chunks exchanged": lambda: (
        ARCHIVE[:BODY] + b"".join([chunks()[1], chunks()[0], *chunks()[2:]])
    ),
    "a chunk of another archive": lambda: (
        ARCHIVE[:BODY] + b"".join([chunks()[0], chunks(encrypt())[1], *chunks()[2:]])
    ),
    "the end of another archive": lambda: (
        ARCHIVE[:BODY] + b"".join([*chunks()[:3], chunks(encrypt())[3]])
    ),
    "the header of another archive": lambda: (
        encrypt(header=Header(**(vars(HEADER) | {"id": "4" * 32})))[:BODY] + ARCHIVE[BODY:]
    ),
    "more after the end": lambda: ARCHIVE + b"\0",
    **{
        f"cut after {size} bytes": lambda size=size: ARCHIVE[:size]  # type: ignore[misc]
        for size in (10, 30, BODY - 1, BODY, BODY + 5, BODY + SEALED_CHUNK, len(ARCHIVE) - 1)
    },
    "cut after the third chunk": lambda: ARCHIVE[: BODY + 3 * SEALED_CHUNK],
}


def test_an_archive_gives_back_what_was_written() -> None:
    assert decrypt(ARCHIVE) == PLAIN
    assert read_header(io.BytesIO(ARCHIVE))[0] == HEADER
    assert PLAIN[:40] not in ARCHIVE


@given(st.integers(0, 3 * CHUNK_BYTES), st.integers(1, 2 * CHUNK_BYTES))
def test_every_size_written_in_any_parts_is_read(size: int, part: int) -> None:
    plain, sink = PLAIN[:size], io.BytesIO()
    writer = EncryptedWriter(sink, HEADER, PUBLIC)
    for start in range(0, size, part):
        writer.write(plain[start : start + part])
    writer.close()

    assert decrypt(sink.getvalue(), size) == plain


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda name: name.replace(" ", "-"))
def test_a_damaged_archive_is_refused(damage: str) -> None:
    with pytest.raises(DamagedArchiveError):
        decrypt(DAMAGES[damage]())


def test_another_key_opens_nothing() -> None:
    with pytest.raises(DamagedArchiveError):
        EncryptedReader(
            io.BytesIO(ARCHIVE),
            lambda sealed: recipients.unseal(bytes(PrivateKey.generate()), sealed),
        )


def test_any_two_holders_open_and_one_does_not() -> None:
    pairs = {"community": recipients.new_pair(), "identity": recipients.new_pair()}
    files = {number: recipients.dump_holder(number, pairs) for number in (1, 2, 3)}
    public = recipients.parse_public(pairs["community"].public)

    for first, second in ((1, 2), (3, 1), (2, 3)):
        key = recipients.private_key_of("community", [files[first], files[second]])
        assert bytes(PrivateKey(key).public_key) == public
    assert recipients.private_key_of("identity", [files[1], files[2]]) != key
    for wrong in ([files[1]], [files[1], files[1]], list(files.values()), ["{}", files[1]], []):
        with pytest.raises(RefusedError):
            recipients.private_key_of("community", wrong)


@given(st.integers(0, 2**50))
def test_sizes_are_few_and_at_most_an_eighth_larger(size: int) -> None:
    padded = padded_size(size)

    assert size <= padded <= max(size * 1.125, size + 1)
    assert padded_size(padded) == padded


def test_few_different_sizes_are_seen() -> None:
    assert len({padded_size(size) for size in range(1_000_000, 2_000_000, 777)}) <= 33


def test_a_file_appears_when_it_is_complete_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    place = DirectoryPlace(tmp_path / "new" / "place")
    with place.new("one.backup") as sink:
        sink.write(b"x")
        during = place.names()

    assert during == []
    assert place.names() == ["one.backup"]
    assert stat.S_IMODE((place.directory / "one.backup").stat().st_mode) == 0o600
    assert stat.S_IMODE(place.directory.stat().st_mode) == 0o700


def test_an_error_leaves_nothing_and_the_next_archive_removes_what_a_kill_left(
    tmp_path: Path,
) -> None:
    place = DirectoryPlace(tmp_path)
    (tmp_path / ".partial-killed").write_bytes(b"half")

    with pytest.raises(TypeError), place.new("one.backup") as sink:
        sink.write("no bytes")  # type: ignore[arg-type]

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_is_said_in_one_sentence_and_nothing_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def full(_: int) -> Any:
        raise OSError(code, "no room")

    place = DirectoryPlace(tmp_path)
    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(BackupError) as failure, place.new("one.backup") as sink:
        sink.write(b"x")

    assert str(failure.value) == places.DISK_FULL
    assert list(tmp_path.iterdir()) == []
