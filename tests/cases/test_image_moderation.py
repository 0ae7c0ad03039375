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


def test_a_find_moved_away_from_is_left_visible_and_a_tight_box_is_not() -> None:
    elsewhere = Redaction(RedactionBox(0, 300, 300, 50, 20))
    tight, half = (
        Redaction(RedactionBox(0, 14, 12, 42, 16)),
        Redaction(RedactionBox(0, 10, 10, 25, 20)),
    )

    assert suggestions_left_visible([BOX], [elsewhere]) == [(0, BOX)]
    assert suggestions_left_visible([BOX], [half]) == [(0, BOX)]
    assert suggestions_left_visible([BOX], [tight]) == []
    assert suggestions_left_visible([BOX], [half, Redaction(RedactionBox(0, 35, 10, 25, 20))]) == []


@pytest.mark.parametrize("change", [{"box-0-gone": "on"}, {"box-0-x": 400}])
def test_leaving_a_find_visible_needs_a_reason(
    osler: Viewer, client_for: ClientFor, change: dict[str, Any]
) -> None:
    draft = make_draft(osler)
    image = make_looked_at(osler, draft)
    url = reverse("cases:image-confirm", args=[draft.public_id, image.public_id])
    data = confirmation(image) | change

    assert client_for(osler).post(url, data).status_code == 422
    assert client_for(osler).post(url, data | {"box-0-why": "other"}).status_code == 422
    told = data | {"box-0-why": "other", "box-0-words": "a scale"}
    assert client_for(osler).post(url, told).status_code == 302

    image.refresh_from_db()
    assert image.moderation_status == ModerationStatus.WAITING
    review = ImageModeration.objects.get(image=image)
    assert [(one["why"], one["words"]) for one in review.kept_findings] == [("other", "a scale")]


def test_an_unsure_find_goes_to_a_moderator_even_when_blacked_out(osler: Viewer) -> None:
    weak = BOX | {"score": 0.4}
    image = make_looked_at(osler, make_draft(osler), suggested_redactions=[weak])

    images.confirm_image(image=image, boxes=redactions_from_json([weak]))

    assert ImageModeration.objects.get(image=image).is_low_confidence


def test_the_case_appears_without_the_picture_which_joins_it_after_the_yes(
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


def test_the_working_copy_goes_once_nobody_can_undo_and_the_original_at_once(
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


def test_what_nobody_decides_in_a_week_is_refused_and_its_files_go(
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


def test_one_moderator_at_a_time_and_never_the_author(
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


def test_a_decision_can_be_undone_for_a_minute_by_who_made_it(
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


def test_a_moderators_box_is_added_to_the_authors_and_burned_in(
    osler: Viewer, blackwell: Viewer, moderator: Viewer, client_for: ClientFor
) -> None:
    image = make_waiting(osler)
    drawn = RedactionBox(0, 5, 5, 30, 30).as_json()
    Image.objects.filter(pk=image.pk).update(accepted_redactions=[drawn])
    image.refresh_from_db()
    publish(osler, image)
    data = confirmation(image) | {"do": "box", "box-0-gone": ""}

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
def test_a_picture_sent_back_is_its_authors_again_even_after_publishing(
    osler: Viewer, blackwell: Viewer, moderator: Viewer, client_for: ClientFor, shown_as: ShownAs
) -> None:
    image = make_waiting(osler)
    case = publish(osler, image, shown_as)
    client, decide = client_for(moderator), "moderation:picture-decide"
    data = {"do": "return"}
    assert client.post(reverse(decide, args=[image.public_id]), data).status_code == 422
    client.post(reverse(decide, args=[image.public_id]), data | {"note": "A badge at the left"})
    look = reverse("cases:image-look", args=[case.public_id, image.public_id])

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


def test_the_result_is_shown_when_it_is_made_and_polling_ends(
    osler: Viewer, client_for: ClientFor
) -> None:
    image = make_ready_image(osler, make_draft(osler))
    assert image.draft
    url = reverse("cases:image-result", args=[image.draft.public_id, image.public_id])
    client = client_for(osler)

    assert client.get(url, headers={"HX-Request": "true"}).status_code == 286
    Image.objects.filter(pk=image.pk).update(state=ImageState.CONFIRMED)
    working = client.get(url, headers={"HX-Request": "true"})

    assert working.status_code == 200
    assert b"every 2s" in working.content
