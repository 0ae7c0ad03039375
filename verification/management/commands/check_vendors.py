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
        checks = check_vendors(ask=not configured_only)
        for check in checks:
            self.stdout.write(f"{check.vendor.name}: {check.reach}")
            if check.reach.startswith("not"):
                self.stdout.write(f"  needs {', '.join(check.vendor.variables)}")
        for register in register_statuses():
            imported_on = register.imported or "never imported"
            self.stdout.write(f"{register.register.name}: {register.rows} rows, {imported_on}")
        if unhealthy := [check.vendor.name for check in checks if not check.is_well]:
            raise CommandError(f"not well: {', '.join(unhealthy)}")
