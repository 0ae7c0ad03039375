"""Change keys without downtime: `rotate_keys status`, `new NAME`, `rewrap [NAME…]`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from sermo.custody import key_rotation

STEPS = """
1. {everywhere}: put it LAST in the variable, after a comma, and restart one process after another.
2. Put it FIRST, everywhere, and restart one process after another: new ciphertexts use it.
3. manage.py rotate_keys rewrap {name}
4. When `rotate_keys status` counts nothing under the older version, take that out.
Custodians' keys are made by make_custodians."""


class Command(BaseCommand):
    help = "Count ciphertexts by key version; make a new version; encrypt again under it."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("status", help="how many ciphertexts each version of each key has")
        new = verbs.add_parser("new", help="print a new version and what to do with it")
        new.add_argument("name", choices=key_rotation.NAMES)
        rewrap = verbs.add_parser("rewrap", help="encrypt again under the version in use")
        rewrap.add_argument("names", nargs="*", choices=[*key_rotation.NAMES, []])

    def handle(self, *args: Any, **options: Any) -> None:
        if options["verb"] == "status":
            self._status()
        elif options["verb"] == "new":
            self._new(options["name"])
        else:
            names = options["names"] or key_rotation.NAMES
            for name, result in key_rotation.rewrap_everywhere(names).items():
                self.stdout.write(f"{name:6} {result}")

    def _status(self) -> None:
        for count in key_rotation.status():
            by_use = key_rotation.REWRAPPED_BY_USE.get(count.key, "to rewrap")
            note = "in use" if count.is_current else by_use
            self.stdout.write(f"{count.key:6} version {count.version:<3} {count.n:>8}  {note}")

    def _new(self, name: str) -> None:
        for variable, value in key_rotation.new_version(name).items():
            self.stdout.write(f"{variable}={value}")
        self.stdout.write(STEPS.format(name=name, everywhere="Wherever the variable is set"))
