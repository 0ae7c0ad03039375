"""Mails at each change: what happened and where to look, no detail of what was checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import EmailMessage

from verification.models import Topic

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


def send_code_to(address: str, code: str) -> None:
    """To the contact on the register, who may not be the applicant: it says what to do then."""
    text = (
        f"Somebody is applying to join Sermo, a community of physicians, with your licence.\n\n"
        f"If it is you, enter this code within 24 hours at {_status()}\n\n    {code}\n\n"
        "If it is not you, do not pass the code on to anybody. Without it the application goes "
        "to a person, who decides with care.\n"
    )
    EmailMessage("Your code for Sermo", text, to=[address]).send()
