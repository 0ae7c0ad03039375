"""Documents: encrypted when they are uploaded, decrypted only for a reviewer, who is logged."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.models import User
from sermo.audit.models import AuditAction
from sermo.audit.services import record_audit_event
from sermo.core import clock, crypto, storage
from sermo.core.filetypes import document_media_type
from sermo.core.quotas import EVIDENCE, spend
from verification.errors import (
    ApplicationLocked,
    DocumentTooLarge,
    TooManyDocuments,
    UnsupportedDocument,
)
from verification.models import (
    Application,
    ApplicationState,
    AwaitedInput,
    Consent,
    Document,
    DocumentView,
)
from verification.personal_data import consent_kinds
from verification.pipeline.retention import delete_document
from verification.pipeline.transitions import lock_application

MAX_DOCUMENTS = 6


def add_document(*, application: Application, content: bytes, key: uuid.UUID) -> Document:
    """Store one file, encrypted. The same form sent twice stores it once.

    Raises `DocumentTooLarge`, `UnsupportedDocument`, `ApplicationLocked`, `TooManyDocuments` and
    `QuotaReached`.
    """
    existing = Document.objects.filter(idempotency_key=key, application=application).first()
    if existing is not None:
        return existing
    media_type = _media_type_of(content)
    spend(EVIDENCE, str(application.user_id))
    name, file_key = storage.store_encrypted("evidence", content)
    try:
        with transaction.atomic(using="identity"):
            return _add(application, name, file_key, media_type, len(content), key)
    except IntegrityError:
        storage.delete("evidence", name)
        return Document.objects.get(idempotency_key=key, application=application)
    except Exception:
        # Without a row no other code would ever delete the file.
        storage.delete("evidence", name)
        raise


def _media_type_of(content: bytes) -> str:
    """The media type by content, whatever the file name says."""
    if len(content) > settings.MAX_EVIDENCE_BYTES:
        raise DocumentTooLarge
    media_type = document_media_type(content)
    if not media_type:
        raise UnsupportedDocument
    return media_type


def _add(
    application: Application,
    name: str,
    file_key: bytes,
    media_type: str,
    size: int,
    key: uuid.UUID,
) -> Document:
    locked = lock_application(application.pk)
    if not _accepts_documents(locked):
        raise ApplicationLocked
    if locked.documents.filter(deleted_at__isnull=True).count() >= MAX_DOCUMENTS:
        raise TooManyDocuments
    if locked.state != ApplicationState.DRAFT:
        # The form states this consent beside its file field.
        Consent.objects.get_or_create(
            application=locked,
            kind=consent_kinds.DOCUMENT.code,
            defaults={"text_version": consent_kinds.DOCUMENT.version, "given_at": clock.now()},
        )
    return Document.objects.create(
        application=locked,
        idempotency_key=key,
        name=name,
        wrapped_key=crypto.encrypt(locked.user.decrypt_data_key(), file_key),
        media_type=media_type,
        size=size,
        added_at=clock.now(),
    )


def _accepts_documents(application: Application) -> bool:
    is_asked = application.waiting_for == AwaitedInput.REVIEWER_ANSWER
    return application.state == ApplicationState.DRAFT or is_asked


@transaction.atomic(using="identity")
def remove_document(*, document: Document) -> None:
    """Remove a document before submission, or while a reviewer's question is open.

    Raises `ApplicationLocked` at any other time.
    """
    locked = lock_application(document.application_id)
    if not _accepts_documents(locked):
        raise ApplicationLocked
    delete_document(document.pk, actor=f"user:{locked.user_id}")


def read_document(document: Document) -> bytes:
    """The decrypted file.

    Raises `FileNotFoundError` if it was deleted, `DecryptionError` if it was altered.
    """
    if document.wrapped_key is None:
        raise FileNotFoundError
    file_key = crypto.decrypt(document.application.user.decrypt_data_key(), document.wrapped_key)
    return storage.read_encrypted("evidence", document.name, file_key)


@transaction.atomic(using="identity")
def record_document_view(*, document: Document, reviewer: User) -> None:
    """Record that a reviewer opened the document: a row that reviewers see, and an audit event."""
    DocumentView.objects.create(document=document, viewer=reviewer, viewed_at=clock.now())
    record_audit_event(
        AuditAction.DOCUMENT_VIEWED,
        store="identity",
        actor=f"user:{reviewer.pk}",
        target=f"document:{document.pk}",
    )
