"""Reading an archive from end to end: every chunk, every table's count and digest, every file's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sermo.backups.archives import recipients
from sermo.backups.archives.encryption import EncryptedReader, Header, Source
from sermo.backups.archives.places import Place
from sermo.backups.archives.records import Kind, Record, Tally, read_records, refuse_difference
from sermo.backups.errors import DamagedArchiveError
from sermo.backups.progress import Progress

Unseal = Callable[[bytes], bytes]


def with_private_key(private_key: bytes) -> Unseal:
    """How an archive is opened with the key of its holders."""
    return lambda sealed: recipients.unseal(private_key, sealed)


@dataclass
class Checked:
    """What an archive holds, after all of it was read."""

    header: Header
    file_key: bytes = field(repr=False)
    manifest: dict[str, Any] = field(default_factory=dict)
    # Table to {"rows": …, "digest": …}.
    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    n_files: int = 0

    @property
    def n_rows(self) -> int:
        return sum(int(table["rows"]) for table in self.tables.values())


class OpenArchive:
    """An archive that is being read: its header, its manifest, then its records."""

    def __init__(self, source: Source, unseal: Unseal, *, store: str, kind: str) -> None:
        """Raises `DamagedArchiveError`, also for an archive of another store or kind."""
        self._stream = EncryptedReader(source, unseal)
        self.header = self._stream.header
        self.file_key = self._stream.file_key
        if (self.header.store, self.header.kind) != (store, kind):
            raise DamagedArchiveError(
                f"This is the {self.header.kind} of the {self.header.store} store,"
                f" not the {kind} of the {store} store."
            )
        self.records = read_records(self._stream)
        self.manifest: dict[str, Any] = self.take(Kind.BEGIN).fields

    def take(self, kind: Kind) -> Record:
        """The next record, which must be of this kind. Raises `DamagedArchiveError`."""
        record = next(self.records, None)
        if record is None or record.kind is not kind:
            raise DamagedArchiveError("The archive's parts are not in order.")
        return record


def check(
    place: Place, name: str, unseal: Unseal, *, store: str, kind: str, progress: Progress
) -> Checked:
    """Read all of an archive and compare counts and digests. Raises `DamagedArchiveError`."""
    progress.begin(f"checking {name}")
    with place.open(name) as source:
        archive = OpenArchive(source, unseal, store=store, kind=kind)
        checked = Checked(archive.header, archive.file_key, archive.manifest)
        for record in archive.records:
            if record.kind is Kind.TABLE:
                checked.tables[record.fields["name"]] = _check_part(
                    archive.records, Kind.ROWS, Kind.TABLE_END, progress
                ).rows()
            elif record.kind is Kind.FILE:
                _check_part(archive.records, Kind.BYTES, Kind.FILE_END, progress)
                checked.n_files += 1
            elif record.kind is Kind.END:
                refuse_difference(
                    {"rows": record.fields["rows"], "files": record.fields["files"]},
                    {"rows": checked.n_rows, "files": checked.n_files},
                )
    progress.end(f"whole; {checked.n_rows} rows, {checked.n_files} files")
    return checked


def _check_part(records: Iterator[Record], content: Kind, end: Kind, progress: Progress) -> Tally:
    """Count and digest a table's rows or a file's bytes. Raises `DamagedArchiveError`."""
    tally = Tally()
    for record in records:
        if record.kind is not content:
            break
        tally.add(record.content)
        progress.advance(len(record.content))
    if record.kind is not end:
        raise DamagedArchiveError("The archive's parts are not in order.")
    refuse_difference(record.fields, tally.rows() if end is Kind.TABLE_END else tally.file())
    return tally


def read_content(archive: OpenArchive) -> bytes:
    """The content of the file whose FILE record was just read. Raises `DamagedArchiveError`."""
    content, tally = bytearray(), Tally()
    for record in archive.records:
        if record.kind is not Kind.BYTES:
            break
        tally.add(record.content)
        content += record.content
    if record.kind is not Kind.FILE_END:
        raise DamagedArchiveError("The archive's parts are not in order.")
    refuse_difference(record.fields, tally.file())
    return bytes(content)
