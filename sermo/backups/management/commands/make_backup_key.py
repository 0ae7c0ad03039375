"""make_backup_key DIR: a key pair for the backups of each store, the private halves in pieces."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sermo.backups.archives import recipients
from sermo.backups.services.configuration import STORES


class Command(BaseCommand):
    help = "Make the keys of the backups: a file for each of three holders; any two restore."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("directory", type=Path, help="an empty, removable place")

    def handle(self, *args: Any, **options: Any) -> None:
        directory: Path = options["directory"]
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(directory.iterdir()):
            raise CommandError(f"{directory} is not empty.", returncode=2)
        pairs = {store.name: recipients.new_pair() for store in STORES}
        for number in range(1, recipients.N_HOLDERS + 1):
            _write(directory / f"holder{number}.key", recipients.dump_holder(number, pairs))
        self.stdout.write("Set in the environment of every process:\n")
        for store, pair in pairs.items():
            fingerprint = recipients.key_fingerprint(recipients.parse_public(pair.public))
            self.stdout.write(f"SERMO_BACKUP_{store.upper()}_KEY={pair.public}  # {fingerprint}")
        self.stdout.write("Give each file to its holder and keep no copy. Two of them restore.")


def _write(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
