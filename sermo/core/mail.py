"""Sends email by SMTP, or writes it to files on one machine. Only the mailer process uses it.

Addresses whose local part is not ASCII need SMTPUTF8 (RFC 6531). Django would encode such a part in
a way that no server reads back.
"""

from __future__ import annotations

from collections.abc import Sequence
from email.message import EmailMessage as MimeMessage
from email.policy import SMTPUTF8
from email.utils import formatdate, make_msgid, parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import get_connection
from django.core.mail.backends import smtp
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


def is_international(message: EmailMessage) -> bool:
    """Whether a recipient's address needs SMTPUTF8. Domains are ASCII (`normalise_email`)."""
    return not all(address.isascii() for address in message.recipients())


def international_message(message: EmailMessage) -> MimeMessage:
    """The text of the message with its headers in UTF-8."""
    mime = MimeMessage(policy=SMTPUTF8)
    mime["From"], mime["To"] = message.from_email, ", ".join(message.to)
    mime["Subject"], mime["Date"] = str(message.subject), formatdate()
    for name, value in message.extra_headers.items():
        mime[name] = str(value)
    if "Message-ID" not in mime:
        mime["Message-ID"] = make_msgid(domain="localhost")
    mime.set_content(str(message.body))
    return mime


class InternationalSmtpBackend(smtp.EmailBackend):
    """Django's, and addresses in any script where the server offers SMTPUTF8."""

    def _send(self, email_message: EmailMessage) -> bool:
        """smtplib's error, an `OSError`, is raised if the server does not offer it."""
        if not is_international(email_message):
            sent: bool = super()._send(email_message)  # type: ignore[misc]  # not in its stubs
            return sent
        server: Any = self.connection
        server.send_message(
            international_message(email_message), to_addrs=email_message.recipients()
        )
        return True


class FileSpool(BaseEmailBackend):
    """Writes one .eml file for each message, for the demonstration and tests."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for message in email_messages:
            international = is_international(message)
            text = international_message(message) if international else message.message()
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
        "sermo.core.mail.InternationalSmtpBackend",
        host=parts.hostname,
        port=parts.port or (465 if parts.scheme == "smtps" else 25),
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        use_ssl=parts.scheme == "smtps",
        timeout=20,
    )
    return backend
