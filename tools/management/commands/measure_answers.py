"""manage.py measure_answers [--rounds N]: whether a response reveals if an address has an account.

Sends sign-in, password reset and sign-up in turn for known and unknown addresses. Prints the ratio
of the median times, the Mann-Whitney rank statistic, and whether status, headers and bytes are the
same. Runs in a transaction of both databases that is rolled back.
"""

from __future__ import annotations

import re
import secrets
import time
import uuid
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.test import Client, override_settings

from accounts.models import User
from sermo.routers import COMMUNITY, IDENTITY

# Without hashed names, which need collected static files.
PLAIN_FILES = "django.contrib.staticfiles.storage.StaticFilesStorage"
PASSWORD = secrets.token_hex(16)
KNOWN, UNKNOWN = "known", "unknown"
# Tokens and nonces, which differ in every response.
CHANGING = re.compile(
    rb'(nonce="[^"]+"|name="csrfmiddlewaretoken" value="[^"]+"|value="[0-9a-f-]{36}")'
)
REQUESTS = {
    "sign-in": ("/accounts/login/", "login", {"password": "not-the-password-" + PASSWORD}),
    "reset": ("/accounts/password/reset/", "email", {}),
    "sign-up": ("/accounts/signup/", "email", {"password1": PASSWORD}),
}
NOISE = 0.05
# Two-sided, about one chance in a thousand.
Z = 3.29


class Command(BaseCommand):
    help = "Print how far answers about known and unknown addresses differ in time and bytes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rounds", type=int, default=30)

    def handle(self, *args: Any, **options: Any) -> None:
        host = settings.ALLOWED_HOSTS[0]
        for tick in (settings.ACCOUNT_ANSWER_TICK, 0):
            self.stdout.write(f"answers leave on a tick of {tick} s" if tick else "without a tick")
            with override_settings(
                ACCOUNT_ANSWER_TICK=tick,
                ACCOUNT_RATE_LIMITS={},
                SECURE_SSL_REDIRECT=False,
                STORAGES={**settings.STORAGES, "staticfiles": {"BACKEND": PLAIN_FILES}},
            ):
                for name in REQUESTS:
                    self.stdout.write(_measure(name, options["rounds"], host))


def _measure(name: str, rounds: int, host: str) -> str:
    taken: dict[str, list[float]] = {KNOWN: [], UNKNOWN: []}
    shown: dict[str, set[bytes]] = {KNOWN: set(), UNKNOWN: set()}
    for _ in range(rounds):
        for kind in secrets.SystemRandom().sample([KNOWN, UNKNOWN], 2):
            seconds, answer = _send(name, kind, host)
            taken[kind].append(seconds)
            shown[kind].add(_bytes(answer))
    ratio = _median(taken[KNOWN]) / _median(taken[UNKNOWN])
    z = _rank_test(taken[KNOWN], taken[UNKNOWN])
    same = "same bytes" if shown[KNOWN] == shown[UNKNOWN] else "DIFFERENT BYTES"
    verdict = "within noise" if abs(z) < Z or abs(ratio - 1) < NOISE else "APART"
    return f"  {name:8} known / unknown = {ratio:.4f}   z = {z:+.2f}   {verdict}, {same}"


def _send(name: str, kind: str, host: str) -> tuple[float, Any]:
    """Send one request from a new browser and roll back; returns the seconds and the response."""
    address, field, more = REQUESTS[name]
    with transaction.atomic(using=IDENTITY), transaction.atomic(using=COMMUNITY):
        email = f"{uuid.uuid4().hex[:12]}@mail.example"
        if kind == KNOWN:
            user = User.objects.create_user(email=email, password=PASSWORD)
            EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        client = Client(headers={"host": host})
        client.get(address)
        begun = time.perf_counter()
        answer = client.post(address, {field: email, **more})
        seconds = time.perf_counter() - begun
        answer.content = bytes(answer.content).replace(email.encode(), b"ADDRESS")
        client.session.flush()
        transaction.set_rollback(True, using=IDENTITY)
        transaction.set_rollback(True, using=COMMUNITY)

    return seconds, answer


def _bytes(answer: Any) -> bytes:
    headers = {
        name: answer.headers[name] for name in sorted(answer.headers) if name in _COMPARED_HEADERS
    }
    return f"{answer.status_code} {headers} ".encode() + CHANGING.sub(b"", answer.content)


_COMPARED_HEADERS = {"Location", "Content-Type", "Cache-Control", "Vary", "Content-Length"}


def _median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def _rank_test(first: list[float], second: list[float]) -> float:
    """Mann-Whitney U as a standard normal deviate, without a correction for ties."""
    above = sum(a > b for a in first for b in second)
    n, m = len(first), len(second)
    return float((above - n * m / 2) / (n * m * (n + m + 1) / 12) ** 0.5)
