"""make_custodians DIR --holder "Ada Sample <ada@…>" --holder … --holder …: three keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sermo.custody import custodians, files
from sermo.custody.ceremony import Refused


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
                raise Refused(f"{directory} is not empty.")
            made = custodians.enrol([custodians.Holder.parse(typed) for typed in options["holder"]])
            for new in made:
                name = f"SERMO_KEY_CUSTODIAN_{new.number}_PRIVATE"
                files.write_new(directory / f"custodian{new.number}.key", f"{name}={new.private}\n")
        except Refused as refused:
            raise CommandError(str(refused)) from None
        self.stdout.write("Put in front of the value each process has now, a comma between:\n")
        for new in made:
            self.stdout.write(
                f"SERMO_KEY_CUSTODIAN_{new.number}_PUBLIC={new.public}  # {new.fingerprint}"
            )
        self.stdout.write(
            "Give each file to its holder and keep no copy. Members' boxes are closed anew as "
            "they sign in; until then the keys from before are needed too."
        )
