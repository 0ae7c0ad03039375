"""What applicants and reviewers do: one module for each verb."""

from __future__ import annotations

from verification.services.answer import answer_question, enter_code, send_another_code
from verification.services.document import add_document, remove_document
from verification.services.draft import (
    appeal,
    give_consents,
    save_country,
    save_licence,
    skip_document,
    start,
)
from verification.services.identity_check import (
    Details,
    answer_identity_questions,
    correct,
    open_questions,
    save_identity,
)
from verification.services.proofing_notice import deny, new_device, open_notice
from verification.services.review import (
    ask,
    claim_for_review,
    confirm,
    decide,
    disagree,
    leave,
    log_view,
    take_next,
    undo,
)
from verification.services.submit import submit, withdraw

__all__ = [
    "Details",
    "add_document",
    "answer_identity_questions",
    "answer_question",
    "appeal",
    "ask",
    "claim_for_review",
    "confirm",
    "correct",
    "decide",
    "deny",
    "disagree",
    "enter_code",
    "give_consents",
    "leave",
    "log_view",
    "new_device",
    "open_notice",
    "open_questions",
    "remove_document",
    "save_country",
    "save_identity",
    "save_licence",
    "send_another_code",
    "skip_document",
    "start",
    "submit",
    "take_next",
    "undo",
    "withdraw",
]
