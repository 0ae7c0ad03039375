"""The demonstration's post office: mail that the mailer wrote to files instead of sending it."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sermo.core.access import Audience, audience

MAX_EMAILS = 50


@require_safe
@audience(Audience.EVERYONE)
def mailbox(request: HttpRequest) -> HttpResponse:
    letters = [_read(path) for path in _spool()[:MAX_EMAILS]]
    rows = [
        {"number": number, "to": letter["To"], "subject": letter["Subject"], "date": letter["Date"]}
        for number, letter in enumerate(letters)
    ]
    return render(request, "demo/mailbox.html", {"letters": rows})


@require_safe
@audience(Audience.EVERYONE)
def email(request: HttpRequest, number: int) -> HttpResponse:
    spool = _spool()
    if number >= len(spool):
        raise Http404
    message = _read(spool[number])
    body = message.get_body(("plain",))
    text = body.get_content() if body else ""
    return render(request, "demo/email.html", {"letter": message, "text": text})


def _spool() -> list[Path]:
    """Newest first. A 404 wherever this is not a demonstration."""
    if not settings.DEMO_MAILBOX or not settings.SERMO_MAIL_URL.startswith("file:"):
        raise Http404
    folder = Path(settings.SERMO_MAIL_URL.removeprefix("file:"))
    return sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime, reverse=True)


def _read(path: Path) -> EmailMessage:
    message: EmailMessage = message_from_bytes(path.read_bytes(), policy=policy.default)
    return message
