"""The write-ahead log in pg_wal, as a thief reads it: with pg_waldump and the bytes themselves."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sermo.local_stack.paths import LocalPaths, run_as_account
from sermo.local_stack.postgres import binaries

SEGMENT, PAGE, PER_LOG, SECONDS = 2**24, 8192, 256, 300
PAGE_HEADER, LONG_PAGE_HEADER = 24, 40
# Of an inserted row so many bytes are kept; a transaction of more rows is a sweep or a rewrite.
BYTES_OF_A_ROW, ROWS_OF_A_SWEEP = 500, 60
_LINE = re.compile(
    r"rmgr: (\w+)\s+len \(rec/tot\):\s*\d+/\s*(\d+), tx:\s*(\d+), lsn: (\w+)/(\w+), "
    r".*?desc: (\S+)(.*)"
)
_OFF = re.compile(r"(?<!_)off: (\d+)|new_off: (\d+)")
_OLD = re.compile(r"old_off: (\d+)")
_BLOCK = re.compile(r"blkref #(\d): rel \d+/(\d+)/(\d+)(?: fork main)? blk (\d+)")
Row = dict[str, Any]


def copy_log(paths: LocalPaths, to: Path) -> None:
    """A line for each row that was written: {"at": machine's commit time, "tx", "database", "file",
    "row": "(block,line)", "old": the version before, "data": the first bytes of an inserted row}.
    """
    aside = paths.local / "wal"
    aside.mkdir()
    first, last = _copy_segments(paths.data / "pg_wal", aside)
    command: list[str | Path] = [binaries() / "pg_waldump", "-p", aside, _name(first), _name(last)]
    command += ["-r", "Heap", "-r", "Heap2", "-r", "Transaction"]
    # It ends with an error where the log ends in the middle of a segment.
    text = run_as_account(paths, command, seconds=SECONDS).stdout
    with to.open("w") as file:
        file.writelines(f"{json.dumps(row)}\n" for row in _rows(text, aside))


def _copy_segments(log: Path, aside: Path) -> tuple[int, int]:
    """Copy the newest segments without a gap, under the numbers that their first pages bear; the
    first and the last number. A recycled segment has a later name and still holds what it held.
    """
    numbers: dict[int, Path] = {}
    for path in (path for path in log.iterdir() if len(path.name) == 24):
        with path.open("rb") as file:
            numbers[int.from_bytes(file.read(16)[8:16], "little") // SEGMENT] = path
    first = last = max(numbers)
    while first - 1 in numbers and first > 1:
        first -= 1
    for number in range(first, last + 1):
        (aside / _name(number)).write_bytes(numbers[number].read_bytes())
        (aside / _name(number)).chmod(0o644)
    return first, last


def _name(number: int) -> str:
    return f"{1:08X}{number // PER_LOG:08X}{number % PER_LOG:08X}"


def _rows(text: str, segments: Path) -> Iterator[Row]:
    found = [match for line in text.splitlines() if (match := _LINE.match(line))]
    commits = {m[3]: m[7].strip() for m in found if m[1] == "Transaction" and m[6] == "COMMIT"}
    sizes = Counter(m[3] for m in found if m[1] != "Transaction")
    for match in found:
        if match[3] in commits and sizes[match[3]] <= ROWS_OF_A_SWEEP:
            row = _row(match, commits[match[3]], segments)
            if row is not None:
                yield row


def _row(match: re.Match[str], commit: str, segments: Path) -> Row | None:
    what, rest = match[6].removeprefix("HOT_").removesuffix("+INIT"), match[7]
    blocks = {number: found for number, *found in _BLOCK.findall(rest)}
    off, old = _OFF.search(rest), _OLD.search(rest)
    if what not in {"INSERT", "UPDATE", "DELETE"} or "0" not in blocks or off is None:
        return None
    database, file, block = blocks["0"]
    before = f"({blocks.get('1', blocks['0'])[2]},{old[1]})" if old else ""
    position = (int(match[4], 16) << 32) + int(match[5], 16)
    data = _read(segments, position, min(int(match[2]), BYTES_OF_A_ROW)) if not old else b""
    row = {"at": commit.partition(";")[0], "tx": int(match[3]), "database": int(database)}
    row |= {"file": file, "what": what, "row": f"({block},{off[1] or off[2]})", "old": before}
    return row | {"data": data.hex()}


def _read(segments: Path, position: int, length: int) -> bytes:
    """Bytes of the log from a position on, without the headers of pages."""
    parts = b""
    while len(parts) < length:
        path = segments / _name(position // SEGMENT)
        if not path.exists():
            break
        page, within = position // PAGE * PAGE, position % PAGE
        header = PAGE_HEADER if page % SEGMENT else LONG_PAGE_HEADER
        begin = max(within, header)
        with path.open("rb") as file:
            file.seek(page % SEGMENT + begin)
            parts += file.read(min(PAGE - begin, length - len(parts)))
        position = page + PAGE
    return parts
