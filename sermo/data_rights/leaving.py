"""Leaving: the ways to the secret are destroyed, and what only the secret found is nobody's."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone

from accounts.models import CredentialSlot, User
from cases.imaging import storage as image_storage
from cases.jobs.purge import delete_draft_rows
from cases.models import FACT_LABELS, Case, CaseSearchEntry, Comment
from cases.services import visibility
from polls.models import Poll
from sermo.audit.models import AuditAction
from sermo.audit.services import record_audit_event
from sermo.data_rights import owned_records
from sermo.data_rights.job_payloads import Brief
from sermo.members.models import Member, MemberJob, PrivateState, ShownAs
from sermo.members.pseudonyms import private_state_scope
from sermo.members.services import encrypt_member_id
from sermo.notifications.models import EmailSubscription
from sermo.routers import IDENTITY
from verification.models import Credential, Document, Membership
from verification.pipeline.retention import delete_document

REMOVED = "Removed by its author"


@transaction.atomic(using=IDENTITY)
def destroy_person(user: User, *, is_banned: bool) -> None:
    """The identity store's side, at once: seals first, then everything under the data key.

    Of somebody whose membership was suspended the blind index of the licence stays, on an empty
    row: a ban outlasts leaving, and tells nobody who it was.
    """
    CredentialSlot.objects.filter(user=user).delete()
    for document in Document.objects.filter(application__user=user, deleted_at__isnull=True):
        delete_document(document.pk, actor="user")
    # It protects its application from being deleted by anybody but the person.
    Membership.objects.filter(user=user).delete()
    if is_banned and Credential.objects.filter(user=user).exists():
        _leave_the_ban(user)
    else:
        user.delete()
    record_audit_event(
        AuditAction.ACCOUNT_DELETED, store="identity", actor="user", target="a person"
    )


def _leave_the_ban(user: User) -> None:
    Credential.objects.filter(user=user).update(banned=True, active=False)
    user.applications.update(details_ciphertext=None)
    EmailAddress.objects.filter(user=user).delete()
    for related in ("verified_person", "recovery_request"):
        gone = getattr(user, related, None)
        if gone is not None:
            gone.delete()
    user.email = f"{uuid.uuid4().hex}@nobody.invalid"
    user.is_active = False
    user.wrapped_data_key = b""
    user.set_unusable_password()
    user.save()


def leave(errand: MemberJob, brief: Brief) -> None:
    """The community's side, step for step, telling how far it is. Twice is once."""
    MemberJob.objects.filter(pk=errand.pk).update(of=len(STEPS), done=0)
    for number, step in enumerate(STEPS, start=1):
        with transaction.atomic():
            step(brief)
        MemberJob.objects.filter(pk=errand.pk).update(done=number)


def _disown_anonymous(brief: Brief) -> None:
    """The capsule then names nobody, to whoever opens it; the contact goes altogether."""
    found = ((Case, owned_records.anonymous_cases), (Comment, owned_records.anonymous_comments))
    for model, keys_of in found:
        for key in keys_of(brief.viewer):
            model._default_manager.filter(pk=key).update(
                encrypted_member_id=encrypt_member_id(uuid.uuid4()), encrypted_contact_email=None
            )


def _stop_mail(brief: Brief) -> None:
    EmailSubscription.objects.filter(pk__in=owned_records.watches(brief.viewer)).delete()
    for model in (Case, Comment):
        model._default_manager.filter(author=brief.viewer.member).update(
            encrypted_contact_email=None
        )


def _throw_away_drafts(brief: Brief) -> None:
    for key in owned_records.drafts(brief.viewer):
        delete_draft_rows(key)


def _empty_shelves(brief: Brief) -> None:
    names = {*owned_records.SHELVES}
    locators = [brief.viewer.pseudonym(private_state_scope(name)) for name in names]
    PrivateState.objects.filter(pk__in=locators).delete()


def _named(brief: Brief) -> None:
    """What stands under the handle stays under it or goes; no real name stays in either case."""
    member = brief.viewer.member
    if not brief.keeps_named:
        for comment in Comment.objects.filter(author=member):
            _remove_comment(comment)
        for case in Case.objects.filter(author=member):
            _remove_case(case)
        Poll.objects.filter(asked_by=member).update(
            question=REMOVED, hidden_at=timezone.now(), asked_by=None
        )
        return
    for model in (Case, Comment):
        signed = model._default_manager.filter(author=member, shown_as=ShownAs.REAL_NAME)
        signed.update(shown_as=ShownAs.HANDLE, byline=member.handle)


def _remove_comment(comment: Comment) -> None:
    visibility.hide_comment(comment=comment)
    Comment.objects.filter(pk=comment.pk).update(text="", **_NO_BYLINE)


def _remove_case(case: Case) -> None:
    visibility.hide_case(case=case)
    for image in case.images.all():
        doomed = image_storage.all_files(image)
        image.delete()
        transaction.on_commit(lambda doomed=doomed: image_storage.delete_files(doomed))  # type: ignore[misc]
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


def _empty_member(brief: Brief) -> None:
    """A handle under which something stands, or a name nobody ever had; nothing else."""
    kept = {} if brief.keeps_named else _nobody()
    Member.objects.filter(pk=brief.viewer.member.pk).update(
        identity_escrow=b"",
        notice_public_key=b"",
        role="",
        wants_mail=False,
        line_specialty="",
        line_years="",
        line_place="",
        left_month=timezone.localdate().replace(day=1),
        **kept,
    )


def _nobody() -> dict[str, str]:
    name = f"left-{uuid.uuid4().hex[:12]}"
    return {"handle": name, "handle_key": name}


STEPS: tuple[Callable[[Brief], None], ...] = (
    _disown_anonymous,
    _stop_mail,
    _throw_away_drafts,
    _empty_shelves,
    _named,
    _empty_member,
)
