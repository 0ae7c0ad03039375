"""Serve rendered pictures."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from cases.imaging.responses import rendition_response
from cases.models import Image, ImageState
from cases.policies import can_see_image
from sermo.core.access import Audience, audience
from sermo.members.viewer.requests import MemberRequest


@require_safe
@audience(Audience.VERIFIED)
def media(request: MemberRequest, image_id: str, size: str) -> HttpResponse:
    """One rendition of a picture, for everyone who may see its case or owns its draft."""
    images = Image.objects.select_related("case", "draft")
    image = images.filter(public_id=image_id, state=ImageState.READY).first()
    if image is None or not can_see_image(request.viewer, image):
        raise Http404
    return rendition_response(image, size)
