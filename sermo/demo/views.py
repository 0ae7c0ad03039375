"""The demonstration's mailbox: shows the emails that the mailer wrote to files."""

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
    """The 50 newest emails."""
    emails = [_read(path) for path in _spool()[:MAX_EMAILS]]
    rows = [
        {"number": number, "to": email["To"], "subject": email["Subject"], "date": email["Date"]}
        for number, email in enumerate(emails)
    ]
    return render(request, "demo/mailbox.html", {"emails": rows})


@require_safe
@audience(Audience.EVERYONE)
def email_detail(request: HttpRequest, number: int) -> HttpResponse:
    """One email; `number` is its position in the mailbox. Raises `Http404` if there is none."""
    spool = _spool()
    if number >= len(spool):
        raise Http404
    message = _read(spool[number])
    body = message.get_body(("plain",))
    text = body.get_content() if body else ""
    return render(request, "demo/email.html", {"email": message, "text": text})


def _spool() -> list[Path]:
    """The files, newest first. Raises `Http404` unless this is a demonstration."""
    if not settings.DEMO_MAILBOX or not settings.SERMO_MAIL_URL.startswith("file:"):
        raise Http404
    folder = Path(settings.SERMO_MAIL_URL.removeprefix("file:"))
    return sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime, reverse=True)


def _read(path: Path) -> EmailMessage:
    message: EmailMessage = message_from_bytes(path.read_bytes(), policy=policy.default)
    return message
