"""Fill an empty site with synthetic people and cases; a second run changes nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from sermo.demo import applicants, people, talk


class Command(BaseCommand):
    help = "Make 40 synthetic members, 30 cases, staff and applicants, and print their sign-ins."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.SERMO_ENV == "production":
            raise CommandError("Demonstration people have no place in production.")
        self._say("registers")
        call_command("import_register", samples=True, verbosity=0)
        self._say("people")
        viewers = people.make_members()
        people.make_staff()
        self._say("applicants")
        applicants.make_applicants()
        self._say("cases")
        talk.make_cases(viewers)
        talk.make_community_polls(viewers)
        talk.make_reports(viewers)
        lines = [f"  {one.email:44} {one.what}" for one in people.SIGN_INS]
        text = "\n".join([f"Pass phrase of everybody: {people.PASSWORD}", *lines, ""])
        self.stdout.write(text)
        local = Path(os.environ.get("SERMO_LOCAL", settings.BASE_DIR / ".local"))
        if local.is_dir():
            (local / "demo-signins.txt").write_text(text)

    def _say(self, what: str) -> None:
        self.stdout.write(f"demonstration: {what}")
