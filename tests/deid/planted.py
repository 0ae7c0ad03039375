"""Prints how many planted secrets survive, format by format: python -m tests.deid.planted

Every file of `tests.deid.planting` goes through `deidentify_image --out-dir`, which keeps the
format where it can be written (HEIC and AVIF become PNG). Ends with 1 if a bar is missed.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from django.core.management import call_command

from cases.management.commands.deidentify_image import Command
from tests.deid import cleanliness, planting


@dataclass
class Row:
    """Counts of one format."""

    files: int = 0
    secrets: int = 0
    left: int = 0
    clean: int = 0
    refused: int = 0


def cleaned(one: planting.Planted, place: Path) -> bytes | None:
    """The result's bytes; None for a refusal."""
    source, out = place / one.name, place / "out"
    source.write_bytes(one.data)
    try:
        call_command(Command(), str(source), out_dir=out, stderr=io.StringIO())
    except SystemExit:
        return None
    return next(
        path for path in out.glob(f"{source.stem}.*") if path.suffix != ".json"
    ).read_bytes()


def count(row: Row, one: planting.Planted, result: bytes | None) -> None:
    row.files += 1
    row.secrets += len(one.secrets)
    if result is None:
        row.refused += 1
        return
    left, odd = cleanliness.left(result, one.secrets), cleanliness.odd_parts(result)
    row.left += len(left)
    row.clean += not left and not odd


def main() -> int:
    rows: dict[str, Row] = defaultdict(Row)
    for one in planting.files():
        with tempfile.TemporaryDirectory() as name:
            result = cleaned(one, Path(name))
        if result is not None and (odd := cleanliness.odd_parts(result)):
            print(f"{one.name}: {', '.join(odd)}")  # noqa: T201 - its output
        for of in (one.name.rsplit(".", 1)[1], "all"):
            count(rows[of], one, result)
    print(f"{'format':8}{'files':>7}{'secrets':>9}{'left':>6}{'clean':>7}{'refused':>9}")  # noqa: T201
    for of, row in rows.items():
        print(  # noqa: T201
            f"{of:8}{row.files:7}{row.secrets:9}{row.left:6}{row.clean:7}{row.refused:9}"
        )
    whole = rows["all"]
    return int(bool(whole.left or whole.refused) or whole.clean != whole.files)


if __name__ == "__main__":
    sys.exit(main())
