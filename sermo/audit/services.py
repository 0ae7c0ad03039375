"""Writing and checking the audit log."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any, Literal

from django.db import connections, transaction
from django.utils import timezone

from sermo.audit.models import AuditAction, AuditEvent, CommunityAuditEvent, IdentityAuditEvent
from sermo.core import coarse
from sermo.routers import COMMUNITY, IDENTITY

StoreName = Literal["community", "identity"]
_MODELS: dict[StoreName, tuple[type[CommunityAuditEvent] | type[IdentityAuditEvent], str]] = {
    "community": (CommunityAuditEvent, COMMUNITY),
    "identity": (IdentityAuditEvent, IDENTITY),
}
# Number of the advisory lock that writers of one chain hold until their transaction ends.
_CHAIN_LOCK_ID = 5_202_026
_INITIAL_DIGEST = bytes(32)
# Targets in the identity store that concern one person.
PERSONAL_TARGETS = ("application:", "document:", "membership", "user:", "a person")


def record_audit_event(
    action: AuditAction,
    *,
    store: StoreName,
    actor: str,
    target: str,
    reason: str = "",
    details: dict[str, Any] | None = None,
) -> None:
    """Append one event to the store's chain, in the caller's transaction.

    Writers of one store wait for each other until their transactions end.
    """
    model, alias = _MODELS[store]
    with transaction.atomic(using=alias):
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CHAIN_LOCK_ID])
        last = model._default_manager.using(alias).order_by("-position").first()
        entry = model(
            action=action,
            actor=actor,
            target=target,
            reason=reason,
            details=details or {},
            recorded_at=_recorded_at(store, target),
        )
        entry.digest = _digest(last.digest if last else _INITIAL_DIGEST, entry)
        entry.save(using=alias, force_insert=True)


def _recorded_at(store: StoreName, target: str) -> dt.datetime:
    """The minute; for an event about one person in the identity store, the month.

    A day here and the day of a member's first post would link the two (docs/design/anonymity.md,
    time). The chain keeps the order of events.
    """
    now = timezone.now()
    if store == "identity" and target.startswith(PERSONAL_TARGETS):
        return coarse.to_month(now)
    return coarse.to_minute(now)


def first_broken_position(store: StoreName) -> int | None:
    """Position of the first event whose digest is wrong; None if the chain is intact."""
    model, alias = _MODELS[store]
    previous = _INITIAL_DIGEST
    for entry in model._default_manager.using(alias).order_by("position").iterator():
        if entry.digest != _digest(previous, entry):
            return int(entry.position)
        previous = entry.digest
    return None


def _digest(previous: bytes, entry: AuditEvent) -> bytes:
    encoded = json.dumps(
        [
            str(entry.action),
            entry.actor,
            entry.target,
            entry.reason,
            entry.details,
            entry.recorded_at.isoformat(),
        ],
        sort_keys=True,
    )
    return hashlib.sha256(previous + encoded.encode()).digest()
