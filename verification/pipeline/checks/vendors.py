"""The checks that ask a vendor: the Masterfile, NPPES live, the identity search, its questions.

With a vendor not configured its null twin says so; the local registers, a code and a person then
serve in its stead.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verification import clock, personal, policy, schemes, secret_numbers
from verification.models import RegisterRow
from verification.pipeline import asking, sources
from verification.pipeline.checks import masterfile as judging
from verification.pipeline.checks.registers import (
    is_deactivated,
    nppes_from_file,
    provider_outcome,
)
from verification.pipeline.checks.subject import Outcome, Passing, Subject, Unknown

IDOLOGY, AMA, NPPES = "idology", "ama", "nppes"
# A question that may have been counted is asked three times at most; after that a file serves.
MOST_UNSAFE = LIVE_TRIES = 3
NOT_ASKED = Outcome(policy.Lookup.NOT_ASKED)


def is_american(subject: Subject) -> bool:
    return subject.application.scheme == schemes.NPI.code


def nppes(subject: Subject) -> Outcome:
    """The live register; the imported file where it is silent, and for deactivated numbers."""
    source = sources.providers()
    if not is_american(subject) or not source.is_configured:
        return nppes_from_file(subject)
    npi = subject.number
    try:
        found = asking.ask(subject, NPPES, "npi", {"npi": npi}, lambda _: source.find(npi))
    except Passing:
        if _has_row(subject.register_row) and _tries(subject) >= LIVE_TRIES:
            return nppes_from_file(subject)
        raise
    off = is_deactivated(subject.register_row)
    return provider_outcome(subject.person, found, deactivated=off)


def _has_row(row: RegisterRow | None) -> bool:
    return row is not None and bool(row.family_names)


def _tries(subject: Subject) -> int:
    return subject.step.tries if subject.step else 0


def masterfile(subject: Subject) -> Outcome:
    source = sources.masterfile()
    if not is_american(subject) or not source.is_configured:
        return NOT_ASKED
    npi = subject.number
    candidates = asking.ask(subject, AMA, "find", {"npi": npi}, lambda _: source.find(npi))
    found = judging.same_person(candidates, npi=npi)
    if (outcome := judging.many(found)) is not None:
        return outcome
    entity = found[0].entity_id
    record = asking.ask(
        subject, AMA, "profile", {"entity": entity}, lambda _: source.profile(entity)
    )
    if record is None:
        # A search that hits and a profile that is not there: nothing to judge by.
        return Outcome(policy.Lookup.AMBIGUOUS)
    return judging.judge(subject.person, found[0], record, today=clock.today())


def idology(subject: Subject) -> Outcome:
    """The identity search. Reached only after the credential held."""
    source = sources.identity()
    if not is_american(subject) or not source.is_configured:
        return NOT_ASKED
    if asking.unanswered(subject, IDOLOGY) >= MOST_UNSAFE:
        raise Unknown(IDOLOGY)
    earlier = asking.own_calls(subject, IDOLOGY, "idv")
    number = secret_numbers.open_(subject.application)
    answer = asking.ask(
        subject,
        IDOLOGY,
        "idv",
        {"attempt": subject.application.attempt},
        lambda invoice: source.search(subject.person, number, invoice),
    )
    said: dict[str, Any] = {
        "summary": answer.summary,
        "result": answer.result,
        "qualifiers": list(answer.qualifiers),
        "watch_list": answer.watch_list,
        "velocity": answer.velocity,
        "own_calls": earlier,
        "questions": _possible(bool(answer.questions)),
    }
    box = {"id_number": answer.id_number, "questions": _told(answer.questions)}
    return Outcome(policy.Answer.ANSWERED, said, box)


def _possible(there: bool) -> str:
    return policy.Questions.POSSIBLE if there else policy.Questions.NONE


def _told(questions: tuple[sources.Question, ...]) -> list[dict[str, Any]]:
    return [
        {"type": item.kind, "prompt": item.prompt, "answers": list(item.answers)}
        for item in questions
    ]


def questions(subject: Subject) -> Outcome:
    """The applicant's answers, given to the vendor once; they are erased with the outcome."""
    given = _given(subject)
    if not given:
        return Outcome("not_taken")
    source = sources.identity()
    answers = dict(given["answers"])
    challenge, id_number = bool(given["is_challenge"]), str(given["id_number"])
    if asking.unanswered(subject, IDOLOGY) >= MOST_UNSAFE:
        raise Unknown(IDOLOGY)
    scored = asking.ask(
        subject,
        IDOLOGY,
        "kba",
        {"challenge": challenge, "questions": len(answers)},
        lambda _: source.answer(id_number, answers, challenge=challenge),
    )
    return _scored(scored, challenge=challenge, id_number=id_number)


def _given(subject: Subject) -> Mapping[str, Any]:

    step = subject.step
    if step is None or step.box is None:
        return {}
    box = personal.open_json(subject.application.user.decrypt_data_key(), step.box)
    return box if box.get("answers") else {}


def _scored(scored: sources.Scored, *, challenge: bool, id_number: str) -> Outcome:
    """None or one wrong passes; two lead to the challenge, where none may be wrong."""
    if scored.incorrect is None:
        return Outcome(policy.Questions.FAILED, {}, {})
    if scored.incorrect == 0 or (not challenge and scored.incorrect == 1):
        return Outcome(policy.Questions.PASSED, {}, {})
    if not challenge and scored.incorrect == 2 and scored.challenge:
        return Outcome(
            "challenge", {}, {"id_number": id_number, "questions": _told(scored.challenge)}
        )
    return Outcome(policy.Questions.FAILED, {}, {})
