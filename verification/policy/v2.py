"""Version 2 of the rules: three vendors, open registers, binding factors and reviewers.

The first row that applies decides (docs/design/verification.md, decision table): ban, duplicate,
hard failure of the credential, hard failure of the identity, a question to the applicant, review,
binding, approval.
"""

from __future__ import annotations

from collections.abc import Callable

from verification.policy import qualifiers
from verification.policy.enums import (
    BindingFactor,
    DeviceStatus,
    ExclusionMatch,
    IdentityStatus,
    LicenceStatus,
    LicenceSummary,
    Lookup,
    PolicyVerdict,
    Profession,
    QuestionStatus,
    Ruling,
)
from verification.policy.facts import Facts, IdentityFacts
from verification.policy.matching import Agreement
from verification.policy.qualifiers import QualifierClass
from verification.policy.reasons import Reason
from verification.policy.v2_signals import is_noted_dead, review_signals, wants_step_up

MAX_RESUBMISSIONS = 2
DEVICE_UNKNOWN = "DEVICE_UNKNOWN"
# With an unknown device one of these is needed; a mailbox alone is not enough.
_STRONG_FACTORS = {BindingFactor.RECORD_CONTACT_CODE, BindingFactor.KBA}
_ANY_FACTORS = {*_STRONG_FACTORS, BindingFactor.INSTITUTIONAL_EMAIL}


def decide(facts: Facts) -> Ruling:
    """The ruling of version 2."""
    return Ruling(*_decide(facts), annotations=_annotations(facts))


def _decide(facts: Facts) -> tuple[PolicyVerdict, tuple[Reason, ...]]:
    failures = hard_failures(facts)
    if Reason.BANNED in failures or (failures and not facts.needs_reviewer):
        return PolicyVerdict.REJECT, tuple(failures)
    is_stopped = bool(facts.unanswered or facts.misconfigured or facts.needs_reviewer)
    if not is_stopped and (verdict := _asks_applicant(facts.identity)):
        return verdict, ()
    signals = [*failures, *review_signals(facts)]
    if signals or facts.needs_reviewer:
        return PolicyVerdict.REVIEW, tuple(dict.fromkeys(signals))
    return _binding(facts)


def _annotations(facts: Facts) -> tuple[str, ...]:
    return (DEVICE_UNKNOWN,) if facts.device.answer is DeviceStatus.UNKNOWN else ()


def hard_failures(facts: Facts) -> list[Reason]:
    """Reasons to reject at once. Known before the identity check, so no number is sent in vain."""
    if facts.own.banned:
        return [Reason.BANNED]
    if facts.own.duplicate:
        return [Reason.DUPLICATE_ACCOUNT]
    reasons = [reason for reason, applies in _HARD_FAILURES if applies(facts)]
    return reasons or _identity_failures(facts.identity)


def _is_not_physician(facts: Facts) -> bool:
    if facts.register.profession is Profession.OTHER:
        return True
    nppes = facts.nppes
    only_other = nppes.other_code and not (nppes.physician_code or nppes.trainee_code)
    return only_other and facts.ama.lookup in {Lookup.NOT_FOUND, Lookup.NOT_ASKED}


def _is_not_yet_physician(facts: Facts) -> bool:
    is_found = facts.ama.lookup is Lookup.FOUND
    return facts.register.profession is Profession.STUDENT or (
        is_found and (facts.ama.student or facts.ama.degree_awarded is False)
    )


def _is_dead(facts: Facts) -> bool:
    """Two sources record a death. A deactivated NPI counts only as the second one."""
    sources = [facts.ama.dead, is_noted_dead(facts.identity)]
    return sum([*sources, facts.nppes.deactivated]) >= 2 and any(sources)


def _is_somebody_else(facts: Facts) -> bool:
    return any(
        source.name is Agreement.DIFFERS and source.birth_date is Agreement.DIFFERS
        for source in (facts.ama, facts.register)
    )


_HARD_FAILURES: tuple[tuple[Reason, Callable[[Facts], bool]], ...] = (
    (Reason.CREDENTIAL_FORMAT, lambda facts: not facts.format_ok),
    (Reason.NPI_ORGANIZATION, lambda facts: facts.nppes.organisation),
    (Reason.NOT_PHYSICIAN, _is_not_physician),
    (Reason.NOT_YET_PHYSICIAN, _is_not_yet_physician),
    (Reason.LICENSE_REVOKED, lambda facts: _licence_revoked(facts)),
    (Reason.REGISTER_REMOVED, lambda facts: facts.register.licence_status is LicenceStatus.REMOVED),
    (Reason.LEIE_EXCLUDED, lambda facts: facts.exclusion is ExclusionMatch.NUMBER_AND_NAME),
    (Reason.DECEASED, _is_dead),
    (Reason.IDENTITY_CREDENTIAL_MISMATCH, _is_somebody_else),
)


def _licence_revoked(facts: Facts) -> bool:
    return (
        facts.ama.licences is LicenceSummary.ALL_REVOKED
        or facts.register.licence_status is LicenceStatus.REVOKED
    )


def _identity_failures(identity: IdentityFacts) -> list[Reason]:
    if any(qualifiers.classify(key) is QualifierClass.UNDERAGE for key in identity.qualifiers):
        return [Reason.UNDERAGE]
    if qualifiers.count_contradictions(identity.qualifiers) >= 2:
        return [Reason.IDENTITY_CONTRADICTED]
    return []


def _asks_applicant(identity: IdentityFacts) -> PolicyVerdict | None:
    """The verdict that asks the applicant for a correction or the identity questions; else None."""
    if identity.answer is IdentityStatus.NOT_ASKED:
        return None
    if _has_typo(identity) and identity.resubmissions < MAX_RESUBMISSIONS:
        return PolicyVerdict.AWAIT_CORRECTION
    if wants_step_up(identity) and identity.questions is QuestionStatus.POSSIBLE:
        return PolicyVerdict.AWAIT_QUESTIONS
    return None


def _has_typo(identity: IdentityFacts) -> bool:
    return identity.result == qualifiers.NO_MATCH or any(
        qualifiers.classify(key) is QualifierClass.TYPO for key in identity.qualifiers
    )


def _binding(facts: Facts) -> tuple[PolicyVerdict, tuple[Reason, ...]]:
    """Approve only with a binding factor: names, numbers and birth dates can be bought."""
    factors = set(facts.bound_by)
    if facts.identity.questions is QuestionStatus.PASSED:
        factors.add(BindingFactor.KBA)
    enough = _STRONG_FACTORS if facts.device.answer is DeviceStatus.UNKNOWN else _ANY_FACTORS
    if facts.needs_new_binding:
        factors.discard(BindingFactor.INSTITUTIONAL_EMAIL)
    if factors & enough:
        return PolicyVerdict.APPROVE, ()
    if facts.code_possible and not facts.code_failed:
        return PolicyVerdict.AWAIT_CODE, ()
    if facts.identity.questions is QuestionStatus.POSSIBLE and not facts.code_failed:
        return PolicyVerdict.AWAIT_QUESTIONS, ()
    return PolicyVerdict.REVIEW, (Reason.BINDING_FAILED,)
