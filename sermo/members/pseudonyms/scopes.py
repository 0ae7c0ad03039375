"""Pseudonyms: who a member is within one case or poll, and nowhere else.

    pseudonym = first 16 bytes of HMAC-SHA256(key = member secret, message = scope)

Without the secret, two scopes share nothing. The secret is only in credential slots and in
encrypted sessions (docs/design/anonymity.md, three identities).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from uuid import UUID

PSEUDONYM_BYTES = 16
SECRET_BYTES = 32


def pseudonym(secret: bytes, scope: str) -> bytes:
    """16 bytes for the holder of the member secret within the scope.

    Raises `ValueError` unless the secret has 32 bytes.
    """
    if len(secret) != SECRET_BYTES:
        raise ValueError("a member secret is 32 bytes")
    return hmac.new(secret, scope.encode(), hashlib.sha256).digest()[:PSEUDONYM_BYTES]


def case_scope(case_id: UUID) -> str:
    """Anonymous posts in a case, the case itself included."""
    return f"case:{case_id.hex}"


def poll_scope(poll_id: UUID) -> str:
    """Answers to a poll."""
    return f"poll:{poll_id.hex}"


def answer_reveal_scope(case_id: UUID) -> str:
    """Having answered a case, or having skipped the answer."""
    return f"answer-reveal:{case_id.hex}"


def quiz_scope(case_id: UUID) -> str:
    """Having answered a solved case as a quiz."""
    return f"quiz:{case_id.hex}"


def report_scope(target_id: UUID) -> str:
    """Having reported a post, a picture or a poll."""
    return f"report:{target_id.hex}"


def quota_scope(name: str, day: dt.date, *, anonymous: bool) -> str:
    """Having done on this day what a quota counts (`sermo.core.quotas`)."""
    return f"quota:{name}:{day:%Y-%m-%d}:{'anonymous' if anonymous else 'any'}"


def reporter_scope(week: dt.date) -> str:
    """Having reported patient details in the week that holds this day."""
    return f"reporter:{week:%G-W%V}"


def helpful_scope(comment_id: UUID) -> str:
    """Having marked a comment as helpful."""
    return f"helpful:{comment_id.hex}"


def draft_scope(draft_id: UUID) -> str:
    """Being the author of a draft."""
    return f"draft:{draft_id.hex}"


def draft_number_scope(number: int) -> str:
    """The key of a member's n-th draft, which is also the key of the case it becomes.

    A number is shorter than the key of a draft, so this is never a `draft_scope`.
    """
    return f"draft:{number}"


def draft_creation_scope(idempotency_key: UUID) -> str:
    """Having created a draft by this form."""
    return f"draft-creation:{idempotency_key.hex}"


def draft_address_scope(draft_id: UUID, nonce: str) -> str:
    """The part of a draft's address that its author can compute again."""
    return f"draft-address:{draft_id.hex}:{nonce}"


def comment_number_scope(month: dt.date, number: int) -> str:
    """The key of a member's n-th anonymous comment of the month."""
    return f"comment:{month:%Y-%m}:{number}"


def private_state_scope(section: str) -> str:
    """The row of one section of a member's private state."""
    return f"private-state:{section}"


def shown_line_scope(week: dt.date) -> str:
    """Having shown a credential line in the week that holds this day."""
    return f"shown-line:{week:%G-W%V}"
