from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verification import policy
from verification.policy import ExclusionMatch, LicenceStatus, Lookup, Profession, Verdict
from verification.policy.first import Binding, Facts
from verification.policy.name_matching import Agreement
from verification.policy.reasons import (
    REASON_LABELS,
    REFUSAL_REASONS,
    SECOND_REVIEW_REASONS,
    Reason,
)

CLEAN = Facts(
    format_ok=True,
    lookup=Lookup.FOUND,
    standing=LicenceStatus.ACTIVE,
    profession=Profession.PHYSICIAN,
    name=Agreement.AGREES,
    binding=Binding.INSTITUTIONAL_EMAIL,
)


def decide(facts: Facts) -> policy.Ruling:
    return policy.decide_by_version(facts.as_json(), 1)


def test_a_clean_case_with_a_binding_is_approved() -> None:
    assert decide(CLEAN) == policy.Ruling(Verdict.APPROVE)


@pytest.mark.parametrize(
    ("changes", "verdict", "reason"),
    [
        ({"banned": True}, Verdict.REJECT, Reason.BANNED),
        ({"format_ok": False}, Verdict.REJECT, Reason.CREDENTIAL_FORMAT),
        ({"duplicate": True}, Verdict.REJECT, Reason.DUPLICATE_ACCOUNT),
        ({"profession": Profession.OTHER}, Verdict.REJECT, Reason.NOT_PHYSICIAN),
        ({"profession": Profession.ORGANISATION}, Verdict.REJECT, Reason.NPI_ORGANIZATION),
        ({"profession": Profession.STUDENT}, Verdict.REJECT, Reason.NOT_YET_PHYSICIAN),
        ({"standing": LicenceStatus.REMOVED}, Verdict.REJECT, Reason.REGISTER_REMOVED),
        ({"standing": LicenceStatus.REVOKED}, Verdict.REJECT, Reason.LICENSE_REVOKED),
        ({"exclusion": ExclusionMatch.NUMBER_AND_NAME}, Verdict.REJECT, Reason.LEIE_EXCLUDED),
        (
            {"name": Agreement.DIFFERS, "birth_date": Agreement.DIFFERS},
            Verdict.REJECT,
            Reason.IDENTITY_CREDENTIAL_MISMATCH,
        ),
        ({"contested": True}, Verdict.REVIEW, Reason.CREDENTIAL_CONTESTED),
        ({"name": Agreement.DIFFERS}, Verdict.REVIEW, Reason.IDENTITY_CREDENTIAL_MISMATCH),
        ({"birth_date": Agreement.DIFFERS}, Verdict.REVIEW, Reason.IDENTITY_CREDENTIAL_MISMATCH),
        ({"standing": LicenceStatus.CONDITIONS}, Verdict.REVIEW, Reason.REGISTER_CONDITIONS),
        ({"standing": LicenceStatus.NOT_ACTIVE}, Verdict.REVIEW, Reason.LICENSE_NOT_ACTIVE),
        ({"standing": LicenceStatus.DEACTIVATED}, Verdict.REVIEW, Reason.NPI_DEACTIVATED),
        ({"profession": Profession.RESIDENT}, Verdict.REVIEW, Reason.TAXONOMY_AMBIGUOUS),
        ({"profession": Profession.AMBIGUOUS}, Verdict.REVIEW, Reason.TAXONOMY_AMBIGUOUS),
        ({"exclusion": ExclusionMatch.NAME_AND_BIRTH_DATE}, Verdict.REVIEW, Reason.LEIE_POSSIBLE),
        ({"lookup": Lookup.NOT_FOUND}, Verdict.REVIEW, Reason.REGISTER_NOT_FOUND),
        ({"lookup": Lookup.NO_REGISTER}, Verdict.REVIEW, Reason.NO_OPEN_REGISTER),
        ({"lookup": Lookup.UNAVAILABLE}, Verdict.REVIEW, Reason.PROVIDER_UNAVAILABLE),
        ({"unanswered": ("register",)}, Verdict.REVIEW, Reason.PROVIDER_UNAVAILABLE),
        ({"binding": Binding.NONE}, Verdict.REVIEW, Reason.BINDING_FAILED),
        ({"binding": Binding.CODE_FAILED}, Verdict.REVIEW, Reason.BINDING_FAILED),
    ],
)
def test_each_finding_has_its_verdict_and_reason(
    changes: dict[str, object], verdict: Verdict, reason: Reason
) -> None:
    ruling = decide(replace(CLEAN, **changes))  # type: ignore[arg-type]

    assert ruling.verdict is verdict
    assert reason in ruling.reasons


def test_a_code_is_asked_for_only_where_nothing_else_is_open() -> None:
    assert decide(replace(CLEAN, binding=Binding.CODE_POSSIBLE)).verdict is Verdict.AWAIT_CODE


def test_an_appeal_is_never_refused_nor_admitted_by_the_rules_alone() -> None:
    refused = replace(CLEAN, profession=Profession.OTHER, wants_person=True)

    assert decide(refused).verdict is Verdict.REVIEW
    assert decide(replace(CLEAN, wants_person=True)).verdict is Verdict.REVIEW


facts_in_general = st.builds(
    Facts,
    format_ok=st.booleans(),
    banned=st.booleans(),
    duplicate=st.booleans(),
    contested=st.booleans(),
    lookup=st.sampled_from(
        [Lookup.FOUND, Lookup.NOT_FOUND, Lookup.NO_REGISTER, Lookup.UNAVAILABLE]
    ),
    standing=st.none() | st.sampled_from(LicenceStatus),
    profession=st.none() | st.sampled_from(Profession),
    name=st.sampled_from(Agreement),
    birth_date=st.sampled_from(Agreement),
    exclusion=st.sampled_from(ExclusionMatch),
    binding=st.sampled_from(Binding),
    has_document=st.booleans(),
    wants_person=st.booleans(),
    unanswered=st.lists(st.just("register"), max_size=1).map(tuple),
)


@given(facts_in_general)
def test_nobody_is_approved_without_register_name_standing_and_binding(facts: Facts) -> None:
    ruling = decide(facts)

    if ruling.verdict is Verdict.APPROVE:
        assert facts.format_ok
        assert not any([facts.banned, facts.duplicate, facts.contested, facts.unanswered])
        assert facts.lookup is Lookup.FOUND
        assert facts.standing is LicenceStatus.ACTIVE
        assert facts.profession is Profession.PHYSICIAN
        assert facts.name is Agreement.AGREES
        assert facts.birth_date is not Agreement.DIFFERS
        assert facts.binding in {Binding.INSTITUTIONAL_EMAIL, Binding.RECORD_CONTACT_CODE}


@given(facts_in_general)
def test_old_facts_replay_to_the_same_ruling(facts: Facts) -> None:
    again = Facts.from_json(facts.as_json())

    assert again == facts
    assert decide(again) == decide(facts)


def test_a_refusal_always_has_a_reason_and_a_meaning() -> None:
    assert set(REASON_LABELS) == set(Reason)
    assert set(REFUSAL_REASONS) | SECOND_REVIEW_REASONS <= set(Reason)
