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

from cases import drafting, files
from cases.forms.images import DescribeForm, box_forms, boxes_of, removals_of
from cases.frames import frame_of, frames_of
from cases.models import OPEN_REVIEWS, Case, Draft, Image, ImageState, PictureReview, Review
from cases.policies import is_author
from cases.services import images as services
from cases.views.uploads import PRIVATE, STOP_POLLING, Line, image_or_404, line_or_404
from sermo.core.access import Audience, audience
from sermo.core.crypto import DecryptionError
from sermo.core.http import render_part_or_page
from sermo.members.viewer.requests import MemberRequest


@dataclass(frozen=True)
class Home:
    """Where a picture one may still change lies: a draft, or a case it was published with."""

    public_id: str
    url: str
    images: QuerySet[Image]
    is_published: bool


def home_or_404(request: MemberRequest, home_id: str) -> Home:
    """The viewer's own draft, or own case for a picture that a moderator sent back."""
    try:
        found = drafting.own_draft(request.viewer, home_id)
    except Draft.DoesNotExist:
        case = Case.objects.filter(public_id=home_id).first()
        if case is None or not is_author(request.viewer, case):
            raise Http404 from None
        held = case.images.exclude(review__in=OPEN_REVIEWS)
        return Home(home_id, case.get_absolute_url(), held, is_published=True)
    url = reverse("cases:draft", args=[home_id])
    return Home(home_id, url, found.row.images.all(), is_published=False)


@require_GET
@audience(Audience.VERIFIED)
def image_look(request: MemberRequest, draft_id: str, image_id: str) -> HttpResponse:
    """The picture with what was found, to accept, move, add to; one frame of it (`frame`)."""
    home = home_or_404(request, draft_id)
    line = line_or_404(home.images, image_id)
    if not _can_look(home, line.image):
        return redirect(home.url)
    return _look_page(request, home, line, DescribeForm(initial=_described(line.image)))


def _can_look(home: Home, image: Image) -> bool:
    """A published picture is its author's again only while a moderator has sent it back."""
    return bool(image.preview) and (not home.is_published or image.review == Review.RETURNED)


def _described(image: Image) -> dict[str, Any]:
    return {"caption": image.caption, "alt": image.alt, "is_sensitive": image.is_sensitive}


def _look_page(
    request: MemberRequest,
    home: Home,
    line: Line,
    form: DescribeForm,
    boxes: Any = None,
    status: int = 200,
) -> HttpResponse:
    image = line.image
    review = PictureReview.objects.filter(image=image).first()
    context = {
        "draft": home,
        "line": line,
        "image": image,
        "form": form,
        "boxes": boxes or box_forms(image, frame=frame_of(request, image).index),
        "frame": frame_of(request, image),
        "frames": frames_of(request, image, _preview_of(home, image)),
        "n_again": sum(bool(box.get("again")) for box in image.proposed_boxes),
        "note": review.note if review and image.review == Review.RETURNED else "",
    }
    return render(request, "cases/compose/review_image.html", context, status=status)


def _preview_of(home: Home, image: Image) -> Callable[[int], str]:
    return lambda number: reverse(
        "cases:image-preview", args=[home.public_id, image.public_id, number]
    )


@require_POST
@audience(Audience.VERIFIED)
def image_confirm(request: MemberRequest, draft_id: str, image_id: str) -> HttpResponse:
    """The author has looked. On to the result, the next picture that waits, or back."""
    home = home_or_404(request, draft_id)
    line = line_or_404(home.images, image_id)
    form = DescribeForm(request.POST)
    boxes = box_forms(line.image, request.POST, frame=frame_of(request, line.image).index)
    if "frame" in request.POST:  # another frame, or the boxes drawn anew: nothing is decided yet
        return _look_page(request, home, line, form, boxes)
    removals = removals_of(boxes, line.image) if boxes.is_valid() else None
    if removals is None or not form.is_valid():
        return _look_page(request, home, line, form, boxes, status=422)
    before = line.image.review
    image = services.confirm_image(
        image=line.image, boxes=boxes_of(boxes, line.image), removals=removals
    )
    services.describe_image(image=image, **form.cleaned_data)
    if image.review == Review.WAITING and before != Review.WAITING:
        messages.info(request, _goes_to_a_moderator())
    return redirect(_after_look(request, home, image))


def _goes_to_a_moderator() -> str:
    return _(
        "A moderator looks at this picture too. You can publish meanwhile: the case appears "
        "without it, and the picture joins it once a moderator has said yes."
    )


def _after_look(request: MemberRequest, home: Home, image: Image) -> str:
    if request.POST.get("do") == "result":
        return reverse("cases:image-result", args=[home.public_id, image.public_id])
    waiting = home.images.filter(state=ImageState.LOOK).first()
    if waiting is not None and not home.is_published:
        return reverse("cases:image-look", args=[home.public_id, waiting.public_id])
    return home.url


@require_GET
@audience(Audience.VERIFIED)
def image_result(request: MemberRequest, draft_id: str, image_id: str) -> HttpResponse:
    """What the server made of it, as others will see it; live until it is made."""
    home = home_or_404(request, draft_id)
    line = line_or_404(home.images, image_id)
    context = {"draft": home, "line": line, "image": line.image}
    status = 200
    if request.htmx and not line.is_working:
        status = STOP_POLLING
    part, page = "cases/compose/_processed_image.html", "cases/compose/processed_image.html"
    return render_part_or_page(request, part, page, context, status=status)


@require_safe
@audience(Audience.VERIFIED)
def image_preview(request: MemberRequest, draft_id: str, image_id: str, frame: int) -> HttpResponse:
    """The picture before anything is filled in: for the draft's author alone, kept nowhere."""
    return preview_response(image_or_404(home_or_404(request, draft_id).images, image_id), frame)


def preview_response(image: Image, frame: int) -> HttpResponse:
    """One frame as it was sent; the caller knows that the viewer may. Raises `Http404`."""
    if not image.preview:
        raise Http404
    try:
        body = files.preview_of(image, frame)
    except (KeyError, FileNotFoundError, DecryptionError):
        raise Http404 from None
    return HttpResponse(body, content_type="image/webp", headers={"Cache-Control": PRIVATE})
