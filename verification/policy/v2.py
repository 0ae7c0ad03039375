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
    Profession,
    QuestionStatus,
    Ruling,
    Verdict,
)
from verification.policy.facts import AmaFacts, Facts, IdentityFacts, NppesFacts, RegisterFacts
from verification.policy.matching import Agreement
from verification.policy.qualifiers import QualifierClass
from verification.policy.reasons import Reason

MAX_RESUBMISSIONS = 2
DEVICE_UNKNOWN = "DEVICE_UNKNOWN"
# With an unknown device one of these is needed; a mailbox alone is not enough.
_STRONG_FACTORS = {BindingFactor.RECORD_CONTACT_CODE, BindingFactor.KBA}
_ANY_FACTORS = {*_STRONG_FACTORS, BindingFactor.INSTITUTIONAL_EMAIL}


def decide(facts: Facts) -> Ruling:
    """The ruling of version 2."""
    return Ruling(*_decide(facts), annotations=_annotations(facts))


def _decide(facts: Facts) -> tuple[Verdict, tuple[Reason, ...]]:
    failures = hard_failures(facts)
    if Reason.BANNED in failures or (failures and not facts.needs_reviewer):
        return Verdict.REJECT, tuple(failures)
    is_stopped = bool(facts.unanswered or facts.misconfigured or facts.needs_reviewer)
    if not is_stopped and (verdict := _asks_applicant(facts.identity)):
        return verdict, ()
    signals = [*failures, *review_signals(facts)]
    if signals or facts.needs_reviewer:
        return Verdict.REVIEW, tuple(dict.fromkeys(signals))
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
    sources = [facts.ama.dead, _is_noted_dead(facts.identity)]
    return sum([*sources, facts.nppes.deactivated]) >= 2 and any(sources)


def _is_noted_dead(identity: IdentityFacts) -> bool:
    return qualifiers.DECEASED in map(qualifiers.normalise_key, identity.qualifiers)


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


def _asks_applicant(identity: IdentityFacts) -> Verdict | None:
    """The verdict that asks the applicant for a correction or the identity questions; else None."""
    if identity.answer is IdentityStatus.NOT_ASKED:
        return None
    if _has_typo(identity) and identity.resubmissions < MAX_RESUBMISSIONS:
        return Verdict.AWAIT_CORRECTION
    if _wants_step_up(identity) and identity.questions is QuestionStatus.POSSIBLE:
        return Verdict.AWAIT_QUESTIONS
    return None


def _has_typo(identity: IdentityFacts) -> bool:
    return identity.result == qualifiers.NO_MATCH or any(
        qualifiers.classify(key) is QualifierClass.TYPO for key in identity.qualifiers
    )


def _wants_step_up(identity: IdentityFacts) -> bool:
    """A partial match, or a qualifier that says there is little to compare with."""
    return identity.summary == qualifiers.PARTIAL or any(
        qualifiers.classify(key) is QualifierClass.STEP_UP for key in identity.qualifiers
    )


def review_signals(facts: Facts) -> list[Reason]:
    """Everything that a reviewer must look at."""
    return [
        *_own_signals(facts),
        *_credential_signals(facts),
        *_identity_signals(facts.identity),
        *_device_signals(facts),
        *([Reason.PROVIDER_CONFIG_ERROR] if facts.misconfigured else []),
        *([Reason.PROVIDER_UNAVAILABLE] if _is_unavailable(facts) else []),
    ]


def _is_unavailable(facts: Facts) -> bool:
    """A source did not answer, or its register was never imported. Misconfiguration has its own
    reason.
    """
    lookups = {facts.register.lookup, facts.nppes.lookup, facts.ama.lookup}
    is_silent = Lookup.UNAVAILABLE in lookups and not facts.misconfigured
    return bool(set(facts.unanswered) - set(facts.misconfigured)) or is_silent


def _own_signals(facts: Facts) -> list[Reason]:
    reasons = []
    if facts.own.contested:
        reasons.append(Reason.CREDENTIAL_CONTESTED)
    if facts.own.ssn_used:
        reasons.append(Reason.SSN_ALREADY_USED)
    return reasons


def _credential_signals(facts: Facts) -> list[Reason]:
    reasons = [*_register_signals(facts.register), *_american_signals(facts)]
    if facts.exclusion is ExclusionMatch.POSSIBLE:
        reasons.append(Reason.LEIE_POSSIBLE)
    if facts.document_differs:
        reasons.append(Reason.IDENTITY_CREDENTIAL_MISMATCH)
    return reasons


def _register_signals(register: RegisterFacts) -> list[Reason]:
    if register.lookup is Lookup.NO_REGISTER:
        return [Reason.NO_OPEN_REGISTER]
    if register.lookup is Lookup.NOT_FOUND:
        return [Reason.REGISTER_NOT_FOUND]
    if register.lookup is not Lookup.FOUND:
        return []
    reasons = []
    if register.licence_status is LicenceStatus.CONDITIONS:
        reasons.append(Reason.REGISTER_CONDITIONS)
    elif register.licence_status not in {
        LicenceStatus.ACTIVE,
        LicenceStatus.REMOVED,
        LicenceStatus.REVOKED,
    }:
        reasons.append(Reason.LICENSE_NOT_ACTIVE)
    if register.profession not in {Profession.PHYSICIAN, Profession.OTHER, Profession.STUDENT}:
        reasons.append(Reason.TAXONOMY_AMBIGUOUS)
    if register.name is not Agreement.AGREES or register.birth_date is Agreement.DIFFERS:
        reasons.append(Reason.IDENTITY_CREDENTIAL_MISMATCH)
    return reasons


def _american_signals(facts: Facts) -> list[Reason]:
    if facts.nppes.lookup is Lookup.NOT_ASKED:
        return []
    nppes, ama = facts.nppes, facts.ama
    reasons = _masterfile_signals(ama)
    if _taxonomy_is_ambiguous(nppes, ama):
        reasons.append(Reason.TAXONOMY_AMBIGUOUS)
    # The Masterfile's link of number and name outweighs the name in NPPES.
    if nppes.name is Agreement.DIFFERS and ama.name is Agreement.UNKNOWN:
        reasons.append(Reason.IDENTITY_CREDENTIAL_MISMATCH)
    if nppes.lookup is Lookup.NOT_FOUND and not nppes.deactivated:
        reasons.append(Reason.REGISTER_NOT_FOUND)
    if nppes.deactivated:
        reasons.append(Reason.NPI_DEACTIVATED)
    if ama.dead or _is_noted_dead(facts.identity):
        reasons.append(Reason.DECEASED_UNCONFIRMED)
    if facts.licence_named and not facts.licence_known and Reason.LICENSE_NOT_ACTIVE not in reasons:
        reasons.append(Reason.LICENSE_NOT_ACTIVE)
    return reasons


def _masterfile_signals(ama: AmaFacts) -> list[Reason]:
    by_lookup = {
        Lookup.NOT_FOUND: Reason.AMA_NOT_FOUND,
        Lookup.AMBIGUOUS: Reason.AMA_AMBIGUOUS,
    }
    if ama.lookup in by_lookup:
        return [by_lookup[ama.lookup]]
    if ama.lookup is not Lookup.FOUND:
        return []
    reasons = []
    if ama.name is not Agreement.AGREES:
        reasons.append(Reason.NAME_MISMATCH_AMA)
    if ama.birth_date is not Agreement.AGREES:
        reasons.append(Reason.DOB_MISMATCH_AMA)
    # A trainee practises under the licence of the programme.
    if ama.licences is LicenceSummary.NONE_ACTIVE or (
        ama.licences is LicenceSummary.NONE and not ama.in_training
    ):
        reasons.append(Reason.LICENSE_NOT_ACTIVE)
    if ama.sanction or ama.some_revoked:
        reasons.append(Reason.SANCTION_REPORTED)
    return reasons


def _taxonomy_is_ambiguous(nppes: NppesFacts, ama: AmaFacts) -> bool:
    """Taxonomy codes are self-declared. Without the Masterfile, credential text and codes must
    agree.
    """
    if nppes.lookup is not Lookup.FOUND:
        return False
    if ama.lookup is Lookup.FOUND:
        resident = nppes.trainee_code and ama.in_training and ama.degree_awarded is True
        return not (nppes.physician_code or resident)
    mixed = not nppes.physician_code or nppes.other_code
    # If no Masterfile is asked, the credential text must name a degree.
    no_degree = nppes.degree is False or (
        ama.lookup is Lookup.NOT_ASKED and nppes.degree is not True
    )
    return mixed or no_degree


def _identity_signals(identity: IdentityFacts) -> list[Reason]:
    if identity.answer is IdentityStatus.NOT_ASKED:
        return []
    reasons: list[Reason] = []
    for key in identity.qualifiers:
        is_relevant = qualifiers.classify(key) in {QualifierClass.REVIEW, QualifierClass.TYPO}
        if is_relevant and (reason := qualifiers.review_reason(key)):
            reasons.append(reason)
    if identity.watch_list:
        reasons.append(Reason.WATCHLIST_HIT)
    if identity.velocity and identity.own_calls == 0:
        reasons.append(Reason.IDENTITY_VELOCITY)
    if identity.result != qualifiers.MATCH or _fails_silently(identity):
        reasons.append(Reason.IDENTITY_CONTRADICTED)
    if identity.questions is QuestionStatus.FAILED or (
        _wants_step_up(identity) and identity.questions is not QuestionStatus.PASSED
    ):
        reasons.append(Reason.KBA_FAILED)
    return reasons


def _fails_silently(identity: IdentityFacts) -> bool:
    """A failure without a qualifier that explains it."""
    known = {qualifiers.PASS, qualifiers.PARTIAL, qualifiers.FAILURE}
    unexplained = identity.summary == qualifiers.FAILURE and not identity.qualifiers
    return identity.summary not in known or unexplained


def _device_signals(facts: Facts) -> list[Reason]:
    device = facts.device
    signals = (
        (device.tampered, Reason.DEVICE_RESULT_TAMPERED),
        (device.duplicate, Reason.DEVICE_DUPLICATE),
        (device.fraud, Reason.DEVICE_FRAUD_RISK),
        (device.country_differs, Reason.GEO_MISMATCH),
    )
    return [reason for applies, reason in signals if applies]


def _binding(facts: Facts) -> tuple[Verdict, tuple[Reason, ...]]:
    """Approve only with a binding factor: names, numbers and birth dates can be bought."""
    factors = set(facts.bound_by)
    if facts.identity.questions is QuestionStatus.PASSED:
        factors.add(BindingFactor.KBA)
    enough = _STRONG_FACTORS if facts.device.answer is DeviceStatus.UNKNOWN else _ANY_FACTORS
    if facts.needs_new_binding:
        factors.discard(BindingFactor.INSTITUTIONAL_EMAIL)
    if factors & enough:
        return Verdict.APPROVE, ()
    if facts.code_possible and not facts.code_failed:
        return Verdict.AWAIT_CODE, ()
    if facts.identity.questions is QuestionStatus.POSSIBLE and not facts.code_failed:
        return Verdict.AWAIT_QUESTIONS, ()
    return Verdict.REVIEW, (Reason.BINDING_FAILED,)
