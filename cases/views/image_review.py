"""The author's look at one picture, and what the server made of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from cases.drafts import encryption
from cases.forms.redactions import (
    ImageDescriptionForm,
    kept_findings_of,
    redaction_formset,
    redactions_of,
)
from cases.imaging import storage as image_storage
from cases.imaging.frames import frame_links, selected_frame
from cases.models import (
    SHOWABLE_STATUSES,
    Case,
    Draft,
    Image,
    ImageModeration,
    ImageState,
    ModerationStatus,
)
from cases.policies import is_author
from cases.services import images as services
from cases.views.uploads import (
    NO_STORE,
    STOP_POLLING,
    UploadRow,
    image_or_404,
    upload_row_or_404,
)
from sermo.core.access import Audience, audience
from sermo.core.crypto import DecryptionError
from sermo.core.http import render_part_or_page
from sermo.members.viewer.requests import MemberRequest


@dataclass(frozen=True)
class ImageOwner:
    """Where a picture one may still change lies: a draft, or a case it was published with."""

    public_id: str
    url: str
    images: QuerySet[Image]
    is_published: bool


def image_owner_or_404(request: MemberRequest, home_id: str) -> ImageOwner:
    """The viewer's own draft, or own case for a picture that a moderator sent back."""
    try:
        found = encryption.own_draft(request.viewer, home_id)
    except Draft.DoesNotExist:
        case = Case.objects.filter(public_id=home_id).first()
        if case is None or not is_author(request.viewer, case):
            raise Http404 from None
        held = case.images.exclude(moderation_status__in=SHOWABLE_STATUSES)
        return ImageOwner(home_id, case.get_absolute_url(), held, is_published=True)
    url = reverse("cases:draft", args=[home_id])
    return ImageOwner(home_id, url, found.row.images.all(), is_published=False)


@require_GET
@audience(Audience.VERIFIED)
def review_image(request: MemberRequest, draft_id: str, image_id: str) -> HttpResponse:
    """The picture with what was found, to accept, move, add to; one frame of it (`frame`)."""
    home = image_owner_or_404(request, draft_id)
    line = upload_row_or_404(home.images, image_id)
    if not _can_look(home, line.image):
        return redirect(home.url)
    return _look_page(request, home, line, ImageDescriptionForm(initial=_described(line.image)))


def _can_look(home: ImageOwner, image: Image) -> bool:
    """A published picture is its author's again only while a moderator has sent it back."""
    return bool(image.preview) and (
        not home.is_published or image.moderation_status == ModerationStatus.RETURNED
    )


def _described(image: Image) -> dict[str, Any]:
    return {"caption": image.caption, "alt": image.alt, "is_sensitive": image.is_sensitive}


def _look_page(
    request: MemberRequest,
    home: ImageOwner,
    line: UploadRow,
    form: ImageDescriptionForm,
    boxes: Any = None,
    status: int = 200,
) -> HttpResponse:
    image = line.image
    review = ImageModeration.objects.filter(image=image).first()
    context = {
        "draft": home,
        "line": line,
        "image": image,
        "form": form,
        "boxes": boxes or redaction_formset(image, frame=selected_frame(request, image).index),
        "frame": selected_frame(request, image),
        "frames": frame_links(request, image, _preview_of(home, image)),
        "n_again": sum(bool(box.get("again")) for box in image.suggested_redactions),
        "note": review.note
        if review and image.moderation_status == ModerationStatus.RETURNED
        else "",
    }
    return render(request, "cases/compose/review_image.html", context, status=status)


def _preview_of(home: ImageOwner, image: Image) -> Callable[[int], str]:
    return lambda number: reverse(
        "cases:image-preview", args=[home.public_id, image.public_id, number]
    )


@require_POST
@audience(Audience.VERIFIED)
def confirm_image(request: MemberRequest, draft_id: str, image_id: str) -> HttpResponse:
    """The author has looked. On to the result, the next picture that waits, or back."""
    home = image_owner_or_404(request, draft_id)
    line = upload_row_or_404(home.images, image_id)
    form = ImageDescriptionForm(request.POST)
    boxes = redaction_formset(
        line.image, request.POST, frame=selected_frame(request, line.image).index
    )
    if "frame" in request.POST:  # another frame, or the boxes drawn anew: nothing is decided yet
        return _look_page(request, home, line, form, boxes)
    kept_findings = kept_findings_of(boxes, line.image) if boxes.is_valid() else None
    if kept_findings is None or not form.is_valid():
        return _look_page(request, home, line, form, boxes, status=422)
    before = line.image.moderation_status
    image = services.confirm_image(
        image=line.image, boxes=redactions_of(boxes, line.image), kept_findings=kept_findings
    )
    services.describe_image(image=image, **form.cleaned_data)
    if image.moderation_status == ModerationStatus.WAITING and before != ModerationStatus.WAITING:
        messages.info(request, _goes_to_a_moderator())
    return redirect(_after_look(request, home, image))


def _goes_to_a_moderator() -> str:
    return _(
        "A moderator looks at this picture too. You can publish meanwhile: the case appears "
        "without it, and the picture joins it once a moderator has said yes."
    )


def _after_look(request: MemberRequest, home: ImageOwner, image: Image) -> str:
    if request.POST.get("do") == "result":
        return reverse("cases:image-result", args=[home.public_id, image.public_id])
    waiting = home.images.filter(state=ImageState.AWAITING_REVIEW).first()
    if waiting is not None and not home.is_published:
        return reverse("cases:image-look", args=[home.public_id, waiting.public_id])
    return home.url


@require_GET
@audience(Audience.VERIFIED)
def processed_image(request: MemberRequest, draft_id: str, image_id: str) -> HttpResponse:
    """What the server made of it, as others will see it; live until it is made."""
    home = image_owner_or_404(request, draft_id)
    line = upload_row_or_404(home.images, image_id)
    context = {"draft": home, "line": line, "image": line.image}
    status = 200
    if request.htmx and not line.is_working:
        status = STOP_POLLING
    part, page = "cases/compose/_processed_image.html", "cases/compose/processed_image.html"
    return render_part_or_page(request, part, page, context, status=status)


@require_safe
@audience(Audience.VERIFIED)
def preview_image(request: MemberRequest, draft_id: str, image_id: str, frame: int) -> HttpResponse:
    """The picture before anything is filled in: for the draft's author alone, kept nowhere."""
    return preview_response(
        image_or_404(image_owner_or_404(request, draft_id).images, image_id), frame
    )


def preview_response(image: Image, frame: int) -> HttpResponse:
    """One frame as it was sent; the caller knows that the viewer may. Raises `Http404`."""
    if not image.preview:
        raise Http404
    try:
        body = image_storage.read_preview(image, frame)
    except (KeyError, FileNotFoundError, DecryptionError):
        raise Http404 from None
    return HttpResponse(body, content_type="image/webp", headers={"Cache-Control": NO_STORE})
