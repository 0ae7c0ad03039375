"""make_custodians DIR --holder "Ada Sample <ada@…>" --holder … --holder …: three keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sermo.custody import custodians
from sermo.custody.errors import CustodyRefusal
from sermo.custody.offline import private_files


class Command(BaseCommand):
    help = "Make the keys of three custodians, a file for each, and print the public halves."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("directory", type=Path, help="an empty, removable place")
        parser.add_argument("--holder", action="append", required=True, help="Name <address>")

    def handle(self, *args: Any, **options: Any) -> None:
        directory: Path = options["directory"]
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            if any(directory.iterdir()):
                raise CustodyRefusal(f"{directory} is not empty.")
            holders = [custodians.NamedPerson.parse(typed) for typed in options["holder"]]
            new_keys = custodians.appoint_custodians(holders)
            for key in new_keys:
                line = f"SERMO_KEY_CUSTODIAN_{key.number}_PRIVATE={key.private}\n"
                private_files.write_new(directory / f"custodian{key.number}.key", line)
        except CustodyRefusal as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write("Put in front of the value each process has now, a comma between:\n")
        for key in new_keys:
            self.stdout.write(
                f"SERMO_KEY_CUSTODIAN_{key.number}_PUBLIC={key.public}  # {key.fingerprint}"
            )
        self.stdout.write(
            "Give each file to its holder and keep no copy. What members hold is encrypted "
            "again as they sign in; until then the keys from before are needed too."
        )
