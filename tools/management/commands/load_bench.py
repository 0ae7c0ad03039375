"""manage.py load_bench: fills the community database and writes the URLs to measure."""

from __future__ import annotations

import base64
import json
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import services as accounts
from sermo.demo import people
from sermo.members.models import CommunityRole, Member
from sermo.members.sessions import SessionStore
from tools.benchmarks import bulk_load


class Command(BaseCommand):
    help = "Make a synthetic community of any size by COPY; with SERMO_BENCH=1 write bench.json."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--members", type=int, default=1000)
        parser.add_argument("--cases", type=int, default=3500)
        parser.add_argument("--comments", type=int, default=48_000)
        parser.add_argument("--views", type=int, default=0)
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *_args: Any, **options: Any) -> None:
        if settings.SERMO_ENV == "production":
            raise CommandError("Synthetic people have no place in production.")
        names = ("members", "cases", "comments", "views", "seed")
        size = bulk_load.Size(**{name: options[name] for name in names})
        min_comments = bulk_load.SHORT_THREAD + bulk_load.LONG_THREAD
        if size.members < 1 or size.cases < 4 or size.comments < min_comments or size.views < 0:
            raise CommandError(f"Needs 1 member, 4 cases and {min_comments} comments or more.")
        urls = bulk_load.build(size, say=self.stdout.write)
        if os.environ.get("SERMO_BENCH") == "1":
            self._write_targets(urls)

    def _write_targets(self, urls: bulk_load.LoadedUrls) -> None:
        targets = {
            "base_url": settings.SERMO_BASE_URL,
            "member": _cookies(
                "bench-member@mail.example", "quiet-bench-plover", CommunityRole.NONE
            ),
            "moderator": _cookies(
                "bench-moderator@mail.example", "quiet-bench-osprey", CommunityRole.MODERATOR
            ),
            "feed": "/cases/",
            "thread_20": urls.short,
            "thread_231": urls.long,
            "reply": urls.reply,
            "replies": urls.replies,
            "search": "/search/?q=recurrent+fever",
            "poll": urls.polls[0],
            "polls": urls.polls,
        }
        local = Path(os.environ.get("SERMO_LOCAL", settings.BASE_DIR / ".local"))
        path = local / "bench.json"
        path.touch(mode=0o600)
        path.write_text(json.dumps(targets, indent=1) + "\n")
        self.stdout.write(f"{path.name} is written")


def _cookies(email: str, handle: str, role: str) -> dict[str, str]:
    """The session cookie of a member who entered through the services."""
    user = people.make_user(email)
    credential = accounts.unwrap_with_password(user, people.PASSWORD)
    if credential is None:
        accounts.save_verified_person(
            user=user,
            member_class="physician",
            specialty="internal",
            country="US",
            years="11-20",
            real_name="Bench Physician",
        )
        credential, _code = accounts.enter_community(
            user=user, password=people.PASSWORD, handle=handle, wants_mail=False
        )
        people.make_viewer(credential)
        Member.objects.filter(pk=credential.member_id).update(role=role)
    session = SessionStore()
    session.create()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session["member_credential"] = {
        "member": credential.member_id.hex,
        "secret": base64.b64encode(credential.secret).decode(),
    }
    session["signed_in_at"] = timezone.now().isoformat()
    session.save()
    return {settings.SESSION_COOKIE_NAME: session.session_key or ""}
