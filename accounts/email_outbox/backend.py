"""Django's e-mail backend that writes encrypted rows."""

from __future__ import annotations

import json
from collections.abc import Sequence

from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage
from django.db import transaction
from django.utils import timezone

from accounts.models import EncryptedEmail
from sermo.core import crypto, keys
from sermo.core.jobs import enqueue
from sermo.routers import IDENTITY

# Messages are padded to a multiple of this many bytes.
PADDING_STEP_BYTES = 4096


class EncryptedEmailBackend(BaseEmailBackend):
    """Each message becomes a row, and the mailer is told after the commit."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        with transaction.atomic(using=IDENTITY):
            for message in email_messages:
                row = EncryptedEmail.objects.create(
                    encrypted_message=_encrypt_message(message), next_attempt_at=timezone.now()
                )
                enqueue("mail.send_identity", str(row.pk), using=IDENTITY)
        return len(email_messages)


def _encrypt_message(message: EmailMessage) -> bytes:
    encoded = json.dumps(
        {
            "to": message.to,
            "from": message.from_email,
            "subject": str(message.subject),
            "body": str(message.body),
        }
    ).encode()
    length = (len(encoded) // PADDING_STEP_BYTES + 1) * PADDING_STEP_BYTES + 2
    return crypto.encrypt_to_public_key(keys.KeyName.MAIL_PUBLIC, crypto.pad(encoded, length))
