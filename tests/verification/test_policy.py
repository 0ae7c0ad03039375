"""The rules of verification, from facts to a ruling."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verification import policy
from verification.policy import (
    BindingFactor,
    ExclusionMatch,
    Facts,
    LicenceStatus,
    Lookup,
    NppesFacts,
    OwnFacts,
    PolicyVerdict,
    Profession,
    RegisterFacts,
)
from verification.policy.matching import Agreement
from verification.policy.reasons import (
    REASON_LABELS,
    REFUSAL_REASONS,
    SECOND_REVIEW_REASONS,
    Reason,
)

REGISTERED = RegisterFacts(
    lookup=Lookup.FOUND,
    licence_status=LicenceStatus.ACTIVE,
    profession=Profession.PHYSICIAN,
    name=Agreement.AGREES,
)
CLEAN = Facts(format_ok=True, register=REGISTERED, bound_by=(BindingFactor.INSTITUTIONAL_EMAIL,))


def decide(facts: Facts) -> policy.Ruling:
    return policy.decide_by_version(facts.as_json(), policy.POLICY_VERSION)


def register(**changes: object) -> dict[str, object]:
    return {"register": replace(REGISTERED, **changes)}  # type: ignore[arg-type]


def test_a_clean_application_with_a_binding_factor_is_approved() -> None:
    assert decide(CLEAN) == policy.Ruling(PolicyVerdict.APPROVE)


@pytest.mark.parametrize(
    ("changes", "verdict", "reason"),
    [
        ({"own": OwnFacts(banned=True)}, PolicyVerdict.REJECT, Reason.BANNED),
        ({"format_ok": False}, PolicyVerdict.REJECT, Reason.CREDENTIAL_FORMAT),
        ({"own": OwnFacts(duplicate=True)}, PolicyVerdict.REJECT, Reason.DUPLICATE_ACCOUNT),
        (register(profession=Profession.OTHER), PolicyVerdict.REJECT, Reason.NOT_PHYSICIAN),
        ({"nppes": NppesFacts(organisation=True)}, PolicyVerdict.REJECT, Reason.NPI_ORGANIZATION),
        (register(profession=Profession.STUDENT), PolicyVerdict.REJECT, Reason.NOT_YET_PHYSICIAN),
        (
            register(licence_status=LicenceStatus.REMOVED),
            PolicyVerdict.REJECT,
            Reason.REGISTER_REMOVED,
        ),
        (
            register(licence_status=LicenceStatus.REVOKED),
            PolicyVerdict.REJECT,
            Reason.LICENSE_REVOKED,
        ),
        ({"exclusion": ExclusionMatch.NUMBER_AND_NAME}, PolicyVerdict.REJECT, Reason.LEIE_EXCLUDED),
        (
            register(name=Agreement.DIFFERS, birth_date=Agreement.DIFFERS),
            PolicyVerdict.REJECT,
            Reason.IDENTITY_CREDENTIAL_MISMATCH,
        ),
        ({"own": OwnFacts(contested=True)}, PolicyVerdict.REVIEW, Reason.CREDENTIAL_CONTESTED),
        (
            register(name=Agreement.DIFFERS),
            PolicyVerdict.REVIEW,
            Reason.IDENTITY_CREDENTIAL_MISMATCH,
        ),
        (
            register(birth_date=Agreement.DIFFERS),
            PolicyVerdict.REVIEW,
            Reason.IDENTITY_CREDENTIAL_MISMATCH,
        ),
        (
            register(licence_status=LicenceStatus.CONDITIONS),
            PolicyVerdict.REVIEW,
            Reason.REGISTER_CONDITIONS,
        ),
        (
            register(licence_status=LicenceStatus.NOT_ACTIVE),
            PolicyVerdict.REVIEW,
            Reason.LICENSE_NOT_ACTIVE,
        ),
        (
            {"nppes": NppesFacts(lookup=Lookup.FOUND, deactivated=True)},
            PolicyVerdict.REVIEW,
            Reason.NPI_DEACTIVATED,
        ),
        (register(profession=Profession.RESIDENT), PolicyVerdict.REVIEW, Reason.TAXONOMY_AMBIGUOUS),
        (
            register(profession=Profession.AMBIGUOUS),
            PolicyVerdict.REVIEW,
            Reason.TAXONOMY_AMBIGUOUS,
        ),
        ({"exclusion": ExclusionMatch.POSSIBLE}, PolicyVerdict.REVIEW, Reason.LEIE_POSSIBLE),
        (register(lookup=Lookup.NOT_FOUND), PolicyVerdict.REVIEW, Reason.REGISTER_NOT_FOUND),
        (register(lookup=Lookup.NO_REGISTER), PolicyVerdict.REVIEW, Reason.NO_OPEN_REGISTER),
        (register(lookup=Lookup.UNAVAILABLE), PolicyVerdict.REVIEW, Reason.PROVIDER_UNAVAILABLE),
        ({"unanswered": ("register",)}, PolicyVerdict.REVIEW, Reason.PROVIDER_UNAVAILABLE),
        ({"bound_by": ()}, PolicyVerdict.REVIEW, Reason.BINDING_FAILED),
        (
            {"bound_by": (), "code_possible": True, "code_failed": True},
            PolicyVerdict.REVIEW,
            Reason.BINDING_FAILED,
        ),
    ],
)
def test_each_finding_has_its_verdict_and_reason(
    changes: dict[str, object], verdict: PolicyVerdict, reason: Reason
) -> None:
    ruling = decide(replace(CLEAN, **changes))  # type: ignore[arg-type]

    assert ruling.verdict is verdict
    assert reason in ruling.reasons


def test_a_code_is_asked_for_only_when_nothing_else_is_open() -> None:
    unbound = replace(CLEAN, bound_by=(), code_possible=True)

    assert decide(unbound).verdict is PolicyVerdict.AWAIT_CODE
    assert decide(replace(unbound, unanswered=("register",))).verdict is PolicyVerdict.REVIEW


def test_the_rules_alone_neither_refuse_nor_approve_an_appeal() -> None:
    refused = replace(
        CLEAN, register=replace(REGISTERED, profession=Profession.OTHER), needs_reviewer=True
    )

    assert decide(refused).verdict is PolicyVerdict.REVIEW
    assert decide(replace(CLEAN, needs_reviewer=True)).verdict is PolicyVerdict.REVIEW


any_facts = st.builds(
    Facts,
    format_ok=st.booleans(),
    own=st.builds(OwnFacts, banned=st.booleans(), duplicate=st.booleans(), contested=st.booleans()),
    register=st.builds(
        RegisterFacts,
        lookup=st.sampled_from(
            [Lookup.FOUND, Lookup.NOT_FOUND, Lookup.NO_REGISTER, Lookup.UNAVAILABLE]
        ),
        licence_status=st.none() | st.sampled_from(LicenceStatus),
        profession=st.none() | st.sampled_from(Profession),
        name=st.sampled_from(Agreement),
        birth_date=st.sampled_from(Agreement),
    ),
    exclusion=st.sampled_from(ExclusionMatch),
    bound_by=st.lists(st.sampled_from(BindingFactor), max_size=2).map(tuple),
    code_possible=st.booleans(),
    code_failed=st.booleans(),
    has_document=st.booleans(),
    needs_reviewer=st.booleans(),
    unanswered=st.lists(st.just("register"), max_size=1).map(tuple),
)


@given(any_facts)
def test_approval_needs_register_name_licence_and_binding(facts: Facts) -> None:
    ruling = decide(facts)

    if ruling.verdict is PolicyVerdict.APPROVE:
        assert facts.format_ok
        assert not any([facts.own.banned, facts.own.duplicate, facts.own.contested])
        assert not facts.unanswered
        assert facts.register.lookup is Lookup.FOUND
        assert facts.register.licence_status is LicenceStatus.ACTIVE
        assert facts.register.profession is Profession.PHYSICIAN
        assert facts.register.name is Agreement.AGREES
        assert facts.register.birth_date is not Agreement.DIFFERS
        assert set(facts.bound_by) - {BindingFactor.DOCUMENT_SEEN}


@given(any_facts)
def test_stored_facts_are_replayed_to_the_same_ruling(facts: Facts) -> None:
    stored = Facts.from_json(facts.as_json())

    assert stored == facts
    assert decide(stored) == decide(facts)


def test_every_reason_has_a_label() -> None:
    assert set(REASON_LABELS) == set(Reason)
    assert set(REFUSAL_REASONS) | SECOND_REVIEW_REASONS <= set(Reason)
