"""Mails at each change: what happened and where to look, no detail of what was checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import EmailMessage

from verification.models import Topic
from verification.pipeline.checks.contacts import PHONE, Contact
from verification.vendors import sms

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Mail:
    subject: str
    text: str


def _status() -> str:
    return f"{settings.SERMO_BASE_URL}/join/status/"


MAILS: dict[Topic, Mail] = {
    Topic.MAIL_IN_REVIEW: Mail(
        "A reviewer will look at your application",
        "Your details were checked. A person will look at your application now; most are decided "
        "within one business day. There is nothing you need to do.",
    ),
    Topic.MAIL_CODE: Mail(
        "One more step: enter your code",
        "We sent a code to the contact that the medical register holds for your licence. "
        "Enter it within 24 hours.",
    ),
    Topic.MAIL_CORRECTION: Mail(
        "Please look over your details",
        "We could not confirm your details as they were sent. Please look them over on the page "
        "below and send them again. It waits for you for 14 days.",
    ),
    Topic.MAIL_QUESTIONS: Mail(
        "One more step: a few questions",
        "To be sure that it is you, please answer the questions on the page below. It takes a "
        "minute, and it waits for you for 14 days.",
    ),
    Topic.MAIL_QUESTION: Mail(
        "A question about your application",
        "A reviewer has a question about your application. You can answer it, and add a document, "
        "on the page below. It waits for you for 14 days.",
    ),
    Topic.MAIL_APPROVED: Mail(
        "Your verification is complete",
        "You can enter the community now. What you sent us as evidence is being deleted.",
    ),
    Topic.MAIL_REJECTED: Mail(
        "Your application was decided",
        "We cannot admit you on what we have. The page below says what you can do, and how to "
        "appeal within 30 days.",
    ),
    Topic.MAIL_SUSPENDED: Mail(
        "Your membership rests for now",
        "Something about your verification has changed, so you cannot read or write for now. What "
        "you wrote stays as it is, and nobody in the community learns of this. The page below says "
        "what you can do.",
    ),
    Topic.MAIL_RESTORED: Mail(
        "You can go on",
        "Your verification is complete again. Everything is as you left it.",
    ),
    Topic.MAIL_EXPIRED: Mail(
        "Your application has expired",
        "We waited for an answer and closed your application. What you sent us was deleted. "
        "You can start again at any time.",
    ),
}


def send(user: User, mail: Mail) -> None:
    """To the applicant; the mail backend seals it for the mailer."""
    text = f"{mail.text}\n\n{_status()}\n"
    EmailMessage(mail.subject, text, to=[user.email]).send()


def send_code_to(contact: Contact, code: str) -> None:
    """To the contact of record, who may not be the applicant: it says what to do then."""
    text = (
        f"Somebody is applying to join Sermo, a community of physicians, with your licence.\n\n"
        f"If it is you, enter this code within 24 hours at {_status()}\n\n    {code}\n\n"
        "If it is not you, do not pass the code on to anybody. Without it the application goes "
        "to a person, who decides with care.\n"
    )
    if contact.channel == PHONE:
        short = f"Sermo: your code is {code}. Not you? Pass it on to nobody."
        sms.sender().send(contact.address, short)
        return
    EmailMessage("Your code for Sermo", text, to=[contact.address]).send()
