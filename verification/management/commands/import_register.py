"""`manage.py import_register nppes|nppes-endpoint|nucc|gmc|rpps|leie FILE`, or `--samples`."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from verification.pipeline.monitoring import recheck_members
from verification.registers.files import InvalidRegisterFile
from verification.registers.importer import REGISTER_KINDS, import_file, import_samples

# Kinds that say something about licences.
LICENCES = {"nppes", "gmc", "rpps", "leie"}


class Command(BaseCommand):
    help = "Load a published register file into the local table, in one transaction."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", nargs="?", choices=sorted(REGISTER_KINDS))
        parser.add_argument("file", nargs="?", type=Path)
        parser.add_argument(
            "--samples", action="store_true", help="load the shipped synthetic samples"
        )

    def _show(self, rows: int, percent: int) -> None:
        """One line for each chunk; on a terminal it overwrites the last one."""
        end = "\r" if self.stderr.isatty() else "\n"
        self.stderr.write(f"{percent:3} %  {rows:,} rows", ending=end)
        self.stderr.flush()

    def handle(self, *args: Any, **options: Any) -> None:
        if options["samples"]:
            for kind, rows in import_samples().items():
                self.stdout.write(f"{kind}: {rows} rows")
            return
        if not options["kind"] or not options["file"]:
            raise CommandError("Name a kind and a file, or give --samples.")
        try:
            rows = import_file(options["kind"], options["file"], progress=self._show)
        except FileNotFoundError:
            raise CommandError("There is no such file.") from None
        except InvalidRegisterFile as error:
            raise CommandError(f"Nothing was changed: {error}.") from None
        self.stdout.write(f"{options['kind']}: {rows} rows")
        if fallen := recheck_members() if options["kind"] in LICENCES else 0:
            self.stdout.write(f"{fallen} members are suspended by what it says")
