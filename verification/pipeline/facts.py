"""Collect the facts for a decision from the finished steps."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Q

from verification import policy
from verification.models import (
    Application,
    Credential,
    DocumentView,
    Membership,
    MembershipStatus,
    Step,
    StepName,
    StepState,
)
from verification.models.steps import CONFIG_ERROR
from verification.policy.facts import facts_from_mapping
from verification.policy.reasons import Reason

T = TypeVar("T")


def gather_facts(application: Application) -> policy.Facts:
    """The facts of the current round of checks. The claim on the licence number is read again."""
    steps = {
        StepName(step.name): step
        for step in Step.objects.filter(application=application, attempt=application.attempt)
    }
    done = {name: step for name, step in steps.items() if step.state == StepState.DONE}
    dead = sorted(name for name, step in steps.items() if step.state == StepState.DEAD)
    codes = {name: dict(step.normalized) for name, step in done.items()}
    binding = codes.get(StepName.BINDING, {})
    document = codes.get(StepName.DOCUMENT, {})
    return policy.Facts(
        format_ok=_outcome(done, StepName.FORMAT, "invalid") == "valid",
        own=_own_facts(application, codes.get(StepName.OWN_DB, {})),
        register=_source_facts(policy.RegisterFacts, done, StepName.REGISTER),
        nppes=_source_facts(policy.NppesFacts, done, StepName.NPPES),
        ama=_source_facts(policy.AmaFacts, done, StepName.AMA),
        exclusion=policy.ExclusionMatch(
            _outcome(done, StepName.LEIE, policy.ExclusionMatch.NOT_ASKED)
        ),
        licence_named=bool(codes.get(StepName.FORMAT, {}).get("licence_named")),
        licence_known=any(
            codes.get(name, {}).get("licence_known") for name in (StepName.NPPES, StepName.AMA)
        ),
        device=_device_facts(done),
        identity=_identity_facts(application, done),
        bound_by=(
            *(policy.BindingFactor(factor) for factor in binding.get("bound_by", ())),
            *((policy.BindingFactor.DOCUMENT_SEEN,) if _is_document_seen(application) else ()),
        ),
        code_possible=bool(binding.get("code_possible")),
        has_document=_outcome(done, StepName.DOCUMENT, "absent") == "present",
        document_differs=bool(document.get("differs")),
        needs_new_binding=_needs_new_binding(application),
        needs_reviewer=application.appeal_of_id is not None,
        unanswered=tuple(dead),
        misconfigured=tuple(name for name in dead if steps[name].outcome == CONFIG_ERROR),
    )


def _outcome(done: dict[StepName, Step], name: StepName, default: str) -> str:
    return done[name].outcome if name in done else default


def _own_facts(application: Application, codes: dict[str, Any]) -> policy.OwnFacts:
    contested = bool(codes.get("contested")) or not _holds_claim(application)
    return facts_from_mapping(policy.OwnFacts, {**codes, "contested": contested})


def _holds_claim(application: Application) -> bool:
    """Whether this application, or an earlier one of the same person, holds the number."""
    return Credential.objects.filter(
        Q(application=application)
        | Q(user_id=application.user_id, number_index=application.number_index, confirmed=True),
        active=True,
    ).exists()


def _is_document_seen(application: Application) -> bool:
    return DocumentView.objects.filter(
        document__application=application, document__deleted_at__isnull=True
    ).exists()


def _needs_new_binding(application: Application) -> bool:
    """Whether the membership was suspended after a new device in another country: the account may
    have been sold.
    """
    return Membership.objects.filter(
        user_id=application.user_id,
        status=MembershipStatus.SUSPENDED,
        reasons__contains=[str(Reason.GEO_MISMATCH)],
    ).exists()


def _source_facts(kind: type[T], done: dict[StepName, Step], name: StepName) -> T:
    if name not in done:
        return kind()
    codes = {key: value for key, value in done[name].normalized.items() if key != "licence_known"}
    codes = (
        {key: value or None for key, value in codes.items()} if name == StepName.REGISTER else codes
    )
    return facts_from_mapping(kind, {**codes, "lookup": done[name].outcome})


def _device_facts(done: dict[StepName, Step]) -> policy.DeviceFacts:
    step = done.get(StepName.DEVICE)
    if step is None:
        return policy.DeviceFacts()
    return facts_from_mapping(policy.DeviceFacts, {**step.normalized, "answer": step.outcome})


def _identity_facts(application: Application, done: dict[StepName, Step]) -> policy.IdentityFacts:
    step = done.get(StepName.IDOLOGY)
    if step is None:
        return policy.IdentityFacts()
    codes = {**step.normalized, "answer": step.outcome, "resubmissions": application.resubmissions}
    questions = done.get(StepName.KBA)
    if questions is not None and questions.outcome in {"passed", "failed"}:
        codes["questions"] = questions.outcome
    return facts_from_mapping(policy.IdentityFacts, codes)
