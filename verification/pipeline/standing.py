"""How a verified person stands after approval: admitted, suspended, restored, revoked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction

from accounts.models import User
from accounts.services import pause_membership, resume_membership
from sermo.audit.models import AuditAction
from sermo.audit.services import record_audit_event
from sermo.core import keys
from verification import clock, personal, policy
from verification.models import (
    Application,
    Membership,
    MembershipStanding,
    State,
    StepName,
    Topic,
)
from verification.models.application import OPEN
from verification.reasons import Reason
from verification.transitions import LASTS, WORKER, owe


def entity_index(entity_id: str) -> bytes:
    """32 keyed bytes for the Masterfile's number of a person."""
    return keys.keyed_digest(keys.KeyName.BLIND_INDEX, "verification.entity", entity_id.encode())


def admit(application: Application, *, actor: str) -> Membership:
    """The identity store's side of a membership; an earlier one is taken up again."""
    known = _masterfile_box(application)
    entity = str(known.get("entity") or "")
    until = str(known.get("licence_until") or "")
    key = application.user.decrypt_data_key()
    before = Membership.objects.filter(user=application.user).first()
    membership, _ = Membership.objects.update_or_create(
        user=application.user,
        defaults={
            "application": application,
            "standing": MembershipStanding.ACTIVE,
            "reasons": [],
            "suspended_at": None,
            "licence_until": dt.date.fromisoformat(until) if until else None,
            "entity_box": personal.close_json(key, {"entity": entity}) if entity else None,
            "entity_index": entity_index(entity) if entity else None,
        },
    )
    if before is not None and before.standing != MembershipStanding.ACTIVE:
        _record(AuditAction.MEMBERSHIP_RESTORED, membership, actor=actor)
    resume_membership(user=application.user)
    owe(application, Topic.NOTICE)
    if entity:
        owe(application, Topic.MONITOR)
    return membership


# After these the person themselves leads the way back; all others are a reviewer's to judge.
_BY_THEMSELVES = frozenset({Reason.LICENSE_NOT_ACTIVE, Reason.GEO_MISMATCH})


@transaction.atomic(using="identity")
def suspend(user: User, reason: Reason, *, actor: str = WORKER) -> bool:
    """From now on they read and write nothing; False where that changes nothing.

    What they wrote stays. A reviewer's case is opened, unless the person can mend it alone.
    """
    membership = Membership.objects.select_for_update().filter(user=user).first()
    if membership is None or membership.standing == MembershipStanding.REVOKED:
        return False
    if str(reason) in membership.reasons:
        return False
    first = membership.standing == MembershipStanding.ACTIVE
    membership.standing = MembershipStanding.SUSPENDED
    membership.suspended_at = membership.suspended_at or clock.now()
    membership.reasons = sorted({*membership.reasons, str(reason)})
    membership.version += 1
    membership.save(update_fields=["standing", "suspended_at", "reasons", "version"])
    pause_membership(user=user)
    _record(AuditAction.MEMBERSHIP_SUSPENDED, membership, actor=actor, reason=reason)
    if first:
        owe(membership.application, Topic.MAIL_SUSPENDED)
    if reason not in _BY_THEMSELVES:
        open_case(membership, reason)
    return True


@transaction.atomic(using="identity")
def open_case(membership: Membership, reason: Reason) -> Application:
    """For a reviewer, on the details they were admitted with. An open one takes the reason too."""
    user = membership.user
    case = Application.objects.select_for_update().filter(user=user, state__in=OPEN).first()
    if case is None or case.state == State.DRAFT:
        Application.objects.filter(user=user, state=State.DRAFT).delete()
        case = _case_of(membership)
    case.reasons = sorted({*case.reasons, str(reason)})
    case.save()
    return case


def _case_of(membership: Membership) -> Application:
    now, old = clock.now(), membership.application
    return Application(
        user=membership.user,
        state=State.IN_REVIEW,
        policy_version=policy.POLICY_VERSION,
        appeal_of=old,
        country=old.country,
        specialty=old.specialty,
        scheme=old.scheme,
        number_index=old.number_index,
        box=old.box,
        opened_month=now.date().replace(day=1),
        submitted_at=now,
        review_since=now,
        expires_at=now + LASTS[State.IN_REVIEW],
    )


@transaction.atomic(using="identity")
def revoke(user: User, reasons: Iterable[str], *, actor: str) -> None:
    """What was doubted was refused: the membership ends. Nothing for whoever never had one."""
    membership = Membership.objects.select_for_update().filter(user=user).first()
    if membership is None or membership.standing == MembershipStanding.REVOKED:
        return
    membership.standing = MembershipStanding.REVOKED
    membership.reasons = sorted({*membership.reasons, *map(str, reasons)})
    membership.version += 1
    membership.save(update_fields=["standing", "reasons", "version"])
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


def _masterfile_box(application: Application) -> dict[str, object]:
    step = application.steps.filter(name=StepName.AMA, attempt=application.attempt).first()
    if step is None or step.box is None:
        return {}
    return personal.open_json(application.user.decrypt_data_key(), step.box)
