"""The author's review of one picture, and the processed result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.forms.formsets import BaseFormSet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from cases.forms.redactions import (
    ImageDescriptionForm,
    RedactionForm,
    kept_findings_of,
    redaction_formset,
    redactions_of,
)
from cases.imaging.frames import frame_links, selected_frame
from cases.imaging.responses import preview_response
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
from cases.selectors.drafts import own_draft
from cases.selectors.uploads import UploadRow
from cases.services import images as services
from cases.views.former_drafts import leads_to_what_became_of_it
from cases.views.uploads import STOP_POLLING, image_or_404, upload_row_or_404
from sermo.core.access import Audience, audience
from sermo.core.http import render_part_or_page
from sermo.core.quotas import PICTURE_CHANGES
from sermo.members.services import spend_quota
from sermo.members.viewer.requests import MemberRequest


@dataclass(frozen=True)
class ImageOwner:
    """The draft, or the published case, that a picture belongs to."""

    public_id: str
    url: str
    images: QuerySet[Image]
    is_published: bool


def image_owner_or_404(request: MemberRequest, public_id: str) -> ImageOwner:
    """The viewer's own draft, or own case with its withheld pictures. Raises `Http404`."""
    try:
        draft = own_draft(request.viewer, public_id)
    except Draft.DoesNotExist:
        case = Case.objects.filter(public_id=public_id).first()
        if case is None or not is_author(request.viewer, case):
            raise Http404 from None
        withheld = case.images.exclude(moderation_status__in=SHOWABLE_STATUSES)
        return ImageOwner(public_id, case.get_absolute_url(), withheld, is_published=True)
    url = reverse("cases:draft", args=[public_id])
    return ImageOwner(public_id, url, draft.row.images.all(), is_published=False)


@require_GET
@audience(Audience.VERIFIED)
@leads_to_what_became_of_it
def review_image(request: MemberRequest, draft_id: str, image_id: str) -> HttpResponse:
    """Suggested redactions to accept, move or add to, on one frame (`frame`) of the picture."""
    owner = image_owner_or_404(request, draft_id)
    row = upload_row_or_404(owner.images, image_id)
    if not _can_review(owner, row.image):
        return redirect(owner.url)
    form = ImageDescriptionForm(initial=_description(row.image))
    return _review_page(request, owner, row, form)


def _can_review(owner: ImageOwner, image: Image) -> bool:
    """A published picture can be reviewed only after a moderator returned it."""
    was_returned = image.moderation_status == ModerationStatus.RETURNED
    return bool(image.preview) and (not owner.is_published or was_returned)


def _description(image: Image) -> dict[str, Any]:
    return {"caption": image.caption, "alt": image.alt, "is_sensitive": image.is_sensitive}


def _review_page(
    request: MemberRequest,
    owner: ImageOwner,
    row: UploadRow,
    form: ImageDescriptionForm,
    redactions: BaseFormSet[RedactionForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    image = row.image
    moderation = ImageModeration.objects.filter(image=image).first()
    was_returned = image.moderation_status == ModerationStatus.RETURNED
    frame = selected_frame(request, image)
    context = {
        "owner": owner,
        "row": row,
        "image": image,
        "form": form,
        "redactions": redactions or redaction_formset(image, frame=frame.index),
        "frame": frame,
        "frames": frame_links(request, image, _preview_url(owner, image)),
        "n_from_second_check": sum(
            bool(box.get("from_second_check")) for box in image.suggested_redactions
        ),
        "note": moderation.note if moderation and was_returned else "",
    }
    return render(request, "cases/compose/review_image.html", context, status=status)


def _preview_url(owner: ImageOwner, image: Image) -> Callable[[int], str]:
    return lambda frame: reverse(
        "cases:image-preview", args=[owner.public_id, image.public_id, frame]
    )


@require_POST
@audience(Audience.VERIFIED)
@leads_to_what_became_of_it
def confirm_image(request: MemberRequest, draft_id: str, image_id: str) -> HttpResponse:
    """Confirm the redactions. Leads to the result, the next picture to review, or back.

    With `frame` in the form, another frame is shown and nothing is confirmed.
    """
    owner = image_owner_or_404(request, draft_id)
    row = upload_row_or_404(owner.images, image_id)
    form = ImageDescriptionForm(request.POST)
    frame = selected_frame(request, row.image).index
    formset = redaction_formset(row.image, request.POST, frame=frame)
    if "frame" in request.POST:
        return _review_page(request, owner, row, form, formset)
    kept_findings = kept_findings_of(formset, row.image) if formset.is_valid() else None
    if kept_findings is None or not form.is_valid():
        return _review_page(request, owner, row, form, formset, status=422)
    spend_quota(viewer=request.viewer, quota=PICTURE_CHANGES)
    status_before = row.image.moderation_status
    image = services.confirm_image(
        image=row.image,
        redactions=redactions_of(formset, row.image),
        kept_findings=kept_findings,
    )
    services.describe_image(image=image, **form.cleaned_data)
    is_now_waiting = image.moderation_status == ModerationStatus.WAITING
    if is_now_waiting and status_before != ModerationStatus.WAITING:
        messages.info(request, _moderation_message())
    return redirect(_next_url(request, owner, image))


def _moderation_message() -> str:
    return _(
        "A moderator looks at this picture too. You can publish meanwhile: the case appears "
        "without it, and the picture joins it once a moderator has said yes."
    )


def _next_url(request: MemberRequest, owner: ImageOwner, image: Image) -> str:
    if request.POST.get("do") == "result":
        return reverse("cases:processed-image", args=[owner.public_id, image.public_id])
    next_image = owner.images.filter(state=ImageState.AWAITING_REVIEW).first()
    if next_image is not None and not owner.is_published:
        return reverse("cases:review-image", args=[owner.public_id, next_image.public_id])
    return owner.url


@require_GET
@audience(Audience.VERIFIED)
@leads_to_what_became_of_it
def processed_image(request: MemberRequest, draft_id: str, image_id: str) -> HttpResponse:
    """The result as others will see it. The page polls until processing is over."""
    owner = image_owner_or_404(request, draft_id)
    row = upload_row_or_404(owner.images, image_id)
    context = {"owner": owner, "row": row, "image": row.image}
    status = 200
    if request.htmx and not row.is_processing:
        status = STOP_POLLING
    part, page = "cases/compose/_processed_image.html", "cases/compose/processed_image.html"
    return render_part_or_page(request, part, page, context, status=status)


@require_safe
@audience(Audience.VERIFIED)
@leads_to_what_became_of_it
def preview_image(request: MemberRequest, draft_id: str, image_id: str, frame: int) -> HttpResponse:
    """One frame before redaction, for the author only. No cache keeps it."""
    owner = image_owner_or_404(request, draft_id)
    return preview_response(image_or_404(owner.images, image_id), frame)
