"""HTTP responses with a picture. The caller has checked that the viewer may see it."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpResponse

from cases.imaging import storage as image_storage
from cases.imaging.presentation import rendition_name
from cases.models import Image
from sermo.core.crypto import DecryptionError
from sermo.core.storage import read_file

CONTENT_TYPE = "image/webp"
# Shown in place of a file that a restore could not bring back.
LOST_PICTURE = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 320" width="480" height="320">
<rect width="480" height="320" fill="#e8e8e8"/>
<text x="240" y="166" font-family="sans-serif" font-size="24" fill="#333" text-anchor="middle">
This picture was lost</text></svg>
"""
NO_STORE = "private, max-age=0, no-store"


def preview_response(image: Image, frame: int) -> HttpResponse:
    """One frame before redaction. Raises `Http404` if there is no preview of it."""
    if not image.preview:
        raise Http404
    try:
        body = image_storage.read_preview(image, frame)
    except (KeyError, FileNotFoundError, DecryptionError):
        raise Http404 from None
    return HttpResponse(body, content_type=CONTENT_TYPE, headers={"Cache-Control": NO_STORE})


def rendition_response(image: Image, label: str) -> HttpResponse:
    """One rendition. The proxy sends the bytes if `SERMO_ACCEL_PREFIX` is set.

    A lost file is answered with a picture that says so. Raises `Http404` if there is no such
    rendition.
    """
    name = rendition_name(image, label)
    if name is None:
        raise Http404
    headers = {"Cache-Control": NO_STORE, "Content-Disposition": "inline"}
    if settings.SERMO_ACCEL_PREFIX:
        headers["X-Accel-Redirect"] = f"{settings.SERMO_ACCEL_PREFIX}/{name}"
        return HttpResponse(content_type=CONTENT_TYPE, headers=headers)
    try:
        body = read_file("images", name)
    except FileNotFoundError:
        return HttpResponse(LOST_PICTURE, content_type="image/svg+xml", status=404, headers=headers)
    return HttpResponse(body, content_type=CONTENT_TYPE, headers=headers)
