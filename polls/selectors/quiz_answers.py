"""A member's quiz answers: each a row that only they can find and decrypt (`QuizAnswer`).

A quiz answer is no answer to the poll: it is given after the outcome was known, so it must not
count in the group ranking.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from uuid import UUID

from polls.models import QuizAnswer
from sermo.core import crypto
from sermo.core.hkdf import hkdf_sha256
from sermo.members.pseudonyms import quiz_scope
from sermo.members.viewer import Viewer, private_state

# Where quiz answers were before they had rows: {case: {"ranked": [concept], "confidence": n}},
# cases and concepts as 32 hexadecimal digits. Never written any more.
EARLIER_QUIZZES_STATE = "quizzes"
# More than the longest answer needs.
_PADDING_STEP_BYTES = 512

QuizAnswers = dict[UUID, tuple[list[UUID], int | None]]


def quiz_answers(viewer: Viewer, case_ids: Collection[UUID]) -> QuizAnswers:
    """By case: concepts best first, and the confidence. One query, one more for earlier members."""
    by_locator = {locator(viewer, case_id): case_id for case_id in case_ids}
    rows = QuizAnswer.objects.filter(pk__in=by_locator)
    earlier: QuizAnswers = {}
    if viewer.has_earlier_quizzes:
        stored = private_state.load_section(viewer, EARLIER_QUIZZES_STATE)
        earlier = {UUID(key): _answer(stored[key]) for key in stored if UUID(key) in case_ids}
    found = {
        by_locator[bytes(row.pk)]: _decrypt(viewer, by_locator[bytes(row.pk)], row) for row in rows
    }
    return found | earlier


def locator(viewer: Viewer, case_id: UUID) -> bytes:
    """The key of the viewer's answer to this quiz; 16 bytes."""
    return viewer.pseudonym(quiz_scope(case_id))


def encrypt_answer(
    viewer: Viewer, case_id: UUID, ranked: Sequence[UUID], confidence: int | None
) -> bytes:
    """The answer, padded, under a key from the member secret and the case."""
    content = {"ranked": [concept.hex for concept in ranked], "confidence": confidence}
    padded = crypto.pad_to_multiple(json.dumps(content).encode(), _PADDING_STEP_BYTES)
    return crypto.encrypt(_key(viewer, case_id), padded)


def _decrypt(viewer: Viewer, case_id: UUID, row: QuizAnswer) -> tuple[list[UUID], int | None]:
    padded = crypto.decrypt(_key(viewer, case_id), bytes(row.ciphertext))
    return _answer(json.loads(crypto.unpad_multiple(padded)))


def _answer(content: dict[str, list[str] | int | None]) -> tuple[list[UUID], int | None]:
    ranked, confidence = content["ranked"], content["confidence"]
    concepts = [UUID(concept) for concept in ranked] if isinstance(ranked, list) else []
    return concepts, confidence if isinstance(confidence, int) else None


def _key(viewer: Viewer, case_id: UUID) -> bytes:
    return hkdf_sha256(viewer.secret, info=f"quiz-answer:{case_id.hex}")
