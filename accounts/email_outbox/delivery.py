"""Mail to a person: sealed where it is written, opened where it is sent.

Django's and allauth's mail goes through here: the whole message becomes a sealed box in a row, so
no queue, log or store shows an address, and known and unknown addresses take the same time.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Sequence
from uuid import UUID

from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage, EmailMultiAlternatives
from django.db import transaction
from django.utils import timezone

from accounts.models import EncryptedEmail
from sermo.core import crypto, keys
from sermo.core.jobs import enqueue
from sermo.core.mail import transport
from sermo.routers import IDENTITY

log = logging.getLogger(__name__)
PADDING_STEP_BYTES = 4096
MAX_ATTEMPTS = 12
LEASE = dt.timedelta(minutes=2)


class EncryptedEmailBackend(BaseEmailBackend):
    """Django's mail API over sealed rows."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        with transaction.atomic(using=IDENTITY):
            for message in email_messages:
                row = EncryptedEmail.objects.create(
                    box=_encrypt_message(message), next_at=timezone.now()
                )
                enqueue("mail.send_identity", str(row.pk), using=IDENTITY)
        return len(email_messages)


def _encrypt_message(message: EmailMessage) -> bytes:
    said = json.dumps(
        {
            "to": message.to,
            "from": message.from_email,
            "subject": str(message.subject),
            "body": str(message.body),
        }
    ).encode()
    length = (len(said) // PADDING_STEP_BYTES + 1) * PADDING_STEP_BYTES + 2
    return crypto.encrypt_to_public_key(keys.KeyName.MAIL_PUBLIC, crypto.pad(said, length))


def decrypt_message(box: bytes) -> EmailMultiAlternatives:
    """In the mailer only. Raises `DecryptionError`, `MissingKeyError`."""
    said = json.loads(crypto.unpad(crypto.decrypt_with_private_key(keys.KeyName.MAIL_PRIVATE, box)))
    return EmailMultiAlternatives(said["subject"], said["body"], said["from"], said["to"])


def deliver(mail_id: UUID) -> None:
    """Claim the row, send, delete it. Late or twice is safe; a failure waits longer each time."""
    row = _claim(mail_id)
    if row is None:
        return
    try:
        transport().send_messages([decrypt_message(row.box)])
    except OSError as failure:  # SMTP's own errors among them; their text names addresses
        log.warning("mail waits: %s", type(failure).__name__)
        return
    except crypto.DecryptionError:
        log.error("mail that no key opens was given up")
    EncryptedEmail.objects.filter(pk=row.pk).delete()


def _claim(mail_id: UUID) -> EncryptedEmail | None:
    """The row, if it is due and nobody else has it; nobody else gets it for a while."""
    with transaction.atomic(using=IDENTITY):
        row = (
            EncryptedEmail.objects.select_for_update(skip_locked=True)
            .filter(pk=mail_id, next_at__lte=timezone.now())
            .first()
        )
        if row is not None:
            row.attempt += 1
            row.next_at = timezone.now() + LEASE * 2 ** min(row.attempt - 1, 8)
            row.save(update_fields=["attempt", "next_at"])
    return row


def due_emails() -> list[UUID]:
    """Mail that a lost message or a failure left behind; the hopeless is given up."""
    EncryptedEmail.objects.filter(attempt__gte=MAX_ATTEMPTS).delete()
    return list(
        EncryptedEmail.objects.filter(next_at__lte=timezone.now()).values_list("pk", flat=True)[
            :200
        ]
    )
