"""Read published files by their column names; refuse incomplete ones."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from operator import itemgetter

from verification.registers.files import InvalidRegisterFile, RegisterFile

__all__ = [
    "InvalidRegisterFile",
    "RegisterEntry",
    "RegisterFile",
    "parse_year",
    "read_rows",
    "unique",
]


class _Piped(csv.excel):
    """Separated by pipes; quotation marks are ordinary characters."""

    delimiter = "|"
    quoting = csv.QUOTE_NONE


@dataclass(frozen=True)
class RegisterEntry:
    """One licence, normalised; the content of a `RegisterRow`."""

    scheme: str
    number: str
    given_names: list[str] = field(default_factory=list)
    family_names: list[str] = field(default_factory=list)
    birth_date: dt.date | None = None
    status_text: str = ""
    licence_status: str = ""
    profession: str = ""
    credential: str = ""
    specialties: list[str] = field(default_factory=list)
    degree_year: int | None = None
    contact_phone: str = ""
    # State licences the provider declares, as [{"state", "number"}].
    licences: list[dict[str, str]] = field(default_factory=list)


def read_rows(
    source: RegisterFile,
    *,
    needs: Iterable[str],
    also: Iterable[str] = (),
    delimiter: str = ",",
    encoding: str = "utf-8-sig",
) -> Iterator[dict[str, str]]:
    """Rows with the named columns, stripped of spaces.

    `also`: columns that may be missing. Raises `InvalidRegisterFile` for a missing column, a broken
    line or a wrong encoding.
    """
    try:
        with source.text(encoding) as file:
            reader = csv.reader(file, _Piped if delimiter == "|" else csv.excel, strict=True)
            header = [name.strip() for name in next(reader, [])]
            names, pick = _columns(header, needs, also)
            width = len(header)
            for line in reader:
                if not line:
                    continue
                if len(line) != width:
                    raise InvalidRegisterFile(
                        f"line {reader.line_num} has {len(line)} fields, not {width}"
                    )
                yield dict(zip(names, map(str.strip, pick(line)), strict=True))
    except UnicodeDecodeError:
        raise InvalidRegisterFile(f"the file is not in {encoding}") from None
    except csv.Error:
        raise InvalidRegisterFile(f"line {reader.line_num} is not a whole line") from None


def _columns(
    header: list[str], needs: Iterable[str], also: Iterable[str]
) -> tuple[list[str], Callable[[list[str]], tuple[str, ...]]]:
    """The names of the columns, and a function that picks their cells from a line."""
    index = {name: number for number, name in enumerate(header)}
    needed = list(needs)
    missing = [name for name in needed if name not in index]
    if missing:
        raise InvalidRegisterFile(f"the column {missing[0]!r} is missing")
    names = [*needed, *(name for name in also if name in index)]
    # The first twice, because `itemgetter` with one index returns no tuple.
    names = names if len(names) > 1 else [*names, *names]
    first, *others = (index[name] for name in names)
    return names, itemgetter(first, *others)


def unique(values: Iterable[str]) -> list[str]:
    """Non-empty values, each once, in order."""
    return list(dict.fromkeys(value for value in values if value and value != "--"))


def parse_year(text: str) -> int | None:
    """The last four digits as a year; None if there are none."""
    digits = text[-4:]
    return int(digits) if len(digits) == 4 and digits.isdigit() else None
