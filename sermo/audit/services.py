"""Writing and checking the record."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any, Literal

from django.db import connections, transaction
from django.utils import timezone

from sermo.audit.models import AuditAction, AuditEvent, CommunityAuditEvent, IdentityAuditEvent
from sermo.routers import COMMUNITY, IDENTITY

Store = Literal["community", "identity"]
_MODELS: dict[Store, tuple[type[CommunityAuditEvent] | type[IdentityAuditEvent], str]] = {
    "community": (CommunityAuditEvent, COMMUNITY),
    "identity": (IdentityAuditEvent, IDENTITY),
}
# Any fixed number: writers of one chain queue behind it until their transaction ends.
_CHAIN_LOCK = 5_202_026
_FIRST = bytes(32)
# Targets of the identity store that are one person's.
OF_A_PERSON = ("application:", "document:", "membership", "user:", "a person")


def record_audit_event(
    action: AuditAction,
    *,
    store: Store,
    actor: str,
    target: str,
    reason: str = "",
    details: dict[str, Any] | None = None,
) -> None:
    """Append one act to the store's chain, in the caller's transaction."""
    model, alias = _MODELS[store]
    with transaction.atomic(using=alias):
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CHAIN_LOCK])
        last = model._default_manager.using(alias).order_by("-position").first()
        entry = model(
            action=action,
            actor=actor,
            target=target,
            reason=reason,
            details=details or {},
            recorded_at=_as_coarse_as(store, target),
        )
        entry.digest = _digest(last.digest if last else _FIRST, entry)
        entry.save(using=alias, force_insert=True)


def _as_coarse_as(store: Store, target: str) -> dt.datetime:
    """The minute; of what concerns one person's way in, the month (ANONYMITY.md §2, time).

    The order of the chain stays, and who did what; a day beside a day of first words would say
    who entered under which name.
    """
    now = timezone.now().replace(second=0, microsecond=0)
    if store == "identity" and target.startswith(OF_A_PERSON):
        return now.replace(day=1, hour=0, minute=0)
    return now


def first_broken_position(store: Store) -> int | None:
    """The first row that does not follow from the one before it; None where the chain holds."""
    model, alias = _MODELS[store]
    before = _FIRST
    for entry in model._default_manager.using(alias).order_by("position").iterator():
        if entry.digest != _digest(before, entry):
            return int(entry.position)
        before = entry.digest
    return None


def _digest(before: bytes, entry: AuditEvent) -> bytes:
    said = json.dumps(
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
    return hashlib.sha256(before + said.encode()).digest()
