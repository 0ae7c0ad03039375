"""`manage.py check_vendors [--configured-only]`: which vendors are configured and answer."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from verification.selectors.source_status import register_statuses
from verification.vendors.health import check_vendors


class Command(BaseCommand):
    help = "Say of each source whether it is configured and reachable; no person is asked about."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--configured-only", action="store_true", help="read the settings, ask nobody"
        )

    def handle(self, *_args: Any, configured_only: bool, **_options: Any) -> None:
        checked = check_vendors(ask=not configured_only)
        for one in checked:
            self.stdout.write(f"{one.vendor.name}: {one.reach}")
            if one.reach.startswith("not"):
                self.stdout.write(f"  needs {', '.join(one.vendor.variables)}")
        for register in register_statuses():
            last = register.imported or "never imported"
            self.stdout.write(f"{register.register.name}: {register.rows} rows, {last}")
        if bad := [one.vendor.name for one in checked if not one.is_well]:
            raise CommandError(f"not well: {', '.join(bad)}")
