"""Change keys without downtime: `rotate_keys status`, `new NAME`, `rewrap [NAME…]`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from sermo.custody import key_rotation

STEPS = """
1. {everywhere}: put it LAST in the variable, after a comma, and restart one process after another.
2. Put it FIRST, everywhere, and restart one process after another: new things are closed with it.
3. manage.py rotate_keys rewrap {name}
4. When `rotate_keys status` counts nothing under the older version, take that out.
Custodians' keys are made by make_custodians."""


class Command(BaseCommand):
    help = "Show which versions of which keys close what; make a new version; close anew."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("status", help="how much each version of each key still closes")
        new = verbs.add_parser("new", help="print a new version and what to do with it")
        new.add_argument("name", choices=key_rotation.NAMES)
        rewrap = verbs.add_parser("rewrap", help="close old things under the version in use")
        rewrap.add_argument("names", nargs="*", choices=[*key_rotation.NAMES, []])

    def handle(self, *args: Any, **options: Any) -> None:
        if options["verb"] == "status":
            self._status()
        elif options["verb"] == "new":
            self._new(options["name"])
        else:
            for name, said in key_rotation.order(options["names"] or key_rotation.NAMES).items():
                self.stdout.write(f"{name:6} {said}")

    def _status(self) -> None:
        for held in key_rotation.status():
            note = (
                "in use" if held.is_current else key_rotation.BY_ITSELF.get(held.key, "to rewrap")
            )
            self.stdout.write(f"{held.key:6} version {held.version:<3} {held.n:>8}  {note}")

    def _new(self, name: str) -> None:
        for variable, value in key_rotation.fresh(name).items():
            self.stdout.write(f"{variable}={value}")
        self.stdout.write(STEPS.format(name=name, everywhere="Wherever the variable is set"))
