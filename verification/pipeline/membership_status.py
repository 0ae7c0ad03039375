"""Admit, suspend, restore and revoke members."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction

from accounts.models import User
from accounts.services import pause_membership, resume_membership
from sermo.audit.models import AuditAction
from sermo.audit.services import record_audit_event
from sermo.core import clock, coarse, keys
from verification import policy
from verification.models import (
    Application,
    ApplicationState,
    Membership,
    MembershipStatus,
    OutboxTopic,
    StepName,
)
from verification.models.application import OPEN_STATES
from verification.personal_data import applicant_details
from verification.pipeline.transitions import STATE_LIFETIME, WORKER, add_to_outbox
from verification.policy.reasons import Reason


def entity_index(entity_id: str) -> bytes:
    """32 bytes: the keyed hash of the Masterfile's number of a person."""
    return keys.keyed_digest(keys.KeyName.BLIND_INDEX, "verification.entity", entity_id.encode())


def admit_member(application: Application, *, actor: str) -> Membership:
    """Create or restore the membership of a locked, approved application."""
    known = _masterfile_data(application)
    entity = str(known.get("entity") or "")
    until = str(known.get("licence_until") or "")
    key = application.user.decrypt_data_key()
    before = Membership.objects.filter(user=application.user).first()
    membership, _ = Membership.objects.update_or_create(
        user=application.user,
        defaults={
            "application": application,
            "status": MembershipStatus.ACTIVE,
            "reasons": [],
            "suspended_at": None,
            "licence_until": dt.date.fromisoformat(until) if until else None,
            "entity_ciphertext": applicant_details.encrypt_json(key, {"entity": entity})
            if entity
            else None,
            "entity_index": entity_index(entity) if entity else None,
        },
    )
    if before is not None and before.status != MembershipStatus.ACTIVE:
        _record(AuditAction.MEMBERSHIP_RESTORED, membership, actor=actor)
    resume_membership(user=application.user)
    add_to_outbox(application, OutboxTopic.NOTICE)
    if entity:
        add_to_outbox(application, OutboxTopic.MONITOR)
    return membership


# After these the member can apply again without a reviewer; all others need a reviewer.
_SELF_SERVICE_REASONS = frozenset({Reason.LICENSE_NOT_ACTIVE, Reason.GEO_MISMATCH})


@transaction.atomic(using="identity")
def suspend_membership(user: User, reason: Reason, *, actor: str = WORKER) -> bool:
    """Suspend: the member can no longer read or write. Returns False if nothing changes.

    Their posts stay. A review is opened, unless the member can clear the reason alone.
    """
    membership = Membership.objects.select_for_update().filter(user=user).first()
    if membership is None or membership.status == MembershipStatus.REVOKED:
        return False
    if str(reason) in membership.reasons:
        return False
    first = membership.status == MembershipStatus.ACTIVE
    membership.status = MembershipStatus.SUSPENDED
    membership.suspended_at = membership.suspended_at or clock.now()
    membership.reasons = sorted({*membership.reasons, str(reason)})
    membership.version += 1
    membership.save(update_fields=["status", "suspended_at", "reasons", "version"])
    pause_membership(user=user)
    _record(AuditAction.MEMBERSHIP_SUSPENDED, membership, actor=actor, reason=reason)
    if first:
        add_to_outbox(membership.application, OutboxTopic.MAIL_SUSPENDED)
    if reason not in _SELF_SERVICE_REASONS:
        open_review_application(membership, reason)
    return True


@transaction.atomic(using="identity")
def open_review_application(membership: Membership, reason: Reason) -> Application:
    """An application in review with the details of the membership. An open one takes the reason
    too.
    """
    user = membership.user
    case = Application.objects.select_for_update().filter(user=user, state__in=OPEN_STATES).first()
    if case is None or case.state == ApplicationState.DRAFT:
        Application.objects.filter(user=user, state=ApplicationState.DRAFT).delete()
        case = _new_review_application(membership)
    case.reasons = sorted({*case.reasons, str(reason)})
    case.save()
    return case


def _new_review_application(membership: Membership) -> Application:
    now, old = clock.now(), membership.application
    return Application(
        user=membership.user,
        state=ApplicationState.IN_REVIEW,
        policy_version=policy.POLICY_VERSION,
        appeal_of=old,
        country=old.country,
        specialty=old.specialty,
        scheme=old.scheme,
        number_index=old.number_index,
        details_ciphertext=old.details_ciphertext,
        opened_month=coarse.to_month(now.date()),
        submitted_at=now,
        review_since=now,
        expires_at=now + STATE_LIFETIME[ApplicationState.IN_REVIEW],
    )


@transaction.atomic(using="identity")
def revoke_membership(user: User, reasons: Iterable[str], *, actor: str) -> None:
    """End the membership because a review confirmed the doubt. Does nothing without a
    membership.
    """
    membership = Membership.objects.select_for_update().filter(user=user).first()
    if membership is None or membership.status == MembershipStatus.REVOKED:
        return
    membership.status = MembershipStatus.REVOKED
    membership.reasons = sorted({*membership.reasons, *map(str, reasons)})
    membership.version += 1
    membership.save(update_fields=["status", "reasons", "version"])
    pause_membership(user=user)
    _record(AuditAction.MEMBERSHIP_REVOKED, membership, actor=actor)


def _record(action: AuditAction, membership: Membership, *, actor: str, reason: str = "") -> None:
    record_audit_event(
        action,
        store="identity",
        actor=actor,
        target=f"application:{membership.application_id}",
        reason=reason,
        details={"version": membership.version},
    )


def _masterfile_data(application: Application) -> dict[str, object]:
    step = application.steps.filter(name=StepName.AMA, attempt=application.attempt).first()
    if step is None or step.private_ciphertext is None:
        return {}
    return applicant_details.decrypt_json(
        application.user.decrypt_data_key(), step.private_ciphertext
    )
