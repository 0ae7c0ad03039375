"""manage.py breach_drill: tries what an attacker learns from each stolen database and key."""

from __future__ import annotations

import json
import subprocess
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tools.breach_drill import run
from tools.breach_drill.faults import FAULTS


class Command(BaseCommand):
    help = "Simulate the site, copy its stores, attack the copies; exit 1 if a promise fails."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--people", type=int, default=300)
        parser.add_argument("--days", type=int, default=90)
        parser.add_argument("--json", type=Path, help="write the result here")
        parser.add_argument("--fault", default="", choices=["", *sorted(FAULTS)])
        parser.add_argument("--keep", type=Path, help="keep the copies in this directory")
        parser.add_argument("--again", action="store_true", help="attack the copies kept before")
        parser.add_argument("--full", action="store_true", help="print every row")

    def handle(self, *args: Any, **options: Any) -> None:
        drill_options = run.DrillOptions(
            options["seed"], options["people"], options["days"], options["fault"]
        )
        if options["again"] and not options["keep"]:
            raise CommandError("--again needs --keep DIR.")
        try:
            drill = run.run(drill_options, keep=options["keep"], again=options["again"])
        except subprocess.CalledProcessError:
            raise CommandError("The world could not be played; its last words are above.") from None
        for line in drill.lines(full=options["full"]):
            self.stdout.write(line)
        if options["json"]:
            options["json"].write_text(json.dumps(drill.as_json(), indent=1))
        if not drill.passed:
            raise SystemExit(1)
