"""What applicants and reviewers can do."""

from __future__ import annotations

from verification.services.contact_code import enter_code, send_another_code
from verification.services.document import add_document, record_document_view, remove_document
from verification.services.draft import (
    LicenceDetails,
    appeal_decision,
    give_consents,
    save_country,
    save_licence,
    skip_document,
    start_application,
)
from verification.services.identity_details import (
    IdentityDetails,
    answer_identity_questions,
    correct_details,
    open_identity_questions,
    save_identity_details,
)
from verification.services.proofing_notice import check_new_device, deny_admission, valid_notice
from verification.services.review_claims import claim_for_review, claim_next, release_claim
from verification.services.review_decisions import (
    confirm_decision,
    decide_application,
    disagree_with_decision,
    undo_decision,
)
from verification.services.review_questions import ask_applicant
from verification.services.reviewer_answer import answer_reviewer
from verification.services.submit import submit_application, withdraw_application

__all__ = [
    "IdentityDetails",
    "LicenceDetails",
    "add_document",
    "answer_identity_questions",
    "answer_reviewer",
    "appeal_decision",
    "ask_applicant",
    "check_new_device",
    "claim_for_review",
    "claim_next",
    "confirm_decision",
    "correct_details",
    "decide_application",
    "deny_admission",
    "disagree_with_decision",
    "enter_code",
    "give_consents",
    "open_identity_questions",
    "record_document_view",
    "release_claim",
    "remove_document",
    "save_country",
    "save_identity_details",
    "save_licence",
    "send_another_code",
    "skip_document",
    "start_application",
    "submit_application",
    "undo_decision",
    "valid_notice",
    "withdraw_application",
]
