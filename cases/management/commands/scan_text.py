"""manage.py scan_text [--json] [FILE…]: what in a text may identify a patient."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.deid.text import Span, scan, warnings


class Command(BaseCommand):
    """With --json one line for each text: {"file", "spans": [{start, end, kind, score, …}],
    "warnings": [code…]}, the codes of `cases.deid.text.rarity_warnings`."""

    help = "Scan standard input, or the named UTF-8 files, for identifiers."
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, **options: Any) -> None:
        for name, text in _texts(options["files"]):
            spans = scan(text)
            if options["as_json"]:
                self.stdout.write(json.dumps(_report(name, text, spans), ensure_ascii=False))
            else:
                self._show(name, text, spans)

    def _show(self, name: str | None, text: str, spans: list[Span]) -> None:
        place = f"{name}: " if name else ""
        for span in spans:
            identifier = " ".join(text[span.start : span.end].split())
            self.stdout.write(
                f"{place}{span.start}-{span.end} {span.kind} ({span.score:.2f}): "
                f"{identifier} → {span.replacement}"
            )


def _texts(files: list[Path]) -> list[tuple[str | None, str]]:
    """File names and texts. Bytes are decoded without newline translation, to keep the offsets."""
    if not files:
        return [(None, sys.stdin.buffer.read().decode(errors="replace"))]
    try:
        return [(str(path), path.read_bytes().decode(errors="replace")) for path in files]
    except OSError as fault:
        raise CommandError(f"A file could not be read: {fault.strerror}.") from None


def _report(name: str | None, text: str, spans: list[Span]) -> dict[str, Any]:
    report: dict[str, Any] = {
        "spans": [span.as_json() for span in spans],
        "warnings": warnings(text, spans),
    }
    return report if name is None else {"file": name} | report
