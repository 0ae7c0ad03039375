"""Reading published files: by the names of their columns, refusing what is not whole."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path


class BadFile(Exception):
    """The file is not what it should be; the message names column or line, never its content."""


class _Piped(csv.excel):
    """Pipes between, and a quotation mark is a letter like any other."""

    delimiter = "|"
    quoting = csv.QUOTE_NONE


@dataclass(frozen=True)
class Licence:
    """One licence, in our words; what `RegisterRow` stores."""

    scheme: str
    number: str
    given_names: list[str] = field(default_factory=list)
    family_names: list[str] = field(default_factory=list)
    birth_date: dt.date | None = None
    status: str = ""
    standing: str = ""
    profession: str = ""
    credential: str = ""
    specialties: list[str] = field(default_factory=list)
    degree_year: int | None = None


def read(
    path: Path, *, needs: Iterable[str], delimiter: str = ",", encoding: str = "utf-8-sig"
) -> Iterator[dict[str, str]]:
    """Rows by column name, stripped. Raises `BadFile` on a missing column or a broken line."""
    try:
        with path.open(encoding=encoding, newline="") as file:
            reader = csv.reader(file, _Piped if delimiter == "|" else csv.excel, strict=True)
            header = [name.strip() for name in next(reader, [])]
            missing = [name for name in needs if name not in header]
            if missing:
                raise BadFile(f"the column {missing[0]!r} is missing")
            for line in reader:
                if not line:
                    continue
                if len(line) != len(header):
                    raise BadFile(
                        f"line {reader.line_num} has {len(line)} fields, not {len(header)}"
                    )
                yield dict(zip(header, (cell.strip() for cell in line), strict=True))
    except UnicodeDecodeError:
        raise BadFile(f"the file is not in {encoding}") from None
    except csv.Error:
        raise BadFile(f"line {reader.line_num} is not a whole line") from None


def sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def unique(values: Iterable[str]) -> list[str]:
    """Non-empty values, each once, in order."""
    return list(dict.fromkeys(value for value in values if value and value != "--"))


def year(text: str) -> int | None:
    digits = text[-4:]
    return int(digits) if len(digits) == 4 and digits.isdigit() else None
