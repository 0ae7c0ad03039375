"""backup · backup --verify [NAME] --key FILE --key FILE · backup --list · backup --keep-list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sermo.backups.archives import recipients
from sermo.backups.errors import BackupError, RefusedError
from sermo.backups.progress import Lines, format_bytes
from sermo.backups.services import backup, configuration, keep_lists, reading
from sermo.backups.services.configuration import BACKUP, STORES, Store

# Instead of the name of an archive.
NEWEST = "newest"


class Command(BaseCommand):
    help = (
        "Back up both stores to the places that the settings name, and read the archives back. "
        "Exit code 1: it failed; 2: refused; 3: another is running; 4: an archive is damaged."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--store", choices=[store.name for store in STORES])
        parser.add_argument("--verify", nargs="?", const=NEWEST, metavar="NAME")
        parser.add_argument("--key", action="append", type=Path, default=[], metavar="FILE")
        parser.add_argument("--list", action="store_true", help="archives, and when they were made")
        parser.add_argument(
            "--keep-list", action="store_true", help="write only what a restore may bring back"
        )
        parser.add_argument("--no-read-back", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        stores = [store for store in STORES if options["store"] in (None, store.name)]
        try:
            if options["list"]:
                self._list(stores)
            elif options["verify"]:
                self._verify(stores, options["verify"], options["key"])
            elif options["keep_list"]:
                for store in stores:
                    keep_lists.write_keep_list(store)
                    self.stdout.write(f"{store.name}: keep list written")
            else:
                self._back_up(stores, reads_back=not options["no_read_back"])
        except BackupError as error:
            raise CommandError(str(error), returncode=error.exit_code) from None

    def _back_up(self, stores: list[Store], *, reads_back: bool) -> None:
        for made in backup.back_up(stores, progress=Lines(), reads_back=reads_back):
            state = "read back and whole" if reads_back else "not read back"
            self.stdout.write(
                f"{made.store.name}: {made.name}, {format_bytes(made.n_bytes)}, {made.n_rows} rows,"
                f" {made.n_files} files, {made.n_missing} deleted meanwhile; {state}"
            )

    def _verify(self, stores: list[Store], name: str, files: list[Path]) -> None:
        if name != NEWEST:
            stores = [store for store in stores if name.startswith(f"{store.name}-")]
        for store in stores:
            key = recipients.private_key_of(store.name, read_key_files(files))
            checked = reading.check(
                store.place,
                newest(store) if name == NEWEST else name,
                reading.with_private_key(key),
                store=store.name,
                kind=BACKUP,
                progress=Lines(),
            )
            configuration.refuse_other_keys(checked.manifest["keys"], checked.file_key)
            for table, found in checked.tables.items():
                self.stdout.write(f"{store.name}: {table}: {found['rows']} rows, {found['digest']}")
            self.stdout.write(
                f"{store.name}: whole; {len(checked.tables)} tables, {checked.n_rows} rows,"
                f" {checked.n_files} files"
            )

    def _list(self, stores: list[Store]) -> None:
        for store in stores:
            for kind in (BACKUP, configuration.KEEP_LIST):
                for archive in configuration.archives(store, kind):
                    self.stdout.write(f"{archive.made_at:%Y-%m-%d %H:%M} UTC  {archive.name}")


def newest(store: Store) -> str:
    """The name of the newest backup. Raises `RefusedError` if there is none."""
    found = configuration.archives(store, BACKUP)
    if not found:
        raise RefusedError(f"There is no backup of the {store.name} store.")
    return found[-1].name


def read_key_files(files: list[Path]) -> list[str]:
    """The texts of the holders' files. Raises `RefusedError` if one cannot be read."""
    try:
        return [file.read_text() for file in files]
    except (OSError, UnicodeDecodeError):
        raise RefusedError("A file named by --key cannot be read.") from None
