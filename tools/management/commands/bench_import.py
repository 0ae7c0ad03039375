"""`manage.py bench_import --rows N`: speed and memory of importing an NPPES file."""

from __future__ import annotations

import resource
import tempfile
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from tools.benchmarks.synthetic_nppes import write_nppes
from tools.signup_replay.databases import temporary_databases
from verification.registers.importer import import_file

MEGABYTE = 1024 * 1024


class Command(BaseCommand):
    help = "Import a generated file in the form of NPPES, into databases of its own; measure it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rows", type=int, default=1_000_000)
        parser.add_argument("--again", action="store_true", help="import it a second time")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = options["rows"]
        with tempfile.TemporaryDirectory() as folder, temporary_databases():
            path = Path(folder) / "npidata_pfile.csv"
            write_nppes(path, rows)
            size = path.stat().st_size
            self.stdout.write(f"file: {rows:,} rows, {size // MEGABYTE:,} MB, 330 columns")
            before = _resident()
            self._import(path, "first import")
            if options["again"]:
                self._import(path, "the same file again")
        self.stdout.write(f"peak RSS: {_resident():,} MB ({before:,} MB before the first row)")

    def _import(self, path: Path, what: str) -> None:
        begun, worked = time.perf_counter(), time.process_time()
        rows = import_file("nppes", path, progress=self._show)
        took, busy = time.perf_counter() - begun, time.process_time() - worked
        self.stdout.write(
            f"{what}: {took:.1f} s, {rows / took:,.0f} rows/s "
            f"({busy:.1f} s of it this process's own work)"
        )

    def _show(self, rows: int, percent: int) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"{percent:3} %  {rows:,} rows", ending="\r")


def _resident() -> int:
    """Peak memory in megabytes (Linux counts kilobytes)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
