"""manage.py seed_demo: adds synthetic people and cases; a second run changes nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.test.utils import override_settings

from sermo.demo import applicants, people, talk


class Command(BaseCommand):
    help = "Make 40 synthetic members, 30 cases, staff and applicants, and print their sign-ins."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.SERMO_ENV == "production":
            raise CommandError("Demonstration people have no place in production.")
        self._report("registers")
        call_command("import_register", samples=True, verbosity=0)
        self._report("people")
        viewers = people.make_members()
        people.make_staff()
        self._report("applicants")
        applicants.make_applicants()
        self._report("cases")
        # Posts of the past: none waits for a mark.
        with override_settings(ANONYMOUS_MARK_MINUTES=0, ANONYMOUS_URGENT_MARK_MINUTES=0):
            talk.make_cases(viewers)
            talk.make_community_polls(viewers)
            talk.make_reports(viewers)
        lines = [f"  {sign_in.email:44} {sign_in.role}" for sign_in in people.SIGN_INS]
        text = "\n".join([f"Pass phrase of everybody: {people.PASSWORD}", *lines, ""])
        self.stdout.write(text)
        local = Path(os.environ.get("SERMO_LOCAL", settings.BASE_DIR / ".local"))
        if local.is_dir():
            (local / "demo-signins.txt").write_text(text)

    def _report(self, step: str) -> None:
        self.stdout.write(f"demonstration: {step}")
