"""`manage.py vendor_sandbox`: serve every vendor's sandbox on this machine, until Ctrl-C."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tools.signup_replay.scenario import InvalidScenario, Scenario, read_scenarios
from tools.vendor_sandbox.server import running_sandbox
from tools.vendor_sandbox.state import CLIENT_ID, CLIENT_SECRET, PASSWORD, USERNAME

DEFAULT_PORT = 8900
# A person whom every vendor confirms; the number is from the sample register.
CLEAN: dict[str, Any] = {
    "idology": [{"summary": "id.success", "result": "result.match"}],
    "nppes": {
        "number": "2999000013",
        "first_name": "BLAKE",
        "last_name": "PLACEHOLDER",
        "credential": "M.D.",
        "taxonomies": [
            {"code": "207R00000X", "primary": True, "state": "NJ", "license": "25MA00000001"}
        ],
        "practice_phone": "2015560001",
    },
    "ama": {
        "search": [
            {
                "entityId": "900001",
                "legalFirstName": "Blake",
                "legalLastName": "Placeholder",
                "birthDate": "19580206",
                "npi": ["2999000013"],
                "meNumber": "99900000011",
                "mortalityStatusCode": "A",
            }
        ],
        "profile": {
            "entityId": "900001",
            "studentIndicator": "N",
            "licenses": [
                {
                    "licenseNumber": "25MA00000001",
                    "stateDescription": "New Jersey",
                    "licenseStatusDescription": "Active",
                    "expirationDate": "2099-06-30",
                }
            ],
            "medicalSchools": [{"degreeAwarded": "Yes"}],
            "sanctions": {"deaSanction": "N"},
        },
    },
}


class Command(BaseCommand):
    help = "Serve the vendors' twins on 127.0.0.1: strict, and with faults on demand."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="0 takes a free one")
        parser.add_argument("--scenario", type=Path, help="a file of replay_signups")
        parser.add_argument("--case", default="", help="the case of that file; the first if unsaid")
        parser.add_argument(
            "--fault",
            action="append",
            default=[],
            metavar="PROVIDER=FAULT[,FAULT…]",
            help="such as idology=503,503,ok or nppes=http200_html; the last one repeats",
        )
        parser.add_argument("--seconds", type=float, default=0, help="end by itself; 0 does not")

    def handle(self, *_args: Any, **options: Any) -> None:
        control = _facts(options["scenario"], options["case"])
        control["faults"] = [*control.get("faults", ()), *map(_fault, options["fault"])]
        try:
            with running_sandbox(options["port"]) as sandbox:
                sandbox.state.control({"reset": True, **control})
                self._introduce(sandbox.addresses(), sandbox.base)
                self._wait(options["seconds"])
        except (ValueError, OSError) as error:
            raise CommandError(str(error)) from None

    def _introduce(self, addresses: dict[str, str], base: str) -> None:
        secrets = {
            "IDOLOGY_USERNAME": USERNAME,
            "IDOLOGY_PASSWORD": PASSWORD,
            "AMA_CLIENT_ID": CLIENT_ID,
            "AMA_CLIENT_SECRET": CLIENT_SECRET,
        }
        self.stdout.write("Put these into the environment of the site:\n")
        for name, value in {**addresses, **secrets}.items():
            self.stdout.write(f"{name}={value}")
        self.stdout.write(f"\nTell it more: POST {base}/__control__   asked: GET {base}/__calls__")

    def _wait(self, seconds: float) -> None:
        end = time.monotonic() + seconds if seconds else float("inf")
        try:
            while time.monotonic() < end:
                time.sleep(0.2)
        except KeyboardInterrupt:
            self.stdout.write("ended")


def _facts(path: Path | None, case: str) -> dict[str, Any]:
    """The facts of one case of a scenario file; of a clean person without a file.

    Raises `CommandError` for an unreadable file or an unknown case.
    """
    if path is None:
        return {"providers": CLEAN}
    try:
        scenarios = read_scenarios(path).scenarios
    except (InvalidScenario, OSError) as error:
        raise CommandError(str(error)) from None
    matching: list[Scenario] = [scenario for scenario in scenarios if case in ("", scenario.id)]
    if not matching:
        raise CommandError(f"{path} has no case {case}")
    faults = [
        {"provider": fault.provider, "sequence": list(fault.sequence)}
        for fault in matching[0].faults
    ]
    return {"providers": matching[0].providers, "faults": faults}


def _fault(text: str) -> dict[str, Any]:
    provider, mark, sequence = text.partition("=")
    if not mark or not sequence:
        raise CommandError(f"--fault {text}: write PROVIDER=FAULT")
    return {"provider": provider, "sequence": sequence.split(",")}
