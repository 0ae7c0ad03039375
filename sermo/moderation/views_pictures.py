"""The moderators' redaction queue: look, approve, add boxes, send back, refuse, undo."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.covers import Cover, covers_of
from cases.forms.images import box_forms, boxes_of
from cases.frames import frame_of, frames_of
from cases.models import Image
from cases.pictures import picture as picture_of
from cases.services import reviews
from cases.views.looking import preview_response
from sermo.core.access import Audience, audience
from sermo.members.viewer.requests import MemberRequest
from sermo.moderation import pictures
from sermo.moderation.forms import PictureForm

KEYS = [
    {"keys": "a", "text": "Approve"},
    {"keys": "b", "text": "Black out the boxes and approve"},
    {"keys": "n", "text": "Next picture"},
    {"keys": "u", "text": "Undo the last decision"},
]


@require_safe
@audience(Audience.MODERATOR)
def picture(request: MemberRequest, image_id: str) -> HttpResponse:
    """The picture as it was sent, with boxes and reasons, beside what would be shown."""
    return _page(request, _waiting_or_404(image_id))


def _waiting_or_404(image_id: str) -> Image:
    image = pictures.waiting().filter(public_id=image_id).first()
    if image is None:
        raise Http404
    return image


def _page(
    request: MemberRequest,
    image: Image,
    form: PictureForm | None = None,
    boxes: Any = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "image": image,
        "line": pictures.line_of(request.viewer, image),
        "left": pictures.left_of(image),
        "review": image.picture_review,
        "result": picture_of(image),
        "boxes": boxes or box_forms(image, frame=frame_of(request, image).index),
        "frame": frame_of(request, image),
        "frames": frames_of(request, image, lambda n: _preview(image, n)),
        "form": form or PictureForm(),
        "shortcuts": KEYS,
    }
    return render(request, "moderation/review_image.html", context, status=status)


def _preview(image: Image, number: int) -> str:
    return reverse("moderation:picture-preview", args=[image.public_id, number])


@require_safe
@audience(Audience.MODERATOR)
def picture_preview(request: MemberRequest, image_id: str, frame: int) -> HttpResponse:
    """One frame before anything is filled in, while it waits for a moderator."""
    return preview_response(_waiting_or_404(image_id), frame)


@require_POST
@audience(Audience.MODERATOR)
def picture_next(request: MemberRequest) -> HttpResponse:
    """Take the oldest that nobody holds."""
    image = pictures.next_free(request.viewer)
    if image is None:
        messages.info(request, _("No picture waits that nobody is looking at."))
        return redirect("moderation:queue")
    reviews.claim_review(moderator=request.viewer, image=image)
    return redirect("moderation:picture", image.public_id)


@require_POST
@audience(Audience.MODERATOR)
def picture_decide(request: MemberRequest, image_id: str) -> HttpResponse:
    """What the pressed button says: claim, skip, approve, box, return or refuse."""
    image = _any_or_404(image_id)
    act = request.POST.get("do", "")
    boxes = box_forms(image, request.POST, frame=frame_of(request, image).index)
    if "frame" in request.POST and not act:
        return _page(request, _waiting_or_404(image_id), boxes=boxes)
    form = PictureForm(request.POST, act=act)
    if not form.is_valid() or (act == "box" and not boxes.is_valid()):
        return _page(request, _waiting_or_404(image_id), form, boxes, status=422)
    return _do(request, image, act, form.cleaned_data["note"], boxes)


def _any_or_404(image_id: str) -> Image:
    """Any reviewed picture: one that was decided meanwhile is refused with a sentence."""
    asked = Image.objects.filter(picture_review__isnull=False)
    image = asked.select_related("draft", "case").filter(public_id=image_id).first()
    if image is None:
        raise Http404
    return image


def _do(request: MemberRequest, image: Image, act: str, note: str, boxes: Any) -> HttpResponse:
    who = request.viewer
    if act == "claim":
        reviews.claim_review(moderator=who, image=image)
        return redirect("moderation:picture", image.public_id)
    if act == "approve":
        reviews.approve_picture(moderator=who, image=image)
        said = _("Approved. It is shown with its case.")
    elif act == "box":
        reviews.box_picture(moderator=who, image=image, boxes=_with_the_authors(image, boxes))
        said = _("Blacked out. It is shown once the result was read again.")
    elif act == "return":
        reviews.return_picture(moderator=who, image=image, note=note)
        said = _("Sent back to its author.")
    elif act == "refuse":
        reviews.refuse_picture(moderator=who, image=image, note=note)
        said = _("Refused. Nobody else will see it.")
    else:
        reviews.release_review(moderator=who, image=image)
        said = _("Left for another moderator.")
    messages.success(request, said)
    return redirect("moderation:queue")


def _with_the_authors(image: Image, formset: Any) -> list[Cover]:
    """A moderator adds; what the author blacked out stays blacked out."""
    accepted = covers_of(image.accepted_boxes)
    known = {_place(one) for one in accepted}
    added = boxes_of(formset, image)
    return accepted + [one for one in added if _place(one) not in known]


def _place(cover: Cover) -> tuple[int | None, ...]:
    return cover.box.x, cover.box.y, cover.box.w, cover.box.h, cover.only


@require_POST
@audience(Audience.MODERATOR)
def picture_undo(request: MemberRequest, image_id: str) -> HttpResponse:
    """Take back one's own decision, within a minute."""
    image = _any_or_404(image_id)
    if reviews.undo_decision(moderator=request.viewer, image=image):
        messages.success(request, _("Undone; the picture waits again."))
        return redirect("moderation:picture", image.public_id)
    messages.info(request, _("It is too late to undo this."))
    return redirect("moderation:queue")
