"""What an author leaves visible goes to a moderator; nobody else sees it before the yes."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.deid.results import RedactionBox
from cases.errors import ModerationClaimed, ModerationDecided, OwnImage
from cases.imaging import storage as image_storage
from cases.imaging import worker
from cases.imaging.kept_findings import KeptFinding, suggestions_left_visible
from cases.imaging.redactions import Redaction, redactions_from_json
from cases.jobs import purge
from cases.models import Case, Image, ImageModeration, ImageState, ModerationStatus
from cases.services import image_moderation, images
from cases.services.publish import publish_case
from sermo.core.storage import storage_for
from sermo.members.models import ShownAs
from sermo.members.viewer import Viewer
from tests.cases.test_images import BOX, confirmation, make_looked_at
from tests.factories_cases import make_draft, make_ready_image

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
ClientFor = Callable[[Viewer | None], Client]


def make_waiting(author: Viewer) -> Image:
    """A rendered picture of which the author left one find visible, with its reason."""
    image = make_ready_image(author, make_draft(author))
    Image.objects.filter(pk=image.pk).update(
        suggested_redactions=[BOX], moderation_status=ModerationStatus.WAITING
    )
    image.refresh_from_db()
    image_moderation.request_moderation(
        image=image, kept_findings=[KeptFinding(BOX, "device", "the ruler")]
    )
    image.save()
    return image


def publish(author: Viewer, image: Image, shown_as: ShownAs = ShownAs.HANDLE) -> Case:
    assert image.draft_id
    return publish_case(
        viewer=author, draft_id=image.draft_id, shown_as=shown_as, idempotency_key=uuid.uuid4()
    )


def test_a_suggestion_without_a_redaction_over_it_is_left_visible() -> None:
    elsewhere = Redaction(RedactionBox(0, 300, 300, 50, 20))
    tight, half = (
        Redaction(RedactionBox(0, 14, 12, 42, 16)),
        Redaction(RedactionBox(0, 10, 10, 25, 20)),
    )

    assert suggestions_left_visible([BOX], [elsewhere]) == [(0, BOX)]
    assert suggestions_left_visible([BOX], [half]) == [(0, BOX)]
    assert suggestions_left_visible([BOX], [tight]) == []
    assert suggestions_left_visible([BOX], [half, Redaction(RedactionBox(0, 35, 10, 25, 20))]) == []


@pytest.mark.parametrize("change", [{"box-0-is_removed": "on"}, {"box-0-x": 400}])
def test_leaving_a_suggestion_visible_needs_a_reason(
    osler: Viewer, client_for: ClientFor, change: dict[str, Any]
) -> None:
    draft = make_draft(osler)
    image = make_looked_at(osler, draft)
    url = reverse("cases:image-confirm", args=[draft.public_id, image.public_id])
    data = confirmation(image) | change

    assert client_for(osler).post(url, data).status_code == 422
    assert client_for(osler).post(url, data | {"box-0-reason": "other"}).status_code == 422
    explained = data | {"box-0-reason": "other", "box-0-explanation": "a scale"}
    assert client_for(osler).post(url, explained).status_code == 302

    image.refresh_from_db()
    assert image.moderation_status == ModerationStatus.WAITING
    review = ImageModeration.objects.get(image=image)
    assert [(row["reason"], row["explanation"]) for row in review.kept_findings] == [
        ("other", "a scale")
    ]


def test_a_suggestion_of_low_confidence_goes_to_a_moderator_even_when_redacted(
    osler: Viewer,
) -> None:
    weak = BOX | {"score": 0.4}
    image = make_looked_at(osler, make_draft(osler), suggested_redactions=[weak])

    images.confirm_image(image=image, redactions=redactions_from_json([weak]))

    assert ImageModeration.objects.get(image=image).is_low_confidence


def test_the_case_is_published_without_the_picture_until_it_is_approved(
    osler: Viewer, blackwell: Viewer, moderator: Viewer, client_for: ClientFor
) -> None:
    image = make_waiting(osler)
    case = publish(osler, image)
    address = reverse("cases:media", args=[image.public_id, "480"])
    author, other, looking = client_for(osler), client_for(blackwell), client_for(moderator)

    assert other.get(address).status_code == 404
    assert image.public_id not in other.get(case.get_absolute_url()).content.decode()
    assert image.public_id not in other.get(reverse("cases:feed")).content.decode()
    assert author.get(address).status_code == looking.get(address).status_code == 200
    decide = reverse("moderation:picture-decide", args=[image.public_id])
    assert looking.post(decide, {"do": "approve"}).status_code == 302
    assert looking.post(decide, {"do": "approve"}).status_code == 302

    assert other.get(address).status_code == 200
    assert image.public_id in other.get(case.get_absolute_url()).content.decode()


def test_the_original_is_deleted_at_publishing_and_the_working_copy_after_the_undo_time(
    osler: Viewer, moderator: Viewer, django_capture_on_commit_callbacks: Any
) -> None:
    image = make_waiting(osler)
    original, working, preview = image.original, image.working, image.preview
    with django_capture_on_commit_callbacks(execute=True):
        publish(osler, image)
    assert not storage_for("quarantine").exists(original)
    assert storage_for("quarantine").exists(working)

    image_moderation.approve_image(moderator=moderator, image=image)
    with django_capture_on_commit_callbacks(execute=True):
        purge.purge_moderated_images()
    assert storage_for("quarantine").exists(working)
    long_ago = timezone.now() - dt.timedelta(minutes=6)
    ImageModeration.objects.update(decided_at=long_ago)
    with django_capture_on_commit_callbacks(execute=True):
        purge.purge_moderated_images()

    image.refresh_from_db()
    assert image_storage.encrypted_files(image) == []
    assert not any(storage_for("quarantine").exists(name) for name in (working, preview))
    assert image.is_shown


def test_a_picture_undecided_for_a_week_is_refused_and_its_files_are_deleted(
    osler: Viewer, django_capture_on_commit_callbacks: Any
) -> None:
    image = make_waiting(osler)
    publish(osler, image)
    ImageModeration.objects.update(requested_at=timezone.now() - dt.timedelta(days=8))

    with django_capture_on_commit_callbacks(execute=True):
        purge.purge_moderated_images()

    image.refresh_from_db()
    assert (image.moderation_status, image.renditions, image.working) == (
        ModerationStatus.REFUSED,
        {},
        "",
    )


def test_one_moderator_at_a_time_claims_a_picture_and_never_its_author(
    osler: Viewer, moderator: Viewer, second_moderator: Viewer
) -> None:
    image = make_waiting(osler)
    image_moderation.claim_image(moderator=moderator, image=image)

    with pytest.raises(ModerationClaimed):
        image_moderation.approve_image(moderator=second_moderator, image=image)
    with pytest.raises(OwnImage):
        image_moderation.approve_image(moderator=osler, image=image)
    ImageModeration.objects.update(claimed_until=timezone.now())
    image_moderation.refuse_image(moderator=second_moderator, image=image, note="A face")
    with pytest.raises(ModerationDecided):
        image_moderation.approve_image(moderator=moderator, image=image)


def test_a_moderator_can_undo_the_own_decision_for_a_minute(
    osler: Viewer, moderator: Viewer, second_moderator: Viewer, time_machine: Any
) -> None:
    image = make_waiting(osler)
    time_machine.move_to(timezone.now(), tick=False)
    image_moderation.approve_image(moderator=moderator, image=image)

    assert not image_moderation.undo_decision(moderator=second_moderator, image=image)
    assert image_moderation.undo_decision(moderator=moderator, image=image)
    image.refresh_from_db()
    assert image.moderation_status == ModerationStatus.WAITING
    image_moderation.approve_image(moderator=moderator, image=image)
    ImageModeration.objects.update(decided_at=timezone.now() - image_moderation.UNDO_WITHIN)

    assert not image_moderation.undo_decision(moderator=moderator, image=image)


def test_a_moderators_redaction_is_added_to_the_authors_and_rendered(
    osler: Viewer, blackwell: Viewer, moderator: Viewer, client_for: ClientFor
) -> None:
    image = make_waiting(osler)
    drawn = RedactionBox(0, 5, 5, 30, 30).as_json()
    Image.objects.filter(pk=image.pk).update(accepted_redactions=[drawn])
    image.refresh_from_db()
    publish(osler, image)
    data = confirmation(image) | {"do": "box", "box-0-is_removed": ""}

    client_for(moderator).post(reverse("moderation:picture-decide", args=[image.public_id]), data)
    address = reverse("cases:media", args=[image.public_id, "480"])
    image.refresh_from_db()
    assert (image.moderation_status, image.state) == (
        ModerationStatus.REDACTED,
        ImageState.CONFIRMED,
    )
    assert image.accepted_redactions == [drawn, BOX]
    assert client_for(blackwell).get(address).status_code == 404
    worker.process(image.pk)

    assert client_for(blackwell).get(address).status_code == 200


@pytest.mark.parametrize("shown_as", [ShownAs.HANDLE, ShownAs.ANONYMOUS])
def test_a_returned_picture_can_be_reviewed_again_even_after_publishing(
    osler: Viewer, blackwell: Viewer, moderator: Viewer, client_for: ClientFor, shown_as: ShownAs
) -> None:
    image = make_waiting(osler)
    case = publish(osler, image, shown_as)
    client, decide = client_for(moderator), "moderation:picture-decide"
    data = {"do": "return"}
    assert client.post(reverse(decide, args=[image.public_id]), data).status_code == 422
    client.post(reverse(decide, args=[image.public_id]), data | {"note": "A badge at the left"})
    look = reverse("cases:review-image", args=[case.public_id, image.public_id])

    page = client_for(osler).get(look)

    assert b"A badge at the left" in page.content
    assert client_for(blackwell).get(look).status_code == 404
    image.refresh_from_db()
    confirm = reverse("cases:image-confirm", args=[case.public_id, image.public_id])
    assert client_for(osler).post(confirm, confirmation(image)).status_code == 302
    image.refresh_from_db()
    assert (image.moderation_status, image.state) == (
        ModerationStatus.WAITING,
        ImageState.CONFIRMED,
    )


def test_the_queue_says_nothing_of_the_author(
    osler: Viewer, moderator: Viewer, client_for: ClientFor
) -> None:
    image = make_waiting(osler)
    publish(osler, image, ShownAs.ANONYMOUS)
    client = client_for(moderator)

    queue = client.get(reverse("moderation:queue")).content.decode()
    client.post(reverse("moderation:picture-next"))
    page = client.get(reverse("moderation:picture", args=[image.public_id])).content.decode()

    assert image.public_id in queue
    assert "the ruler" in page
    assert osler.member.handle not in queue + page
    assert ImageModeration.objects.get().claimed_by == moderator.member


def test_the_result_is_shown_when_it_is_ready_and_polling_ends(
    osler: Viewer, client_for: ClientFor
) -> None:
    image = make_ready_image(osler, make_draft(osler))
    assert image.draft
    url = reverse("cases:processed-image", args=[image.draft.public_id, image.public_id])
    client = client_for(osler)

    assert client.get(url, headers={"HX-Request": "true"}).status_code == 286
    Image.objects.filter(pk=image.pk).update(state=ImageState.CONFIRMED)
    working = client.get(url, headers={"HX-Request": "true"})

    assert working.status_code == 200
    assert b"every 2s" in working.content
