"""The mailer's part: decrypt a message, send it, delete the row."""

from __future__ import annotations

import datetime as dt
import json
import logging
from uuid import UUID

from django.core.mail.message import EmailMultiAlternatives
from django.db import transaction
from django.utils import timezone

from accounts.models import EncryptedEmail
from sermo.core import crypto, keys
from sermo.core.mail import message_headers, transport
from sermo.routers import IDENTITY

log = logging.getLogger(__name__)
MAX_ATTEMPTS = 12
MAX_EMAILS_PER_SWEEP = 200
# How long one attempt has the row to itself. It doubles with each attempt, at most 8 times.
LEASE = dt.timedelta(minutes=2)
MAX_DOUBLINGS = 8


def decrypt_message(encrypted_message: bytes) -> EmailMultiAlternatives:
    """In the mailer only.

    Raises `DecryptionError` if the message was changed, `MissingKeyError` outside the mailer.
    """
    padded = crypto.decrypt_with_private_key(keys.KeyName.MAIL_PRIVATE, encrypted_message)
    fields = json.loads(crypto.unpad(padded))
    return EmailMultiAlternatives(fields["subject"], fields["body"], fields["from"], fields["to"])


def deliver(email_id: UUID) -> None:
    """Claim the row, send, delete it. Idempotent. After a failure it waits longer each time."""
    email = _claim(email_id)
    if email is None:
        return
    try:
        message = decrypt_message(email.encrypted_message)
        message.extra_headers = message_headers(email.pk)
        transport().send_messages([message])
    except OSError as failure:  # includes SMTP's errors; their text names addresses
        log.warning("e-mail delivery postponed: %s", type(failure).__name__)
        return
    except crypto.DecryptionError:
        log.error("e-mail deleted: it cannot be decrypted")
    EncryptedEmail.objects.filter(pk=email.pk).delete()


def _claim(email_id: UUID) -> EncryptedEmail | None:
    """The row, if it is due and no other worker has it; it is then leased to the caller."""
    with transaction.atomic(using=IDENTITY):
        email = (
            EncryptedEmail.objects.select_for_update(skip_locked=True)
            .filter(pk=email_id, next_attempt_at__lte=timezone.now())
            .first()
        )
        if email is not None:
            email.attempts += 1
            lease = LEASE * 2 ** min(email.attempts - 1, MAX_DOUBLINGS)
            email.next_attempt_at = timezone.now() + lease
            email.save(update_fields=["attempts", "next_attempt_at"])
    return email


def due_emails() -> list[UUID]:
    """Rows still to send. Those with too many attempts are deleted."""
    EncryptedEmail.objects.filter(attempts__gte=MAX_ATTEMPTS).delete()
    due = EncryptedEmail.objects.filter(next_attempt_at__lte=timezone.now())
    return list(due.values_list("pk", flat=True)[:MAX_EMAILS_PER_SWEEP])
