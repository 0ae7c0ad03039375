"""Sends email by SMTP, or writes it to files on one machine. Only the mailer process uses it."""

from __future__ import annotations

from collections.abc import Sequence
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage
from django.utils.crypto import salted_hmac


def message_headers(row_id: UUID) -> dict[str, str]:
    """Headers with a Message-ID that is the same each time a row is sent.

    A mailer that dies after sending sends again: mail servers and readers know the second message
    by its id, and in the folder of the demonstration it replaces the first. The id is keyed, so
    that a log of a mail server does not name the row.
    """
    digest = salted_hmac("sermo.core.mail", row_id.hex, algorithm="sha256").hexdigest()
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return {"Message-ID": f"<{digest[:40]}@{domain or 'localhost'}>"}


class FileSpool(BaseEmailBackend):
    """Writes one .eml file for each message, for the demonstration and tests."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for message in email_messages:
            text = message.message()
            stamp = text["Message-ID"].strip("<>").partition("@")[0]
            final = self.folder / f"{stamp}.eml"
            partial = final.with_suffix(".part")
            partial.write_bytes(text.as_bytes())
            partial.rename(final)
        return len(email_messages)


def transport() -> BaseEmailBackend:
    """The mail backend for SERMO_MAIL_URL: smtp://, smtps:// or file:DIRECTORY.

    Raises `ImproperlyConfigured` if it is another kind of URL.
    """
    address = settings.SERMO_MAIL_URL
    if address.startswith("file:"):
        return FileSpool(Path(address.removeprefix("file:")))
    parts = urlsplit(address)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ImproperlyConfigured("SERMO_MAIL_URL must be smtp://, smtps:// or file:DIRECTORY.")
    backend: BaseEmailBackend = get_connection(
        "django.core.mail.backends.smtp.EmailBackend",
        host=parts.hostname,
        port=parts.port or (465 if parts.scheme == "smtps" else 25),
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        use_ssl=parts.scheme == "smtps",
        timeout=20,
    )
    return backend
