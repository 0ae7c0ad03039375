"""restore --key FILE --key FILE [--store NAME] [--archive NAME] [--from PLACE] [--replace]."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sermo.backups.archives import recipients
from sermo.backups.archives.places import Place
from sermo.backups.errors import BackupError, RefusedError
from sermo.backups.management.commands.backup import read_key_files
from sermo.backups.progress import Lines
from sermo.backups.services import configuration, memory, reading, restore
from sermo.backups.services.configuration import STORES, Store
from sermo.backups.services.restore import Request, Restored


class Command(BaseCommand):
    help = (
        "Restore the stores from their newest backups. What was erased since stays erased. "
        "Stop the site first. After an interruption run it again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        names = [store.name for store in STORES]
        parser.add_argument("--key", action="append", type=Path, default=[], metavar="FILE")
        parser.add_argument("--store", choices=names, help="only this one")
        parser.add_argument("--archive", default="", help="not the newest; needs --store")
        parser.add_argument("--from", default="", metavar="PLACE", help="file:DIR; needs --store")
        parser.add_argument(
            "--replace", action="store_true", help="delete what databases and storages hold now"
        )
        parser.add_argument("--without-keep-list", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            requests = _requests(options)
            results = restore.restore(requests, progress=Lines())
        except BackupError as error:
            raise CommandError(str(error), returncode=error.exit_code) from None
        for result in results:
            self._report(result)
        if memory.forget():
            self.stdout.write("All sessions and all queued work were ended.")
        else:
            self.stdout.write("A Redis does not answer: empty both (FLUSHALL) before the start.")

    def _report(self, result: Restored) -> None:
        name = result.store.name
        self.stdout.write(f"{name}: {result.archive}, {result.n_rows} rows")
        if result.erased_until is None:
            self.stdout.write(f"{name}: NO KEEP LIST: what was erased since has come back")
        else:
            self.stdout.write(
                f"{name}: erased again what was erased until {result.erased_until:%Y-%m-%d %H:%M}"
                f" UTC: {result.erased.total()} facts; what was erased later has come back"
            )
        for fact, n_rows in sorted(result.erased.items()):
            self.stdout.write(f"{name}:   no longer true of {n_rows}: {fact}")
        self.stdout.write(
            f"{name}: {result.n_mended_links} links mended, {result.n_files} files,"
            f" {result.n_files_left_out} left out, {len(result.lost)} lost,"
            f" {result.n_swept} files of no row deleted"
        )
        for reference in result.lost:
            self.stdout.write(f"{name}:   lost: {reference.label} of {reference.row}")


def _requests(options: dict[str, Any]) -> list[Request]:
    """Raises `RefusedError` for options that do not go together."""
    if (options["archive"] or options["from"]) and not options["store"]:
        raise RefusedError("--archive and --from need --store.")
    files = read_key_files(options["key"])
    return [
        Request(
            store=store,
            place=_place(store, options["from"]),
            unseal=reading.with_private_key(recipients.private_key_of(store.name, files)),
            archive=options["archive"],
            replaces=options["replace"],
            without_keep_list=options["without_keep_list"],
        )
        for store in STORES
        if options["store"] in (None, store.name)
    ]


def _place(store: Store, address: str) -> Place:
    return configuration.place_at(address) if address else store.place
