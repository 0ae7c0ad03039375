"""Version 2 of the rules: what sends an application to a reviewer."""

from __future__ import annotations

from verification.policy import qualifiers
from verification.policy.enums import (
    ExclusionMatch,
    IdentityStatus,
    LicenceStatus,
    LicenceSummary,
    Lookup,
    Profession,
    QuestionStatus,
)
from verification.policy.facts import AmaFacts, Facts, IdentityFacts, NppesFacts, RegisterFacts
from verification.policy.matching import Agreement
from verification.policy.qualifiers import QualifierClass
from verification.policy.reasons import Reason


def is_noted_dead(identity: IdentityFacts) -> bool:
    return qualifiers.DECEASED in map(qualifiers.normalise_key, identity.qualifiers)


def wants_step_up(identity: IdentityFacts) -> bool:
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
    if ama.dead or is_noted_dead(facts.identity):
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
        wants_step_up(identity) and identity.questions is not QuestionStatus.PASSED
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
