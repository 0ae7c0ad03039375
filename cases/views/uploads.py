"""The pictures of a draft in the composer: upload, list, order, remove, try again."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cases.drafts.encryption import DecryptedDraft
from cases.errors import ImageTooLarge, TooManyImages, UnreadableImage
from cases.models import Draft, Image
from cases.selectors.drafts import own_draft
from cases.selectors.uploads import UploadRow, upload_rows
from cases.services import images as services
from cases.views.former_drafts import leads_to_what_became_of_it
from sermo.core.access import Audience, audience
from sermo.core.http import idempotency_key, mark_refused
from sermo.core.quotas import PICTURE_CHANGES, QuotaReached
from sermo.members.services import spend_quota
from sermo.members.viewer.requests import MemberRequest

STOP_POLLING = 286
"""The status by which htmx stops polling."""
_DIRECTIONS = {"up": -1, "down": 1}


@dataclass
class UploadRefusals:
    """One sentence for each refused file, and whether the member has sent too many."""

    sentences: list[str] = field(default_factory=list)
    quota: QuotaReached | None = None

    def mark(self, response: HttpResponse) -> HttpResponse:
        """The response with status 422, or 429 and the time after which more can be sent."""
        response.status_code = 422
        return mark_refused(response, self.quota) if self.quota else response


def receive_uploads(request: MemberRequest, draft: DecryptedDraft) -> UploadRefusals:
    """Take the files of the form, as long as the quota lasts. Raises `DraftNotFound`."""
    refusals = UploadRefusals()
    for number, upload in enumerate(request.FILES.getlist("images"), start=1):
        try:
            services.receive_image(
                viewer=request.viewer,
                draft=draft,
                upload=upload.read(settings.MAX_IMAGE_BYTES + 1),
                idempotency_key=idempotency_key(request),
            )
        except (ImageTooLarge, TooManyImages, QuotaReached, UnreadableImage) as refusal:
            refusals.sentences.append(
                _("File %(number)d: %(why)s") % {"number": number, "why": refusal}
            )
            if isinstance(refusal, QuotaReached):
                refusals.quota = refusal
                break
    return refusals


def draft_or_404(request: MemberRequest, draft_id: str) -> DecryptedDraft:
    try:
        return own_draft(request.viewer, draft_id)
    except Draft.DoesNotExist:
        raise Http404 from None


def image_or_404(images: QuerySet[Image], image_id: str) -> Image:
    try:
        return images.get(public_id=image_id)
    except Image.DoesNotExist:
        raise Http404 from None


def upload_row_or_404(images: QuerySet[Image], image_id: str) -> UploadRow:
    for row in upload_rows(list(images)):
        if row.image.public_id == image_id:
            return row
    raise Http404


@require_POST
@audience(Audience.VERIFIED)
@leads_to_what_became_of_it
def upload(request: MemberRequest, draft_id: str) -> HttpResponse:
    """Take the files of the field `images`. Answers htmx with the new rows, or why not (422)."""
    draft = draft_or_404(request, draft_id)
    known = set(draft.row.images.values_list("public_id", flat=True))
    refusals = receive_uploads(request, draft)
    if not request.htmx:
        return redirect("cases:draft", draft_id)
    if refusals.sentences or not request.FILES:
        sentence = refusals.sentences[0] if refusals.sentences else _("No file was sent.")
        context = {"sentence": sentence}
        return refusals.mark(render(request, "cases/compose/_upload_refused.html", context))
    rows = upload_rows(list(draft.row.images.all()))
    new_rows = [row for row in rows if row.image.public_id not in known] or rows[-1:]
    return render(request, "cases/compose/_upload_rows.html", {"draft": draft, "rows": new_rows})


@require_GET
@audience(Audience.VERIFIED)
@leads_to_what_became_of_it
def upload_row(request: MemberRequest, draft_id: str, image_id: str) -> HttpResponse:
    """The row of one picture, for polling. 286 ends the polling when processing is over.

    `?state=` is the state that the page shows. While it has not changed, the answer is 204, so
    that the buttons of the row are not replaced.
    """
    draft = draft_or_404(request, draft_id)
    row = upload_row_or_404(draft.row.images.all(), image_id)
    if row.is_processing and request.GET.get("state") == row.image.state:
        return HttpResponse(status=204)
    context = {"draft": draft, "row": row, "is_poll": True}
    status = 200 if row.is_processing else STOP_POLLING
    return render(request, "cases/compose/_upload_row.html", context, status=status)


@require_POST
@audience(Audience.VERIFIED)
@leads_to_what_became_of_it
def remove_image(request: MemberRequest, draft_id: str, image_id: str) -> HttpResponse:
    draft = draft_or_404(request, draft_id)
    spend_quota(viewer=request.viewer, quota=PICTURE_CHANGES)
    services.remove_image(image=image_or_404(draft.row.images.all(), image_id))
    return _rows_response(request, draft)


@require_POST
@audience(Audience.VERIFIED)
@leads_to_what_became_of_it
def retry_image(request: MemberRequest, draft_id: str, image_id: str) -> HttpResponse:
    draft = draft_or_404(request, draft_id)
    spend_quota(viewer=request.viewer, quota=PICTURE_CHANGES)
    services.retry_image(image=image_or_404(draft.row.images.all(), image_id))
    return _rows_response(request, draft)


@require_POST
@audience(Audience.VERIFIED)
@leads_to_what_became_of_it
def move_image(
    request: MemberRequest, draft_id: str, image_id: str, direction: str
) -> HttpResponse:
    draft = draft_or_404(request, draft_id)
    if direction not in _DIRECTIONS:
        raise Http404
    image = image_or_404(draft.row.images.all(), image_id)
    spend_quota(viewer=request.viewer, quota=PICTURE_CHANGES)
    services.move_image(draft=draft, image=image, by=_DIRECTIONS[direction])
    return _rows_response(request, draft)


def _rows_response(request: MemberRequest, draft: DecryptedDraft) -> HttpResponse:
    if not request.htmx:
        return redirect("cases:draft", draft.public_id)
    context = {"draft": draft, "rows": upload_rows(list(draft.row.images.all()))}
    return render(request, "cases/compose/_upload_rows.html", context)
