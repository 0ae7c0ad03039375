"""Rules that both kinds of request share: break-glass and recovery."""

from __future__ import annotations

from sermo.audit.services import first_broken_position
from sermo.custody.errors import CustodyRefusal

MAX_HOURS = 72


def refuse_wrong_duration(hours: int) -> None:
    """Raises `CustodyRefusal` unless the request ends after 1 to `MAX_HOURS` hours."""
    if not 1 <= hours <= MAX_HOURS:
        raise CustodyRefusal(f"A request ends after 1 to {MAX_HOURS} hours.")


def refuse_broken_audit_chain() -> None:
    """Raises `CustodyRefusal` if an audit record of either store was changed."""
    if first_broken_position("community") or first_broken_position("identity"):
        raise CustodyRefusal(
            "The audit record was changed: nothing is opened before that is explained."
        )
