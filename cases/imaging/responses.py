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

    Raises `Http404` if there is no such rendition.
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
        raise Http404 from None
    return HttpResponse(body, content_type=CONTENT_TYPE, headers=headers)
