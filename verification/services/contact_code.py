"""The code that an applicant receives through a contact of record."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from django.db import transaction

from sermo.core import clock
from sermo.core.quotas import CONTACT_CODES, spend
from verification.errors import CodeSentRecently, NoAnswerExpected, TooManyCodes
from verification.models import (
    Application,
    AwaitedInput,
    ContactCode,
    OutboxTopic,
    StepName,
)
from verification.personal_data import applicant_details
from verification.pipeline import contact_codes, decisions
from verification.pipeline.transitions import (
    add_to_outbox,
    lock_application,
    resume_checks,
)


class CodeResult(StrEnum):
    RIGHT = "right"
    WRONG = "wrong"
    SPENT = "spent"


@transaction.atomic(using="identity")
def enter_code(*, application: Application, code: str) -> CodeResult:
    """Check the code. If it is right, the checks go on; after too many wrong ones a reviewer
    decides.

    It returns a result instead of raising, because raising would roll back the count of wrong
    tries. Raises `NoAnswerExpected` if no code is awaited, `QuotaReached` after many codes, and
    `ApplicationChanged` if the state machine does not allow the change.
    """
    locked = lock_application(application.pk)
    if locked.waiting_for != AwaitedInput.CODE:
        raise NoAnswerExpected
    spend(CONTACT_CODES, str(locked.user_id))
    contact_code = (
        ContactCode.objects.select_for_update()
        .filter(application=locked, used_at__isnull=True, expires_at__gt=clock.now())
        .first()
    )
    if contact_code is None or contact_code.attempts >= contact_codes.MAX_ATTEMPTS:
        return CodeResult.WRONG
    contact_code.attempts += 1
    if contact_codes.code_matches(locked, contact_code, code):
        contact_code.used_at = clock.now()
        contact_code.save(update_fields=["attempts", "used_at"])
        _record_binding(locked)
        return CodeResult.RIGHT
    contact_code.save(update_fields=["attempts"])
    is_exhausted = (
        contact_code.attempts >= contact_codes.MAX_ATTEMPTS
        and locked.contact_codes.count() >= contact_codes.MAX_CODES
    )
    if is_exhausted:
        decisions.review_failed_binding(locked)
        return CodeResult.SPENT
    return CodeResult.WRONG


def _record_binding(application: Application) -> None:
    """Record that the applicant controls the contact of record, and resume the checks."""
    key = application.user.decrypt_data_key()
    person = replace(
        applicant_details.decrypt(key, application.details_ciphertext), bound_by_code=True
    )
    application.details_ciphertext = applicant_details.encrypt(key, person)
    resume_checks(application, StepName.BINDING, changed=("details_ciphertext",))


@transaction.atomic(using="identity")
def send_another_code(*, application: Application) -> None:
    """Send a new code to the same contact. Earlier codes stay valid.

    Raises `NoAnswerExpected`, `TooManyCodes`, `CodeSentRecently` and `QuotaReached`.
    """
    locked = lock_application(application.pk)
    if locked.waiting_for != AwaitedInput.CODE:
        raise NoAnswerExpected
    spend(CONTACT_CODES, str(locked.user_id))
    if locked.outbox.filter(topic=OutboxTopic.MAIL_CODE).exists():
        return
    codes = locked.contact_codes.all()
    if len(codes) >= contact_codes.MAX_CODES:
        raise TooManyCodes
    if codes and codes[0].sent_at > clock.now() - contact_codes.RESEND_AFTER:
        raise CodeSentRecently
    add_to_outbox(locked, OutboxTopic.MAIL_CODE)
