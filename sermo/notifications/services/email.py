"""The mailer's part: decrypt a contact capsule, send the email, delete the address."""

from __future__ import annotations

import datetime as dt
import logging
from smtplib import SMTPException
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from sermo.core.crypto import DecryptionError
from sermo.core.jobs import enqueue
from sermo.core.mail import message_headers, transport
from sermo.members.services import decrypt_contact_email
from sermo.notifications.models import EventKind, NotificationEmail

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 8
_FIRST_PAUSE = dt.timedelta(minutes=1)
MAX_ENQUEUED = 500
SUBJECTS = {
    EventKind.ANSWER: "An answer in a case you follow",
    EventKind.COMMENT: "A comment in a case you follow",
    EventKind.REPLY: "A reply to your case",
    EventKind.UPDATE: "An update in a case you follow",
    EventKind.OUTCOME: "The outcome of a case you follow",
    EventKind.MODERATION: "A decision by a moderator",
    EventKind.COVER: "A report about your post",
    EventKind.REMINDER: "How did your case end?",
}


@transaction.atomic
def send_email(email_id: UUID) -> None:
    """Send one email and delete its row. Does nothing if the row is gone, locked or not due.

    If the mail server does not answer, the email is tried again after growing pauses, at most
    `MAX_ATTEMPTS` times in all.
    """
    row = (
        NotificationEmail.objects.select_for_update(skip_locked=True)
        .filter(pk=email_id, next_at__lte=timezone.now())
        .first()
    )
    if row is None:
        return
    try:
        _message(row).send()
    except (SMTPException, OSError):
        _postpone(row)
    except DecryptionError:
        log.warning("contact capsule cannot be decrypted; email %s is deleted unsent", row.pk)
        row.delete()
    else:
        row.delete()


def enqueue_due_emails() -> None:
    """Queue a task for each email that is due, also those whose first message was lost."""
    due = NotificationEmail.objects.filter(next_at__lte=timezone.now()).order_by("next_at")
    for pk in due.values_list("pk", flat=True)[:MAX_ENQUEUED]:
        enqueue("mail.send_community", str(pk))


def _message(row: NotificationEmail) -> EmailMessage:
    """The email. It holds no handle, no title and no text of the case."""
    subject = SUBJECTS[EventKind(row.kind)]
    return EmailMessage(
        subject=subject,
        body=f"{subject}.\n\nSign in to read it: {settings.SERMO_BASE_URL}/inbox/\n\n"
        "You asked for these mails. Stop them under Me, or unfollow the case.\n",
        to=[decrypt_contact_email(row.capsule)],
        connection=transport(),
        headers=message_headers(row.pk),
    )


def _postpone(row: NotificationEmail) -> None:
    row.attempt += 1
    if row.attempt >= MAX_ATTEMPTS:
        log.warning("email %s is deleted unsent after %s attempts", row.pk, row.attempt)
        row.delete()
        return
    row.next_at = timezone.now() + _FIRST_PAUSE * 2**row.attempt
    row.save(update_fields=["attempt", "next_at"])
