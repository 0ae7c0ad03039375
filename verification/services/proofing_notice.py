"""After approval: a contact of record objects, or a member signs in from a new device."""

from __future__ import annotations

from django.db import transaction

from accounts.models import User
from sermo.audit.models import AuditAction
from sermo.audit.services import record_audit_event
from sermo.core import clock
from verification.models import Membership, MembershipStatus, ProofingNotice
from verification.pipeline.membership_status import suspend_membership
from verification.pipeline.proofing_notices import token_digest
from verification.policy.reasons import Reason


def valid_notice(token: str) -> ProofingNotice | None:
    """The notice of this link; None if it is unknown or expired."""
    return (
        ProofingNotice.objects.select_related("application__user")
        .filter(token_digest=token_digest(token), expires_at__gt=clock.now())
        .first()
    )


@transaction.atomic(using="identity")
def deny_admission(*, notice: ProofingNotice) -> None:
    """The contact says that it was not them: suspend at once, and open a review. Twice is safe."""
    locked = ProofingNotice.objects.select_for_update().get(pk=notice.pk)
    if locked.denied_at is not None:
        return
    locked.denied_at = clock.now()
    locked.save(update_fields=["denied_at"])
    record_audit_event(
        AuditAction.MEMBERSHIP_DISOWNED,
        store="identity",
        actor="contact of record",
        target=f"application:{locked.application_id}",
    )
    suspend_membership(locked.application.user, Reason.NOTICE_DENIED, actor="contact of record")


def check_new_device(*, user: User, country: str) -> None:
    """Suspend a member who signs in on a new device in another country.

    Accounts are sold. To be verified again the member needs a code or the identity questions; the
    mailbox of the account does not count.
    """
    membership = Membership.objects.select_related("application").filter(user=user).first()
    if membership is None or membership.status != MembershipStatus.ACTIVE:
        return
    if country and country != membership.application.country:
        suspend_membership(user, Reason.GEO_MISMATCH)
