"""The checks that ask a vendor: Masterfile, live NPPES, identity search, identity questions.

If a vendor is not configured, its check is not made; the imported registers, a code and a reviewer
serve instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sermo.core import clock
from verification import policy, schemes
from verification.models import RegisterRow
from verification.personal_data import applicant_details, ssn
from verification.pipeline import vendor_calls
from verification.pipeline.checks import masterfile
from verification.pipeline.checks.registers import (
    check_imported_nppes,
    is_deactivated,
    npi_record_outcome,
)
from verification.pipeline.checks.subject import CheckOutcome, CheckSubject
from verification.vendors import adapters, records
from verification.vendors.catalog import AMA, IDOLOGY, NPPES
from verification.vendors.errors import TransientVendorError, UnknownResultError

# A request that the vendor may have counted is sent three times at most; then the file serves.
MAX_UNSAFE_CALLS = LIVE_TRIES = 3
NOT_ASKED = CheckOutcome(policy.Lookup.NOT_ASKED)


def uses_npi(subject: CheckSubject) -> bool:
    return subject.application.scheme == schemes.NPI.code


def check_nppes(subject: CheckSubject) -> CheckOutcome:
    """Ask live NPPES. The imported file serves if it does not answer, and for deactivated
    numbers.
    """
    source = adapters.npi_registry()
    if not uses_npi(subject) or not source.is_configured:
        return check_imported_nppes(subject)
    npi = subject.number
    try:
        record = vendor_calls.call_vendor(
            subject, NPPES, "npi", {"npi": npi}, lambda _: source.find(npi)
        )
    except TransientVendorError:
        if _has_row(subject.register_row) and _tries(subject) >= LIVE_TRIES:
            return check_imported_nppes(subject)
        raise
    is_off = is_deactivated(subject.register_row)
    return npi_record_outcome(subject.person, record, deactivated=is_off)


def _has_row(row: RegisterRow | None) -> bool:
    return row is not None and bool(row.family_names)


def _tries(subject: CheckSubject) -> int:
    return subject.step.tries if subject.step else 0


def check_masterfile(subject: CheckSubject) -> CheckOutcome:
    """Search the Masterfile by NPI, and compare the profile it finds."""
    source = adapters.masterfile_service()
    if not uses_npi(subject) or not source.is_configured:
        return NOT_ASKED
    npi = subject.number
    candidates = vendor_calls.call_vendor(
        subject, AMA, "find", {"npi": npi}, lambda _: source.find(npi)
    )
    matching = masterfile.matching_candidates(candidates, npi=npi)
    if (outcome := masterfile.unresolved_outcome(matching)) is not None:
        return outcome
    entity = matching[0].entity_id
    record = vendor_calls.call_vendor(
        subject, AMA, "profile", {"entity": entity}, lambda _: source.profile(entity)
    )
    if record is None:
        # The search found a person whose profile does not exist: nothing to compare with.
        return CheckOutcome(policy.Lookup.AMBIGUOUS)
    return masterfile.compare_profile(subject.person, matching[0], record, today=clock.today())


def check_identity(subject: CheckSubject) -> CheckOutcome:
    """The identity search. It runs only after the credential checks have passed."""
    source = adapters.identity_service()
    if not uses_npi(subject) or not source.is_configured:
        return NOT_ASKED
    if vendor_calls.count_unanswered_calls(subject, IDOLOGY) >= MAX_UNSAFE_CALLS:
        raise UnknownResultError(IDOLOGY)
    recent_calls = vendor_calls.count_recent_calls(subject, IDOLOGY, "idv")
    number = ssn.decrypt_ssn(subject.application)
    answer = vendor_calls.call_vendor(
        subject,
        IDOLOGY,
        "idv",
        {"attempt": subject.application.attempt},
        lambda invoice: source.search(subject.person, number, invoice),
    )
    codes: dict[str, Any] = {
        "summary": answer.summary,
        "result": answer.result,
        "qualifiers": list(answer.qualifiers),
        "watch_list": answer.watch_list,
        "velocity": answer.velocity,
        "own_calls": recent_calls,
        "questions": _possible(bool(answer.questions)),
    }
    private_data = {"id_number": answer.id_number, "questions": _question_data(answer.questions)}
    return CheckOutcome(policy.IdentityStatus.ANSWERED, codes, private_data)


def _possible(has_questions: bool) -> str:
    return policy.QuestionStatus.POSSIBLE if has_questions else policy.QuestionStatus.NONE


def _question_data(questions: tuple[records.IdentityQuestion, ...]) -> list[dict[str, Any]]:
    return [
        {"type": item.kind, "prompt": item.prompt, "answers": list(item.answers)}
        for item in questions
    ]


def check_identity_answers(subject: CheckSubject) -> CheckOutcome:
    """Give the applicant's answers to the vendor once. They are deleted with the outcome."""
    stored = _stored_answers(subject)
    if not stored:
        return CheckOutcome("not_taken")
    source = adapters.identity_service()
    answers = dict(stored["answers"])
    challenge, id_number = bool(stored["is_challenge"]), str(stored["id_number"])
    if vendor_calls.count_unanswered_calls(subject, IDOLOGY) >= MAX_UNSAFE_CALLS:
        raise UnknownResultError(IDOLOGY)
    scored = vendor_calls.call_vendor(
        subject,
        IDOLOGY,
        "kba",
        {"challenge": challenge, "questions": len(answers)},
        lambda _: source.answer(id_number, answers, challenge=challenge),
    )
    return _score_outcome(scored, challenge=challenge, id_number=id_number)


def _stored_answers(subject: CheckSubject) -> Mapping[str, Any]:

    step = subject.step
    if step is None or step.private_ciphertext is None:
        return {}
    private_data = applicant_details.decrypt_json(
        subject.application.user.decrypt_data_key(), step.private_ciphertext
    )
    return private_data if private_data.get("answers") else {}


def _score_outcome(
    scored: records.QuestionScore, *, challenge: bool, id_number: str
) -> CheckOutcome:
    """No or one wrong answer passes. Two lead to the challenge, in which none may be wrong."""
    if scored.incorrect is None:
        return CheckOutcome(policy.QuestionStatus.FAILED, {}, {})
    if scored.incorrect == 0 or (not challenge and scored.incorrect == 1):
        return CheckOutcome(policy.QuestionStatus.PASSED, {}, {})
    if not challenge and scored.incorrect == 2 and scored.challenge:
        return CheckOutcome(
            "challenge", {}, {"id_number": id_number, "questions": _question_data(scored.challenge)}
        )
    return CheckOutcome(policy.QuestionStatus.FAILED, {}, {})
