"""manage.py deidentify_image IN OUT [--report FILE], or --out-dir DIR IN…; --keep-dicom."""

from __future__ import annotations

import json
import secrets
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.deid import deidentify_file, errors, images
from cases.deid.errors import (
    DeidentificationFailed,
    DeidentificationTimeout,
    FileRefused,
)

EXIT_REFUSED = 3


class Command(BaseCommand):
    """Exits with 0, or with 3 if a file was refused; its sentence is then on standard error."""

    help = "Write pictures anew without metadata and with every text and face found filled in."
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--report", type=Path, help="write a JSON report of the one file here")
        parser.add_argument(
            "--out-dir",
            type=Path,
            help="take every PATH as a source; its result and report (NAME.json) go here",
        )

        parser.add_argument(
            "--keep-dicom",
            action="store_true",
            help="write DICOM as DICOM; files of one run get matching identifiers and dates",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self._key = secrets.token_bytes(32) if options["keep_dicom"] else None
        if options["out_dir"]:
            any_refused = self._deidentify_many(options["paths"], options["out_dir"])
        elif len(options["paths"]) == 2:
            source, target = options["paths"]
            any_refused = self._deidentify_one(source, target, options["report"])
        else:
            raise CommandError("Name one source and one result, or use --out-dir.")
        if any_refused:
            sys.exit(EXIT_REFUSED)

    def _deidentify_one(self, source: Path, target: Path, report: Path | None) -> bool:
        try:
            result = self._deidentify(_existing(source), target)
        except FileRefused as refusal:
            self.stderr.write(refusal.sentence)
            return True
        except DeidentificationFailed as fault:
            raise CommandError(f"The de-identifier failed: {fault}") from None
        if report:
            report.write_text(json.dumps(result.as_json(), indent=2) + "\n")
        return False

    def _deidentify_many(self, sources: list[Path], directory: Path) -> bool:
        """Each source in turn; whether any was refused. A refused one gets a report, too."""
        directory.mkdir(parents=True, exist_ok=True)
        any_refused = False
        for source in sources:
            try:
                result = self._deidentify(
                    _existing(source), directory / source.name, choose_suffix=True
                )
            except FileRefused as refusal:
                any_refused = True
                self.stderr.write(f"{source.name}: {refusal.sentence}")
                report = {"refused": refusal.code, "sentence": refusal.sentence}
                _write(directory / f"{source.name}.json", report)
            except DeidentificationFailed as fault:
                raise CommandError(f"The de-identifier failed: {fault}") from None
            else:
                _write(directory / f"{source.name}.json", result.as_json())
        return any_refused

    def _deidentify(
        self, source: Path, target: Path, *, choose_suffix: bool = False
    ) -> deidentify_file.DeidentificationReport:
        """DICOM stays DICOM only with --keep-dicom.

        Raises FileRefused, also for a picture that took too long: nobody tries again later here.
        Raises DeidentificationFailed.
        """
        try:
            if self._key is None or not images.is_dicom(source):
                return deidentify_file.deidentify(source, target, choose_suffix=choose_suffix)
            return deidentify_file.deidentify_dicom(
                source, target, key=self._key, choose_suffix=choose_suffix
            )
        except DeidentificationTimeout:
            raise FileRefused(*errors.TOO_SLOW) from None


def _existing(source: Path) -> Path:
    if not source.is_file():
        raise CommandError(f"There is no file {source}.")
    return source


def _write(path: Path, report: dict[str, Any]) -> None:
    path.write_text(json.dumps(report, indent=2) + "\n")
