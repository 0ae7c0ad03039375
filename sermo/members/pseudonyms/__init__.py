"""Who a member is to others: a pseudonym within one scope, its name, or the handle."""

from __future__ import annotations

from sermo.members.pseudonyms.names import anonymous_name
from sermo.members.pseudonyms.scopes import (
    PSEUDONYM_BYTES,
    SECRET_BYTES,
    answer_reveal_scope,
    case_scope,
    comment_number_scope,
    draft_address_scope,
    draft_creation_scope,
    draft_number_scope,
    draft_scope,
    helpful_scope,
    poll_scope,
    private_state_scope,
    pseudonym,
    quiz_scope,
    quota_scope,
    report_scope,
    reporter_scope,
    shown_line_scope,
)

__all__ = [
    "PSEUDONYM_BYTES",
    "SECRET_BYTES",
    "anonymous_name",
    "answer_reveal_scope",
    "case_scope",
    "comment_number_scope",
    "draft_address_scope",
    "draft_creation_scope",
    "draft_number_scope",
    "draft_scope",
    "helpful_scope",
    "poll_scope",
    "private_state_scope",
    "pseudonym",
    "quiz_scope",
    "quota_scope",
    "report_scope",
    "reporter_scope",
    "shown_line_scope",
]
