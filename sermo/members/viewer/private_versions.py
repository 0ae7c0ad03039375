"""How the versions of a section of private state are stored, and what is left after a night.

A version is one or more rows of the table. A change never touches a row: it adds a version whose
rows have new locators, so that two changes of one member share nothing. The renewal of the night
keeps the newest version of each section and gives it the name of a base.

    name    = pseudonym of the section (16 bytes), epoch (4), entry (2), chunk (2)
    content = number of chunks of the version (1 byte), a part of the member's ciphertext

A base has epoch 0 and entry 0; the changes of an epoch are its entries 1, 2, 3, …
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import NamedTuple

from django.db import transaction

from sermo.blinded_rows.epochs import Epoch, EpochKeys
from sermo.blinded_rows.table import BlindedTable, MissingRowError, Transform, unchanged
from sermo.core.crypto import DecryptionError
from sermo.members.models import PrivateState
from sermo.members.pseudonyms import PSEUDONYM_BYTES

_NAME = struct.Struct(f">{PSEUDONYM_BYTES}sIHH")
# A row is shorter than the 2 kB from which PostgreSQL would store it outside its page.
TABLE = BlindedTable(PrivateState, name_bytes=_NAME.size, content_bytes=1792)
# Of the content, the table takes two bytes, and one is the number of chunks.
CHUNK_BYTES = TABLE.content_bytes - 3
MAX_CHUNKS = 128
# The entries that the first statement of a look-up asks for.
FIRST_ENTRIES = 16
# The content of the one row of a version by which a member's section was deleted.
DELETED = b"\0"
# How often a reader looks again for a version that the renewal moves.
MAX_LOOKS = 10
SECTIONS_PER_BATCH = 500
MAX_LATE_ENTRIES = 10_000


class Version(NamedTuple):
    """Ordered by age: a base is older than every entry."""

    epoch: int
    entry: int


BASE = Version(0, 0)


class RowName(NamedTuple):
    """What the name of a row says."""

    section: bytes
    version: Version
    chunk: int


@dataclass(frozen=True)
class Found:
    """A version that is stored: its first row, and the epoch under whose keys it was found."""

    epoch: Epoch
    keys: EpochKeys
    version: Version
    ciphertext: bytes


# The newest entry that this process has seen, by section, where it was not among the first.
_late_entries: dict[bytes, Version] = {}


def encode_name(section: bytes, version: Version, chunk: int) -> bytes:
    """The name of a row of the version."""
    return _NAME.pack(section, version.epoch, version.entry, chunk)


def decode_name(name: bytes) -> RowName:
    """What `encode_name` encoded."""
    section, epoch, entry, chunk = _NAME.unpack(name)
    return RowName(section, Version(epoch, entry), chunk)


def n_chunks_for(size: int) -> int:
    """How many chunks a ciphertext of this size fills: a power of two, so that few sizes differ.

    Raises `ValueError` if the ciphertext is larger than MAX_CHUNKS chunks.
    """
    n_chunks = 1
    while n_chunks * CHUNK_BYTES < size:
        n_chunks *= 2
    if n_chunks > MAX_CHUNKS:
        raise ValueError("a section of private state is too large")
    return n_chunks


def rows_of(section: bytes, version: Version, ciphertext: bytes) -> dict[bytes, bytes]:
    """Contents by name of the rows that hold a version."""
    chunks = [
        ciphertext[start : start + CHUNK_BYTES] for start in range(0, len(ciphertext), CHUNK_BYTES)
    ]
    return {
        encode_name(section, version, number): bytes([len(chunks)]) + chunk
        for number, chunk in enumerate(chunks)
    }


def read_newest(section: bytes) -> tuple[Version, bytes | None]:
    """The newest version and the member's ciphertext; None where nothing is stored.

    One statement for one chunk and at most 15 changes since the night, or if this process has seen
    the newest but 15. Raises `MissingRowError` if a part of the version is gone.
    """
    for _ in range(MAX_LOOKS):
        found = _find_newest(section)
        if found is None:
            return BASE, None
        first = _content(section, found)
        if first == DELETED:
            return found.version, None
        names = [encode_name(section, found.version, chunk) for chunk in range(1, first[0])]
        others = TABLE.get(*names) if names else {}
        if len(others) == len(names):
            return found.version, first[1:] + b"".join(others[name][1:] for name in names)
        # The renewal has moved the version between the two statements.
    raise MissingRowError


def _content(section: bytes, found: Found) -> bytes:
    """The content of the first row. Raises `DecryptionError` if it is another row's."""
    name, content = TABLE.open(found.epoch, found.keys.number, found.ciphertext)
    if decode_name(name) != RowName(section, found.version, 0):
        raise DecryptionError
    return content


def _find_newest(section: bytes) -> Found | None:
    """The newest version. One statement, and at first another from the entries 16, 151, … on."""
    late = _late_entries.get(section)
    found = late and _newest_of(section, _range_from(late.entry), only_epoch=late.epoch)
    entries = _range_from(late.entry if found and late else 0)
    found = found or _newest_of(section, entries)
    while found is not None and found.version.entry == entries.stop - 1:
        # The next range begins with the entry that was found, so that its loss is noticed.
        entries = range(entries.stop - 1, entries.stop - 1 + 8 * len(entries))
        found = _newest_of(section, entries)
        if found is None:
            # The entry that was found before is gone: the renewal has begun to move the rows.
            entries = _range_from(0)
            found = _newest_of(section, entries)
    _remember(section, found)
    return found


def _range_from(entry: int) -> range:
    return range(entry, entry + FIRST_ENTRIES + 1)


def _remember(section: bytes, found: Found | None) -> None:
    """Let this process begin with this entry the next time, if it is not among the first."""
    if len(_late_entries) >= MAX_LATE_ENTRIES:
        _late_entries.clear()
    if found is not None and found.version.entry >= FIRST_ENTRIES:
        _late_entries[section] = found.version
    else:
        _late_entries.pop(section, None)


def _newest_of(section: bytes, entries: range, *, only_epoch: int | None = None) -> Found | None:
    """The newest among these entries of the running epochs; with entry 0, the base too.

    None where a renewal runs or has run since `only_epoch`: entries of a new epoch are newer, and
    their numbers are low.
    """

    def places(epoch: Epoch) -> dict[bytes, tuple[EpochKeys, Version]]:
        """By locator, newest first."""
        if only_epoch is not None and (epoch.next or epoch.current.number != only_epoch):
            return {}
        versions = [
            (keys, Version(keys.number, entry))
            for keys in reversed(epoch.both)
            for entry in reversed(entries)
            if entry
        ]
        if 0 in entries:
            versions += [(keys, BASE) for keys in epoch.both]
        return {
            keys.locator(encode_name(section, version, 0)): (keys, version)
            for keys, version in versions
        }

    first = TABLE.first_of(places)
    if first is None:
        return None
    epoch, locator, ciphertext = first
    return Found(epoch, *places(epoch)[locator], ciphertext)


def prepare_renewal() -> Transform:
    """Begin the renewal and make the newest version of each changed section its base.

    Then every row is one of a base, and the renewal moves rows without looking at versions: one
    that is broken off continues, and a version of which half is moved is read as a whole.
    """
    keys = TABLE.begin_renewal().current
    changed = list(_changed_sections(keys).items())
    for start in range(0, len(changed), SECTIONS_PER_BATCH):
        with transaction.atomic():
            _keep_newest(keys, dict(changed[start : start + SECTIONS_PER_BATCH]))
    return unchanged


def _changed_sections(keys: EpochKeys) -> dict[bytes, list[RowName]]:
    """Rows of entries by section, for all that have any in the ending epoch."""
    entries: dict[bytes, list[RowName]] = {}
    for name, _ in TABLE.scan():
        row = decode_name(name)
        if row.version != BASE and row.version.epoch <= keys.number:
            entries.setdefault(row.section, []).append(row)
    return entries


def _keep_newest(keys: EpochKeys, entries: dict[bytes, list[RowName]]) -> None:
    """Replace all rows of these sections by those of the newest version, as base."""
    newest = [row for rows in entries.values() for row in _newest_rows(rows)]
    epoch = Epoch(keys, None)
    contents = TABLE.read(epoch, [encode_name(*row) for row in newest])
    kept = [
        (encode_name(row.section, BASE, row.chunk), content)
        for row in newest
        if (content := contents[encode_name(*row)]) != DELETED
    ]
    old = [encode_name(*row) for rows in entries.values() for row in rows]
    for name, content in TABLE.read(
        epoch, [encode_name(section, BASE, 0) for section in entries]
    ).items():
        section = decode_name(name).section
        old += [encode_name(section, BASE, chunk) for chunk in range(content[0])]
    TABLE.replace(TABLE.locators(epoch, *old), keys, kept)


def _newest_rows(rows: list[RowName]) -> list[RowName]:
    newest = max(row.version for row in rows)
    return [row for row in rows if row.version == newest]
