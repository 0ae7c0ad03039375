"""Leaving: the credential slots are destroyed, so nobody can link the anonymous posts any more.

Those whose membership was issued are deleted in one night of the next month, together: the day on
which a person goes would otherwise tell which member left.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable
from functools import partial
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import (
    SLOT_TABLE,
    Departure,
    RecoveryRequest,
    SlotContents,
    User,
    current_month,
)
from accounts.services.credential_slots import destroy_slots
from cases.imaging import storage as image_storage
from cases.models import FACT_LABELS, Case, CaseSearchEntry, Comment
from cases.services import visibility
from cases.services.drafts import delete_draft_rows
from polls.models import Poll, QuizAnswer
from polls.selectors.quiz_answers import locator
from sermo.audit.models import AuditAction
from sermo.audit.services import record_audit_event
from sermo.data_rights.selectors import owned_records
from sermo.data_rights.services import job_payloads
from sermo.data_rights.services.job_payloads import JobPayload
from sermo.members.models import Member, MemberJob, ShownAs
from sermo.members.viewer import private_state
from sermo.moderation.services.hidden_words import forget_reported_words
from sermo.notifications.models import EmailSubscription
from sermo.routers import IDENTITY
from verification.models import Credential, Document, Membership
from verification.pipeline.retention import delete_document

# The visible text of a removed post.
REMOVED = "Removed by its author"


@transaction.atomic(using=IDENTITY)
def leave_identity_store(user: User, *, keeps_licence_index: bool) -> None:
    """Somebody whose membership was issued leaves: nobody can unwrap the credential any more.

    Only their row of slots changes, which tells nobody whose it is. The person is deleted with all
    others who leave this month (`delete_leavers`). A request for recovery goes at once: the
    credential may lie in it. Idempotent.
    """
    destroy_slots(user.pk, Departure(current_month(), keeps_licence_index))
    requests = RecoveryRequest.objects.filter(user=user)
    if requests.exists():
        requests.delete()


def delete_leavers() -> int:
    """In the night: delete all who left in an earlier month, in random order; how many.

    It looks at every person each night, so that a night that was missed does no harm.
    """
    month = current_month()
    leavers = [
        (UUID(bytes=name), left.keeps_licence_index)
        for name, content in SLOT_TABLE.scan()
        if (left := SlotContents.decode(content).left) and left.month < month
    ]
    secrets.SystemRandom().shuffle(leavers)
    for user_id, keeps_licence_index in leavers:
        user = User.objects.filter(pk=user_id).first()
        if user is not None:
            delete_person(user, keeps_licence_index=keeps_licence_index)
    return len(leavers)


@transaction.atomic(using=IDENTITY)
def delete_person(user: User, *, keeps_licence_index: bool) -> None:
    """Delete all personal data of a user, and their slots.

    After a ban, and where nobody can know of one, the blind index of the licence stays on an empty
    row: a ban outlasts the person, without saying who it was.
    """
    SLOT_TABLE.delete(user.pk.bytes)
    for document in Document.objects.filter(application__user=user, deleted_at__isnull=True):
        delete_document(document.pk, actor="user")
    # It protects its application from deletion.
    Membership.objects.filter(user=user).delete()
    if keeps_licence_index and Credential.objects.filter(user=user).exists():
        keep_licence_index(user)
    else:
        user.delete()
    record_audit_event(
        AuditAction.ACCOUNT_DELETED, store="identity", actor="user", target="a person"
    )


def keep_licence_index(user: User) -> None:
    """Empty the row of a banned person; the blind index of the licence stays."""
    Credential.objects.filter(user=user).update(banned=True, active=False)
    user.applications.update(details_ciphertext=None)
    EmailAddress.objects.filter(user=user).delete()
    for related in ("verified_person", "recovery_request"):
        row = getattr(user, related, None)
        if row is not None:
            row.delete()
    user.email = f"{uuid.uuid4().hex}@nobody.invalid"
    user.is_active = False
    user.wrapped_data_key = b""
    user.set_unusable_password()
    user.save()


def leave_community(job: MemberJob, payload: JobPayload) -> None:
    """The community's side, step by step, with progress. Idempotent."""
    job_payloads.report_progress(job, 0, len(STEPS))
    for number, step in enumerate(STEPS, start=1):
        with transaction.atomic():
            step(payload)
        job_payloads.report_progress(job, number, len(STEPS))


def _stop_email(payload: JobPayload) -> None:
    EmailSubscription.objects.filter(
        pk__in=owned_records.email_subscriptions(payload.viewer)
    ).delete()
    for model in (Case, Comment):
        # Posts without an address are not touched: new versions of them would say who has left.
        model._default_manager.filter(
            author=payload.viewer.member, encrypted_contact_email__isnull=False
        ).update(encrypted_contact_email=None)


def _delete_drafts(payload: JobPayload) -> None:
    for key in owned_records.drafts(payload.viewer):
        delete_draft_rows(key)


def _delete_quiz_answers(payload: JobPayload) -> None:
    cases = owned_records.quiz_answers(payload.viewer)
    keys = [locator(payload.viewer, case_id) for case_id in cases]
    QuizAnswer.objects.filter(pk__in=keys).delete()


def _delete_private_state(payload: JobPayload) -> None:
    private_state.delete_private_state(payload.viewer)


def _keep_or_remove_named_posts(payload: JobPayload) -> None:
    """Posts under the handle stay or are removed, as chosen. The real name goes in either case."""
    member = payload.viewer.member
    if not payload.keeps_named:
        for comment in Comment.objects.filter(author=member):
            remove_comment(comment)
        for case in Case.objects.filter(author=member):
            remove_case(case)
        remove_polls(Poll.objects.filter(asked_by=member))
        return
    for model in (Case, Comment):
        signed = model._default_manager.filter(author=member, shown_as=ShownAs.REAL_NAME)
        signed.update(shown_as=ShownAs.HANDLE, byline=member.handle)


def remove_polls(polls: QuerySet[Poll]) -> None:
    """Empty and hide polls to all members; nothing says any more who asked."""
    for poll in polls:
        forget_reported_words(poll)
    polls.update(question=REMOVED, hidden_at=timezone.now(), asked_by=None)


def remove_comment(comment: Comment) -> None:
    """Hide the comment and delete its words and its byline."""
    visibility.hide_comment(comment=comment)
    forget_reported_words(comment)
    Comment.objects.filter(pk=comment.pk).update(text="", **_NO_BYLINE)


def remove_case(case: Case) -> None:
    """Hide the case and delete its words, its pictures and its byline."""
    visibility.hide_case(case=case)
    forget_reported_words(case)
    for image in case.images.all():
        doomed = image_storage.all_files(image)
        image.delete()
        transaction.on_commit(partial(image_storage.delete_files, doomed))
    CaseSearchEntry.objects.filter(case=case).delete()
    emptied = dict.fromkeys((*FACT_LABELS, "question"), "")
    Case.objects.filter(pk=case.pk).update(title=REMOVED, tags=[], **emptied, **_NO_BYLINE)


_NO_BYLINE = {
    "byline": REMOVED,
    "shown_as": ShownAs.HANDLE,
    "line_specialty": "",
    "line_years": "",
    "line_place": "",
}


def _clear_member(payload: JobPayload) -> None:
    """Without posts under the handle, the handle goes too. Otherwise nothing shows who has left."""
    if not payload.keeps_named:
        clear_member(payload.viewer.member.pk)


def clear_member(member_id: UUID) -> None:
    """Delete the handle of a member without posts."""
    name = f"left-{uuid.uuid4().hex[:12]}"
    Member.objects.filter(pk=member_id).update(
        handle=name, handle_key=name, notice_public_key=b"", role="", wants_mail=False
    )


STEPS: tuple[Callable[[JobPayload], None], ...] = (
    _stop_email,
    _delete_drafts,
    _delete_quiz_answers,
    _delete_private_state,
    _keep_or_remove_named_posts,
    _clear_member,
)
