"""Prints how many planted secrets survive, format by format.

    python -m tools.benchmarks.deid.planted_secrets

Every file of `tests.deid.planted_pictures` goes through `deidentify_image --out-dir`, which keeps
the format where it can be written (HEIC and AVIF become PNG). Ends with 1 if a bar is missed.
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
from tests.deid import planted_pictures, residue_checks
from tests.deid.planted_metadata import PlantedFile


@dataclass
class FormatCounts:
    """Counts of one format."""

    files: int = 0
    secrets: int = 0
    left: int = 0
    clean: int = 0
    refused: int = 0


def deidentified_bytes(file: PlantedFile, directory: Path) -> bytes | None:
    """The content of the result; None if the file was refused."""
    source, out = directory / file.name, directory / "out"
    source.write_bytes(file.data)
    try:
        call_command(Command(), str(source), out_dir=out, stderr=io.StringIO())
    except SystemExit:
        return None
    return next(
        path for path in out.glob(f"{source.stem}.*") if path.suffix != ".json"
    ).read_bytes()


def count(row: FormatCounts, file: PlantedFile, result: bytes | None) -> None:
    row.files += 1
    row.secrets += len(file.secrets)
    if result is None:
        row.refused += 1
        return
    left = residue_checks.remaining_secrets(result, file.secrets)
    unexpected = residue_checks.unexpected_parts(result)
    row.left += len(left)
    row.clean += not left and not unexpected


def main() -> int:
    rows: dict[str, FormatCounts] = defaultdict(FormatCounts)
    for file in planted_pictures.planted_files():
        with tempfile.TemporaryDirectory() as name:
            result = deidentified_bytes(file, Path(name))
        if result is not None and (odd := residue_checks.unexpected_parts(result)):
            print(f"{file.name}: {', '.join(odd)}")
        for key in (file.name.rsplit(".", 1)[1], "all"):
            count(rows[key], file, result)
    print(f"{'format':8}{'files':>7}{'secrets':>9}{'left':>6}{'clean':>7}{'refused':>9}")
    for key, row in rows.items():
        print(f"{key:8}{row.files:7}{row.secrets:9}{row.left:6}{row.clean:7}{row.refused:9}")
    whole = rows["all"]
    return int(bool(whole.left or whole.refused) or whole.clean != whole.files)


if __name__ == "__main__":
    sys.exit(main())
