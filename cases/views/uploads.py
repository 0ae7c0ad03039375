"""Pictures of a draft: sending, the line of each, the author's look; what members are served."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from cases.drafts import encryption
from cases.drafts.encryption import DecryptedDraft
from cases.errors import DraftNotFound
from cases.imaging.presentation import Picture, picture_of, stored_name
from cases.imaging.processing_stages import ProcessingStage, processing_stages
from cases.models import Draft, Image, ImageState, ModerationStatus
from cases.policies import can_see_image, is_moderator
from cases.services import images as services
from sermo.core.access import Audience, audience
from sermo.core.errors import DomainError
from sermo.core.http import idempotency_key
from sermo.core.storage import storage_for
from sermo.members.viewer.requests import MemberRequest

STOP_POLLING = 286
NO_STORE = "private, max-age=0, no-store"
_WAYS = {"up": -1, "down": 1}
_WORKING = {ImageState.RECEIVED, ImageState.PROCESSING, ImageState.CONFIRMED}


@dataclass(frozen=True)
class UploadRow:
    """One picture in the composer."""

    image: Image
    number: int
    is_first: bool
    is_last: bool
    is_working: bool
    can_retry: bool
    n_text: int
    n_faces: int
    picture: Picture | None
    stages: list[ProcessingStage]


def upload_rows(images: list[Image]) -> list[UploadRow]:
    return [
        UploadRow(
            image=image,
            number=number,
            is_first=number == 1,
            is_last=number == len(images),
            is_working=image.state in _WORKING,
            can_retry=services.can_retry(image),
            n_text=sum(box["kind"] == "text" for box in image.suggested_redactions),
            n_faces=sum(box["kind"] == "face" for box in image.suggested_redactions),
            picture=picture_of(image) if image.state == ImageState.READY else None,
            stages=processing_stages(image),
        )
        for number, image in enumerate(images, start=1)
    ]


def receive_all(request: MemberRequest, found: DecryptedDraft) -> list[str]:
    """Take the files of the form; a sentence for each that was refused."""
    refused = []
    for number, upload in enumerate(request.FILES.getlist("images"), start=1):
        try:
            services.receive_image(
                viewer=request.viewer,
                draft=found,
                upload=upload.read(settings.MAX_IMAGE_BYTES + 1),
                idempotency_key=idempotency_key(request),
            )
        except DraftNotFound:
            raise
        except DomainError as refusal:
            refused.append(_("File %(number)d: %(why)s") % {"number": number, "why": refusal})
    return refused


def draft_or_404(request: MemberRequest, draft_id: str) -> DecryptedDraft:
    try:
        return encryption.own_draft(request.viewer, draft_id)
    except Draft.DoesNotExist:
        raise Http404 from None


def image_or_404(images: QuerySet[Image], image_id: str) -> Image:
    try:
        return images.get(public_id=image_id)
    except Image.DoesNotExist:
        raise Http404 from None


def upload_row_or_404(images: QuerySet[Image], image_id: str) -> UploadRow:
    for line in upload_rows(list(images)):
        if line.image.public_id == image_id:
            return line
    raise Http404


@require_POST
@audience(Audience.VERIFIED)
def upload(request: MemberRequest, draft_id: str) -> HttpResponse:
    """Files of the field `images`. The line of the last one, or a line that says why not (422)."""
    found = draft_or_404(request, draft_id)
    before = set(found.row.images.values_list("public_id", flat=True))
    refused = receive_all(request, found)
    if not request.htmx:
        return redirect("cases:draft", draft_id)
    if refused or not request.FILES:
        sentence = refused[0] if refused else _("No file was sent.")
        return render(
            request, "cases/compose/_upload_refused.html", {"sentence": sentence}, status=422
        )
    made = upload_rows(list(found.row.images.all()))
    fresh = [line for line in made if line.image.public_id not in before] or made[-1:]
    return render(request, "cases/compose/_upload_rows.html", {"draft": found, "lines": fresh})


@require_GET
@audience(Audience.VERIFIED)
def upload_row(request: MemberRequest, draft_id: str, image_id: str) -> HttpResponse:
    """The line of one picture; 286 ends the polling once it waits for nobody but its author.

    `?state=` says what the page shows already: while that holds, 204 leaves its buttons alone.
    """
    found = draft_or_404(request, draft_id)
    line = upload_row_or_404(found.row.images.all(), image_id)
    if line.is_working and request.GET.get("state") == line.image.state:
        return HttpResponse(status=204)
    context = {"draft": found, "line": line, "is_poll": True}
    status = 200 if line.is_working else STOP_POLLING
    return render(request, "cases/compose/_upload_row.html", context, status=status)


@require_POST
@audience(Audience.VERIFIED)
def remove_image(request: MemberRequest, draft_id: str, image_id: str) -> HttpResponse:
    found = draft_or_404(request, draft_id)
    services.remove_image(image=image_or_404(found.row.images.all(), image_id))
    return _pictures(request, found)


@require_POST
@audience(Audience.VERIFIED)
def retry_image(request: MemberRequest, draft_id: str, image_id: str) -> HttpResponse:
    found = draft_or_404(request, draft_id)
    services.retry_image(image=image_or_404(found.row.images.all(), image_id))
    return _pictures(request, found)


@require_POST
@audience(Audience.VERIFIED)
def move_image(request: MemberRequest, draft_id: str, image_id: str, way: str) -> HttpResponse:
    found = draft_or_404(request, draft_id)
    if way not in _WAYS:
        raise Http404
    services.move_image(
        draft=found, image=image_or_404(found.row.images.all(), image_id), by=_WAYS[way]
    )
    return _pictures(request, found)


def _pictures(request: MemberRequest, found: DecryptedDraft) -> HttpResponse:
    if not request.htmx:
        return redirect("cases:draft", found.public_id)
    context = {"draft": found, "lines": upload_rows(list(found.row.images.all()))}
    return render(request, "cases/compose/_upload_rows.html", context)


@require_safe
@audience(Audience.VERIFIED)
def media(request: MemberRequest, image_id: str, size: str) -> HttpResponse:
    """A rendered picture, for whoever may see its case or is writing its draft."""
    images = Image.objects.select_related("case", "draft")
    image = images.filter(public_id=image_id, state=ImageState.READY).first()
    if image is None or not _may_see(request, image):
        raise Http404
    name = stored_name(image, size)
    if name is None:
        raise Http404
    return _serve(name)


def _may_see(request: MemberRequest, image: Image) -> bool:
    if image.draft is not None:
        asked = image.moderation_status == ModerationStatus.WAITING and is_moderator(request.viewer)
        return asked or encryption.is_draft_owner(request.viewer, image.draft)
    if image.case is None:
        return False
    return can_see_image(request.viewer, image)


def _serve(name: str) -> HttpResponse:
    """By the proxy where it is configured to, else from here; never kept by a cache."""
    headers = {"Cache-Control": NO_STORE, "Content-Disposition": "inline"}
    if settings.SERMO_ACCEL_PREFIX:
        headers["X-Accel-Redirect"] = f"{settings.SERMO_ACCEL_PREFIX}/{name}"
        return HttpResponse(content_type="image/webp", headers=headers)
    try:
        with storage_for("images").open(name) as file:
            return HttpResponse(file.read(), content_type="image/webp", headers=headers)
    except FileNotFoundError:
        raise Http404 from None
