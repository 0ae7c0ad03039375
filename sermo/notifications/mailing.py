"""The mailer's part: open a contact capsule, say that something happened, forget the address."""

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
from sermo.core.mail import transport
from sermo.members.services import decrypt_contact_email
from sermo.notifications.models import Kind, SealedMail

log = logging.getLogger(__name__)

ATTEMPTS = 8
_FIRST_PAUSE = dt.timedelta(minutes=1)
SWEPT_AT_ONCE = 500
SUBJECTS = {
    Kind.ANSWER: "An answer in a case you follow",
    Kind.COMMENT: "A comment in a case you follow",
    Kind.REPLY: "A reply to your case",
    Kind.UPDATE: "An update in a case you follow",
    Kind.OUTCOME: "The outcome of a case you follow",
    Kind.MODERATION: "A decision by a moderator",
    Kind.REMINDER: "How did your case end?",
}


@transaction.atomic
def send(mail_id: UUID) -> None:
    """Send the mail and delete its row; a second delivery of the message finds nothing.

    A server that does not answer is asked again, at growing distance, eight times in all.
    """
    mail = (
        SealedMail.objects.select_for_update(skip_locked=True)
        .filter(pk=mail_id, next_at__lte=timezone.now())
        .first()
    )
    if mail is None:
        return
    try:
        _message(mail).send()
    except (SMTPException, OSError):
        _put_off(mail)
    except DecryptionError:
        log.warning("a contact capsule cannot be opened; mail %s is given up", mail.pk)
        mail.delete()
    else:
        mail.delete()


def sweep() -> None:
    """Queue what is due: a lost message is found here."""
    due = SealedMail.objects.filter(next_at__lte=timezone.now()).order_by("next_at")
    for pk in due.values_list("pk", flat=True)[:SWEPT_AT_ONCE]:
        enqueue("mail.send_community", str(pk))


def _message(mail: SealedMail) -> EmailMessage:
    """No handle, no title, no text: only that something happened, and where to look."""
    subject = SUBJECTS[Kind(mail.kind)]
    return EmailMessage(
        subject=subject,
        body=f"{subject}.\n\nSign in to read it: {settings.SERMO_BASE_URL}/inbox/\n\n"
        "You asked for these mails. Stop them under Me, or unfollow the case.\n",
        to=[decrypt_contact_email(mail.capsule)],
        connection=transport(),
    )


def _put_off(mail: SealedMail) -> None:
    mail.attempt += 1
    if mail.attempt >= ATTEMPTS:
        log.warning("mail %s is given up after %s attempts", mail.pk, mail.attempt)
        mail.delete()
        return
    mail.next_at = timezone.now() + _FIRST_PAUSE * 2**mail.attempt
    mail.save(update_fields=["attempt", "next_at"])
