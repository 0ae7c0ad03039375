"""How a verified person stands after approval: admitted, suspended, restored, revoked."""

from __future__ import annotations

import datetime as dt

from sermo.core import keys
from verification import personal
from verification.models import Application, Membership, MembershipStanding, StepName, Topic
from verification.transitions import owe


def entity_index(entity_id: str) -> bytes:
    """32 keyed bytes for the Masterfile's number of a person."""
    return keys.keyed_digest(keys.Name.BI, "verification.entity", entity_id.encode())


def admit(application: Application) -> Membership:
    """The identity store's side of a membership; an earlier one is taken up again."""
    known = _masterfile_box(application)
    entity = str(known.get("entity") or "")
    until = str(known.get("licence_until") or "")
    key = application.user.open_data_key()
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
    owe(application, Topic.NOTICE)
    if entity:
        owe(application, Topic.MONITOR)
    return membership


def _masterfile_box(application: Application) -> dict[str, object]:
    step = application.steps.filter(name=StepName.AMA, attempt=application.attempt).first()
    if step is None or step.box is None:
        return {}
    return personal.open_json(application.user.open_data_key(), step.box)
