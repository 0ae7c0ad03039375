"""Rules of cases that say no."""

from __future__ import annotations

from sermo.core.errors import DomainError, TooMany


class StaleDraft(DomainError):
    """Another tab or device saved since; the view shows both texts."""

    sentence = "This draft was saved elsewhere meanwhile. Nothing was overwritten."


class DraftGone(DomainError):
    status = 404
    sentence = "This draft is no longer there."


class NotReady(DomainError):
    """Publishing has to wait; the check page lists for what."""

    status = 422
    sentence = "Something is still to be done before this case can be published."


class NotAPicture(DomainError):
    status = 422
    sentence = (
        "This file is not a picture we can read. JPEG, PNG, WebP, HEIC, TIFF and GIF are."
    )


class PictureTooLarge(DomainError):
    status = 422
    sentence = "This file is larger than 40 MB."


class TooManyPictures(DomainError):
    status = 422
    sentence = "A case holds at most 12 pictures."


class TooManyUploads(TooMany):
    sentence = "These were many pictures in a short time. Please wait a little and try again."


class PictureBusy(DomainError):
    sentence = "This picture is still being worked on. Please wait a moment."
