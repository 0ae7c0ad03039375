"""Emails about state changes. They say what happened and where to look, not what was checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import EmailMessage

from verification.models import OutboxTopic
from verification.pipeline.checks.contacts import PHONE, ContactOfRecord
from verification.vendors import sms

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class EmailText:
    subject: str
    text: str


def _status_url() -> str:
    return f"{settings.SERMO_BASE_URL}/join/status/"


EMAIL_TEXTS: dict[OutboxTopic, EmailText] = {
    OutboxTopic.MAIL_IN_REVIEW: EmailText(
        "A reviewer will look at your application",
        "Your details were checked. A person will look at your application now; most are decided "
        "within one business day. There is nothing you need to do.",
    ),
    OutboxTopic.MAIL_CODE: EmailText(
        "One more step: enter your code",
        "We sent a code to the contact that the medical register holds for your licence. "
        "Enter it within 24 hours.",
    ),
    OutboxTopic.MAIL_CORRECTION: EmailText(
        "Please look over your details",
        "We could not confirm your details as they were sent. Please look them over on the page "
        "below and send them again. It waits for you for 14 days.",
    ),
    OutboxTopic.MAIL_QUESTIONS: EmailText(
        "One more step: a few questions",
        "To be sure that it is you, please answer the questions on the page below. It takes a "
        "minute, and it waits for you for 14 days.",
    ),
    OutboxTopic.MAIL_QUESTION: EmailText(
        "A question about your application",
        "A reviewer has a question about your application. You can answer it, and add a document, "
        "on the page below. It waits for you for 14 days.",
    ),
    OutboxTopic.MAIL_APPROVED: EmailText(
        "Your verification is complete",
        "You can enter the community now. What you sent us as evidence is being deleted.",
    ),
    OutboxTopic.MAIL_REJECTED: EmailText(
        "Your application was decided",
        "We cannot admit you on what we have. The page below says what you can do, and how to "
        "appeal within 30 days.",
    ),
    OutboxTopic.MAIL_SUSPENDED: EmailText(
        "Your membership rests for now",
        "Something about your verification has changed, so you cannot read or write for now. What "
        "you wrote stays as it is, and nobody in the community learns of this. The page below says "
        "what you can do.",
    ),
    OutboxTopic.MAIL_RESTORED: EmailText(
        "You can go on",
        "Your verification is complete again. Everything is as you left it.",
    ),
    OutboxTopic.MAIL_EXPIRED: EmailText(
        "Your application has expired",
        "We waited for an answer and closed your application. What you sent us was deleted. "
        "You can start again at any time.",
    ),
}


def send_to_applicant(user: User, mail: EmailText) -> None:
    """Send to the applicant. The email backend encrypts the message for the email worker."""
    text = f"{mail.text}\n\n{_status_url()}\n"
    EmailMessage(mail.subject, text, to=[user.email]).send()


def send_code_to_contact(contact: ContactOfRecord, code: str) -> None:
    """Send to the contact of record, who may not be the applicant: the text says what to do
    then.
    """
    text = (
        f"Somebody is applying to join Sermo, a community of physicians, with your licence.\n\n"
        f"If it is you, enter this code within 24 hours at {_status_url()}\n\n    {code}\n\n"
        "If it is not you, do not pass the code on to anybody. Without it the application goes "
        "to a person, who decides with care.\n"
    )
    if contact.channel == PHONE:
        short = f"Sermo: your code is {code}. Not you? Pass it on to nobody."
        sms.sms_sender().send(contact.address, short)
        return
    EmailMessage("Your code for Sermo", text, to=[contact.address]).send()
