"""manage.py bench_seals [--rounds N]: CPU time of encryption and pseudonyms on a page."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from accounts.credential_wrapping import passwords
from accounts.credential_wrapping.member_credential import MemberCredential
from sermo.core import crypto, keys
from sermo.members import pseudonyms
from sermo.members.models import Member
from sermo.members.services import encrypt_contact_email, encrypt_member_id
from sermo.members.sessions.store import (
    decrypt_session,
    encrypt_session,
    new_cookie_secret,
)
from sermo.members.viewer import Viewer, private_state

MAX_MS = 2.0
# On a case page with 231 comments: answers, polls, comments that may be the viewer's own.
PSEUDONYMS = 40
PRIVATE_SECTIONS = 3


def cpu(work: Callable[[], object], rounds: int) -> float:
    """Milliseconds of CPU for one call, the median of `rounds`."""
    taken = []
    for _ in range(rounds):
        begun = time.process_time_ns()
        work()
        taken.append((time.process_time_ns() - begun) / 1e6)
    return sorted(taken)[rounds // 2]


class Command(BaseCommand):
    help = "Print the CPU milliseconds that encryption and pseudonyms add to a signed-in page."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rounds", type=int, default=300)

    def handle(self, *args: Any, **options: Any) -> None:
        viewer = Viewer(Member(id=uuid.uuid4()), crypto.new_secret())
        page = self._page(viewer, options["rounds"])
        write = {
            "encrypted member id": lambda: encrypt_member_id(viewer.member.pk),
            "encrypted contact address": lambda: encrypt_contact_email("somebody@mail.example"),
        }
        for name, work in write.items():
            self.stdout.write(f"{name:34} {cpu(work, options['rounds']):8.3f} ms  (a write only)")
        credential = MemberCredential(viewer.member.pk, viewer.secret)
        slot_ms = cpu(lambda: passwords.wrap_with_password(credential, "x"), 5)
        self.stdout.write(
            f"{'password slot (at sign-in only)':34} {slot_ms:8.1f} ms  "
            f"(Argon2id, {settings.PASSWORD_SLOT_MEMLIMIT >> 20} MiB)"
        )
        verdict = "within" if page < MAX_MS else "OVER"
        self.stdout.write(f"{'a signed-in page, in all':34} {page:8.3f} ms  {verdict} {MAX_MS} ms")

    def _page(self, viewer: Viewer, rounds: int) -> float:
        cookie = new_cookie_secret()
        session = encrypt_session(
            cookie, {"member_credential": {"member": "0" * 32, "secret": "0" * 44}}
        )
        section = private_state.encrypt_section(
            viewer.secret, "follows", {"follows": {uuid.uuid4().hex: 1 for _ in range(80)}}
        )
        scopes = [pseudonyms.case_scope(uuid.uuid4()) for _ in range(PSEUDONYMS)]
        address = crypto.encrypt_with_named_key(
            keys.KeyName.FIELD, "bench", b"somebody@mail.example"
        )
        parts: dict[str, Callable[[], object]] = {
            "decrypt the session": lambda: decrypt_session(cookie, session),
            f"{PSEUDONYMS} pseudonyms": lambda: [viewer.pseudonym(scope) for scope in scopes],
            f"decrypt {PRIVATE_SECTIONS} private sections": lambda: [
                private_state.decrypt_section(viewer.secret, "follows", section)
                for _ in range(PRIVATE_SECTIONS)
            ],
            "decrypt one field of the person": lambda: crypto.decrypt_with_named_key(
                keys.KeyName.FIELD, "bench", address
            ),
        }
        total = 0.0
        for name, work in parts.items():
            taken = cpu(work, rounds)
            total += taken
            self.stdout.write(f"{name:34} {taken:8.3f} ms")
        return total
