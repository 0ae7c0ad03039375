"""Publish a draft as a case."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.db import transaction

from cases.drafts import findings, readiness
from cases.drafts.content import DraftContent, OutcomeContent
from cases.drafts.encryption import decrypt_draft
from cases.errors import DraftNotFound, DraftNotReady
from cases.imaging import storage as image_storage
from cases.imaging.worker import PROCESS_TASK
from cases.models import (
    AskedSpecialty,
    Case,
    CasePurpose,
    CaseStats,
    CaseViewCount,
    Draft,
    Image,
    ModerationStatus,
    SensorNoise,
    Urgency,
)
from cases.policies import hot_score, is_author, is_draft_owner
from cases.services import hooks
from cases.services.outcomes import record_outcome
from cases.services.search_index import index_case
from sermo.core.jobs import enqueue
from sermo.core.quotas import CASES
from sermo.members.models import ShownAs
from sermo.members.pseudonyms import case_scope
from sermo.members.services import authorship_fields, spend_quota, write_author_capsule
from sermo.members.viewer import Viewer
from sermo.notifications.services import subscribe_by_email


@transaction.atomic
def publish_case(
    *, viewer: Viewer, draft_id: UUID, shown_as: ShownAs, idempotency_key: UUID
) -> Case:
    """Publish the draft under the chosen identity; a second call returns the same case.

    Writes no row that is keyed by an anonymous author. Raises `DraftNotReady` if
    `cases.drafts.readiness.blockers` is not empty, `DraftNotFound` if the draft was deleted or is
    somebody else's, `QuotaReached` and `RealNameUnavailable`.
    """
    row = Draft.objects.select_for_update().filter(pk=draft_id).first()
    if row is None:
        return _published_case(viewer, draft_id)
    if not is_draft_owner(viewer, row):
        raise DraftNotFound
    content = decrypt_draft(viewer, row).content
    images = list(row.images.select_for_update())
    if readiness.blockers(content, images, findings.find_in_draft(content, images)):
        raise DraftNotReady
    spend_quota(viewer=viewer, quota=CASES, anonymous=shown_as == ShownAs.ANONYMOUS)
    case = _create_case(viewer, draft_id, content, shown_as, idempotency_key)
    _create_listing_rows(case, n_images=len(images))
    _move_images(case, images)
    if shown_as == ShownAs.ANONYMOUS and not content.keeps_picture_detail:
        _request_noise_removal(images)
    row.delete()
    hooks.on_case_published(case=case, viewer=viewer, content=content)
    if case.appears_at is None:
        index_case(case=case)
    return case


def _published_case(viewer: Viewer, draft_id: UUID) -> Case:
    """The case that this draft became. A case keeps the key of its draft."""
    case = Case.objects.filter(pk=draft_id).first()
    if case is None or not is_author(viewer, case):
        raise DraftNotFound
    return case


def _create_case(
    viewer: Viewer, draft_id: UUID, content: DraftContent, shown_as: ShownAs, key: UUID
) -> Case:
    fields = content.case_fields()
    authorship = authorship_fields(
        viewer=viewer,
        scope=case_scope(draft_id),
        shown_as=shown_as,
        urgent=fields["urgency"] == Urgency.URGENT,
    )
    contact_email = authorship.pop("encrypted_contact_email")
    case = Case.objects.create(id=draft_id, **fields, **authorship, idempotency_key=key)
    if case.author_id is None:
        write_author_capsule(viewer=viewer, post_id=case.pk)
    if contact_email is not None:
        subscribe_by_email(viewer=viewer, subject=case.pk, capsule=contact_email, for_author=True)
    if case.purpose == CasePurpose.SHARE:
        outcome = content.outcome or OutcomeContent()
        record_outcome(case=case, outcome=outcome, recorded_at=case.posted_at)
    return case


def _create_listing_rows(case: Case, *, n_images: int) -> None:
    """The rows beside a case for counters, feeds and views. A case that waits is not listed."""
    is_listed = case.appears_at is None
    CaseStats.objects.create(
        case=case,
        n_images=n_images,
        last_activity_at=case.posted_at,
        hot_score=hot_score(0, case.posted_at),
        specialty=case.specialties[0],
        status=case.status,
        urgency=case.urgency,
        is_listed=is_listed,
    )
    AskedSpecialty.objects.bulk_create(
        AskedSpecialty(
            case=case, specialty=slug, last_activity_at=case.posted_at, is_listed=is_listed
        )
        for slug in case.specialties
    )
    CaseViewCount.objects.create(case=case)


def _move_images(case: Case, images: list[Image]) -> None:
    """Move the pictures from the draft to the case and delete files that are no longer needed.

    The original is deleted. The working copy and the preview are deleted too, unless the picture
    waits for a moderator. The time of upload is replaced by the time of the case.
    """
    moderated = [image for image in images if image.moderation_status == ModerationStatus.WAITING]
    finished = [image for image in images if image not in moderated]
    files = [file for image in finished for file in image_storage.encrypted_files(image)]
    files += [("quarantine", image.original) for image in moderated if image.original]
    Image.objects.filter(pk__in=[image.pk for image in images]).update(
        case=case, draft=None, original="", original_key=b"", received_at=case.posted_at
    )
    Image.objects.filter(pk__in=[image.pk for image in finished]).update(
        working="", working_key=b"", preview="", preview_key=b""
    )
    transaction.on_commit(partial(image_storage.delete_files, files))


def _request_noise_removal(images: list[Image]) -> None:
    """Withhold the pictures until the worker has removed the noise that tells the camera."""
    keys = [image.pk for image in images]
    Image.objects.filter(pk__in=keys).update(
        sensor_noise=SensorNoise.WAITING, attempts=0, lease_until=None
    )
    for key in keys:
        enqueue(PROCESS_TASK, str(key))
