"""`manage.py replay_signups FILE`: play sign-ups from a file and compare their results."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tools.signup_replay.compare import ScenarioResult
from tools.signup_replay.databases import temporary_databases
from tools.signup_replay.runner import run_scenarios
from tools.signup_replay.scenario import InvalidScenario


class Command(BaseCommand):
    help = "Play sign-ups from FILE through the pipeline, in databases of their own."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--json", action="store_true", help="print one JSON document")
        parser.add_argument("--only", action="append", default=[], help="play this id only")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with temporary_databases():
                played = run_scenarios(options["file"], only=set(options["only"]))
        except (InvalidScenario, OSError) as error:
            raise CommandError(str(error)) from None
        if options["json"]:
            self.stdout.write(json.dumps([item.as_json() for item in played], indent=1))
        else:
            for item in played:
                self.stdout.write(_line(item))
        equal = sum(item.equals for item in played)
        if not options["json"]:
            self.stdout.write(f"{equal} of {len(played)} as expected")
        if equal != len(played):
            raise SystemExit(1)


def _line(played: ScenarioResult) -> str:
    calls = " ".join(f"{name}={number}" for name, number in sorted(played.calls.items()))
    says = [
        f"{played.id}: {played.decision or '-'}",
        f"reasons [{', '.join(played.reasons)}]",
        f"calls [{calls}]",
        f"class {played.member_class}" if played.member_class else "",
        "as expected" if played.equals else "DIFFERS",
        *played.differences,
        played.error,
        f"(not compared: {', '.join(played.not_compared)})" if played.not_compared else "",
    ]
    return " · ".join(filter(None, says))
