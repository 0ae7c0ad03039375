"""Delete what is no longer needed: documents after the decision, exact times after a month."""

from __future__ import annotations

import datetime as dt
import uuid

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from sermo.audit.models import AuditAction
from sermo.audit.services import record_audit_event
from sermo.core import clock, coarse, storage
from verification.models import (
    Application,
    ApplicationState,
    ContactCode,
    Decision,
    Document,
    OutboxMessage,
    Step,
    VendorCall,
)
from verification.models.application import CLOSED_STATES
from verification.pipeline.transitions import WORKER

# A refusal can be appealed for this long.
APPEAL_WINDOW = dt.timedelta(days=30)
# A notice of proofing is valid for 60 days; rounded up to whole months.
NOTICE_RETENTION = dt.timedelta(days=92)
# New members enter soon after admission. An exact time of admission next to the time of a first
# post would identify them.
COARSEN_ADMITTED_AFTER = dt.timedelta(hours=1)


def purge_expired() -> None:
    """Delete documents and vendor answers past their time, and coarsen closed applications."""
    for document_id in documents_to_delete():
        delete_document(document_id, actor=WORKER)
    for application_id in applications_to_coarsen():
        coarsen_application(application_id)
    delete_vendor_bodies()


def delete_vendor_bodies() -> int:
    """Delete raw vendor answers past their time; the outcome code stays. Returns their number."""
    before = clock.now() - dt.timedelta(days=settings.VENDOR_BODY_DAYS)
    return VendorCall.objects.filter(sent_at__lte=before, body_ciphertext__isnull=False).update(
        body_ciphertext=None
    )


def documents_to_delete() -> list[uuid.UUID]:
    """Keys of documents of closed applications past `EVIDENCE_DAYS`."""
    before = clock.now() - dt.timedelta(days=settings.EVIDENCE_DAYS)
    return list(
        Document.objects.filter(
            deleted_at__isnull=True,
            application__state__in=CLOSED_STATES,
            application__closed_at__lte=before,
        ).values_list("pk", flat=True)
    )


@transaction.atomic(using="identity")
def delete_document(document_id: uuid.UUID, *, actor: str) -> None:
    """Delete the file and its key. The file goes first: after a crash the row is due again."""
    document = Document.objects.select_for_update().filter(pk=document_id).first()
    if document is None or document.deleted_at:
        return
    storage.delete("evidence", document.name)
    document.wrapped_key = None
    document.name = ""
    document.deleted_at = clock.now()
    document.save(update_fields=["wrapped_key", "name", "deleted_at"])
    record_audit_event(
        AuditAction.DOCUMENT_DELETED,
        store="identity",
        actor=actor,
        target=f"document:{document.pk}",
    )


def applications_to_coarsen() -> list[uuid.UUID]:
    """Admitted ones an hour after the decision if their outbox is empty; all others after a
    month.
    """
    now = clock.now()
    admitted = Q(
        state=ApplicationState.APPROVED,
        closed_at__lte=now - COARSEN_ADMITTED_AFTER,
        outbox__isnull=True,
    )
    others = Q(state__in=CLOSED_STATES, closed_at__lte=now - APPEAL_WINDOW)
    due = Application.objects.filter(admitted | others, is_coarse=False)
    return list(due.values_list("pk", flat=True).distinct())


@transaction.atomic(using="identity")
def coarsen_application(application_id: uuid.UUID) -> None:
    """Keep the month, the decision and, for members, the encrypted details. Delete the rest."""
    application = Application.objects.select_for_update().filter(pk=application_id).first()
    if application is None or application.closed_at is None:
        return
    month = coarse.to_month(application.closed_at)
    application.closed_at = application.nonce_issued_at = month
    application.is_coarse = True
    if application.submitted_at:
        application.submitted_at = month
    if application.state != ApplicationState.APPROVED:
        application.details_ciphertext = None
    application.save(
        update_fields=[
            "closed_at",
            "submitted_at",
            "nonce_issued_at",
            "details_ciphertext",
            "is_coarse",
        ]
    )
    Step.objects.filter(application=application).delete()
    ContactCode.objects.filter(application=application).delete()
    OutboxMessage.objects.filter(application=application).delete()
    application.reviewer_questions.all().delete()
    application.consents.update(given_at=month)
    application.proofing_notices.update(sent_at=month, expires_at=month + NOTICE_RETENTION)
    Decision.objects.filter(application=application).update(
        decided_at=month, effective_at=None, note_ciphertext=None
    )
    Decision.objects.filter(application=application, applied_at__isnull=False).update(
        applied_at=month
    )
