"""A draft becomes a case, once."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib.postgres.search import SearchVector
from django.db import transaction
from django.db.models import Value

from cases.drafts import encryption, findings, readiness
from cases.drafts.encryption import Payload
from cases.errors import DraftNotFound, DraftNotReady
from cases.imaging import storage as image_storage
from cases.models import (
    AskedSpecialty,
    Case,
    CasePurpose,
    CaseSearchEntry,
    CaseStats,
    CaseStatus,
    CaseViewCount,
    Certainty,
    Draft,
    EstablishedBy,
    Image,
    ModerationStatus,
    Outcome,
    Urgency,
)
from cases.policies import hot_score, is_author
from cases.services import hooks
from sermo.core import specialties
from sermo.members import services as members
from sermo.members.models import ShownAs
from sermo.members.pseudonyms import case_scope, draft_scope
from sermo.members.viewer import Viewer
from sermo.notifications.services import subscribe_by_email


@transaction.atomic
def publish_case(
    *, viewer: Viewer, draft_id: UUID, shown_as: ShownAs, idempotency_key: UUID
) -> Case:
    """Publish the draft under the chosen identity; a second call gives the case it became.

    Raises `NotReady` while a picture, a find or a needed word is open, `DraftGone` for a draft
    that is another's or was thrown away. Writes nothing keyed by an anonymous author.
    """
    row = Draft.objects.select_for_update().filter(pk=draft_id).first()
    if row is None:
        return _already(viewer, draft_id)
    if row.owner_pseudonym != viewer.pseudonym(draft_scope(draft_id)):
        raise DraftNotFound
    payload = encryption.decrypt_draft(viewer, row).payload
    images = list(row.images.select_for_update())
    if readiness.blockers(payload, images, findings.find_in_draft(payload, images)):
        raise DraftNotReady
    case = _make_case(viewer, draft_id, payload, shown_as, idempotency_key)
    _make_rows_beside(case, n_images=len(images))
    _move_images(case, images)
    row.delete()
    hooks.on_case_published(case=case, viewer=viewer, payload=payload)
    index_case(case=case)
    return case


def _already(viewer: Viewer, draft_id: UUID) -> Case:
    case = Case.objects.filter(pk=draft_id).first()
    if case is None or not is_author(viewer, case):
        raise DraftNotFound
    return case


def _make_case(
    viewer: Viewer, draft_id: UUID, payload: Payload, shown_as: ShownAs, key: UUID
) -> Case:
    values = readiness.case_values(payload)
    signature = members.authorship_fields(
        viewer=viewer,
        scope=case_scope(draft_id),
        shown_as=shown_as,
        urgent=values["urgency"] == Urgency.URGENT,
    )
    capsule = signature.pop("encrypted_contact_email")
    case = Case.objects.create(id=draft_id, **values, **signature, idempotency_key=key)
    if capsule is not None:
        subscribe_by_email(viewer=viewer, subject=case.pk, capsule=capsule, for_author=True)
    if case.purpose == CasePurpose.SHARE:
        _record_outcome(case, payload["outcome"])
    return case


def _record_outcome(case: Case, outcome: dict[str, Any]) -> None:
    recorded = Outcome.objects.create(
        case=case,
        diagnosis=outcome["diagnosis"],
        certainty=outcome.get("certainty") or Certainty.CERTAIN,
        established_by=outcome.get("established_by") or EstablishedBy.OTHER,
        learning_point=outcome.get("text") or "",
        recorded_at=case.posted_at,
    )
    hooks.on_case_solved(outcome=recorded)


def _make_rows_beside(case: Case, *, n_images: int) -> None:
    """Counters, feeds of the specialties asked, views: none is listed before its time."""
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
            case=case, specialty=one, last_activity_at=case.posted_at, is_listed=is_listed
        )
        for one in case.specialties
    )
    CaseViewCount.objects.create(case=case)


def _move_images(case: Case, images: list[Image]) -> None:
    """The rendered files go with the case; closed ones and the time of sending go for good.

    A picture that waits for a moderator keeps its working copy, not its original, until decided.
    """
    doomed = [("quarantine", image.original) for image in images if image.original]
    done = [image for image in images if image.moderation_status != ModerationStatus.WAITING]
    doomed += [
        one for image in done for one in image_storage.encrypted_files(image) if one not in doomed
    ]
    Image.objects.filter(pk__in=[image.pk for image in images]).update(
        case=case, draft=None, original="", original_key=b"", received_at=case.posted_at
    )
    Image.objects.filter(pk__in=[image.pk for image in done]).update(
        working="", working_key=b"", preview="", preview_key=b""
    )
    transaction.on_commit(partial(image_storage.delete_files, doomed))


def index_case(*, case: Case) -> None:
    """Write the search row anew: title A, tags and a diagnosis that is no secret B, body C."""
    case.refresh_from_db()
    vector = (
        SearchVector(Value(case.title), weight="A", config="english")
        + SearchVector(Value(_labels(case)), weight="B", config="english")
        + SearchVector(Value(_body(case)), weight="C", config="english")
    )
    CaseSearchEntry.objects.update_or_create(
        case=case,
        defaults={
            "vector": vector,
            "posted_at": case.posted_at,
            "is_listed": case.appears_at is None and case.hidden_at is None,
        },
    )


def _labels(case: Case) -> str:
    words = [*case.tags, *(specialties.name(one) for one in case.specialties)]
    if case.status == CaseStatus.SOLVED:  # a case study keeps its diagnosis until one has answered
        words += Outcome.objects.filter(case=case).values_list("diagnosis", flat=True)
    return " ".join(words)


def _body(case: Case) -> str:
    return "\n".join(
        text
        for text in (case.question, *(getattr(case, name) for name in readiness.FACT_FIELDS))
        if text
    )
