"""Bodies of requests: refused before they are read, and never read beyond their limit.

The order for every request: its length is compared with the limit of its address
(`refuse_bodies`), then its sender with the audience of the view, and uploads with what this process
can hold (`AudienceBeforeBody`). Only then do the check of the CSRF token and the view read it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from sermo.core.access import refuse
from sermo.core.body_limits import TEXT_BYTES, body_limit, takes_files
from sermo.core.errors import DomainError
from sermo.core.middleware import SAFE_METHODS, GetResponse, render_domain_error
from sermo.core.unsent.store import MAX_FORM_BYTES

# The key of the WSGI environment under which `bounded` puts the body.
BODY = "sermo.body"
Environ = dict[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]


class BodyTooLarge(DomainError):
    status = 413

    def __init__(self, path: str) -> None:
        limit = body_limit(path) // 1024
        size = f"{limit // 1024} MB" if limit >= 1024 else f"{limit} kB"
        advice = _("Send fewer files, or smaller ones.") if takes_files(path) else _("Shorten it.")
        said = _("This is more than the %(size)s that this page takes. Nothing was saved.")
        back = _("Go back: what you typed is still there.")
        super().__init__(f"{said % {'size': size}} {back} {advice}")


class LengthRequired(DomainError):
    status = 411
    sentence = _("The request does not say how long it is. Nothing was saved.")


class CompressedBody(DomainError):
    status = 415
    sentence = _("Compressed requests are not read. Nothing was saved.")


class BodyIncomplete(DomainError):
    status = 400
    sentence = _("Only a part of what you sent arrived. Nothing was saved. Please send it again.")


class BodyTooSlow(DomainError):
    status = 408
    sentence = _("This arrived too slowly. Nothing was saved. Please send it again.")


class UploadsBusy(DomainError):
    """As many uploads as this process can hold are under way."""

    status = 503
    retry_after = 5
    sentence = _("Many files arrive just now. Nothing was saved. Please send yours again.")


class Input(Protocol):
    """The part of `wsgi.input` that Django uses."""

    def read(self, size: int, /) -> bytes: ...

    def readline(self, size: int, /) -> bytes: ...


class RequestBody:
    """The input of one request. Reading raises `OSError` where the body is not what it said."""

    def __init__(self, source: Input, *, length: int, limit: int) -> None:
        self.problem: DomainError | None = None
        self._source = source
        self._left = length
        self._is_within_limit = length <= limit

    def read(self, size: int = -1) -> bytes:
        return self._take(self._source.read, size)

    def readline(self, size: int = -1) -> bytes:
        return self._take(self._source.readline, size)

    def _take(self, take: Callable[[int], bytes], size: int | None) -> bytes:
        if not self._is_within_limit:
            raise OSError("the body is larger than its address allows")
        size = self._left if size is None or size < 0 else min(size, self._left)
        if not size:
            return b""
        try:
            data = take(size)
        except TimeoutError:
            self.problem = BodyTooSlow()
            raise
        if not data:
            self.problem = BodyIncomplete()
            raise OSError("the body ended before its declared length")
        self._left -= len(data)
        return data


def bounded(application: Application) -> Application:
    """Let the application read no more of a body than its address allows."""

    def wrapped(environ: Environ, start_response: Any) -> Iterable[bytes]:
        length = _declared_length(environ) or 0
        limit = body_limit(environ.get("PATH_INFO", ""))
        body = RequestBody(environ["wsgi.input"], length=length, limit=limit)
        environ["wsgi.input"] = environ[BODY] = body
        return application(environ, start_response)

    return wrapped


def _declared_length(environ: Environ) -> int | None:
    """The header Content-Length; None if it is missing or no number."""
    text = environ.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isascii() and text.isdigit() else None


def refuse_bodies(get_response: GetResponse) -> GetResponse:
    """Refuse a body that is too large or of unknown length; say so if it did not arrive whole."""

    def middleware(request: HttpRequest) -> HttpResponse:
        refusal = _refusal(request)
        if refusal is not None:
            return render_domain_error(request, refusal)
        response = get_response(request)
        problem = getattr(request.META.get(BODY), "problem", None)
        return render_domain_error(request, problem) if problem is not None else response

    return middleware


def _refusal(request: HttpRequest) -> DomainError | None:
    if "HTTP_TRANSFER_ENCODING" in request.META:
        # Browsers state the length; Django reads nothing without it.
        return LengthRequired()
    length = _declared_length(request.META)
    if length is None:
        return BodyIncomplete()
    if length > body_limit(request.path_info):
        return BodyTooLarge(request.path_info)
    if length and request.headers.get("Content-Encoding", "identity") != "identity":
        return CompressedBody()
    return None


class AudienceBeforeBody:
    """Refuse a caller outside the audience of the view before anything reads a large body.

    It stands before the check of the CSRF token, which reads the form. Of requests with files, each
    process reads `settings.UPLOADS_AT_ONCE` at a time: they are held in memory, and slow ones must
    leave threads for others.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self._slots = threading.BoundedSemaphore(settings.UPLOADS_AT_ONCE)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            return self.get_response(request)
        finally:
            if vars(request).pop("_holds_upload_slot", False):
                self._slots.release()

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], *_arguments: Any
    ) -> HttpResponse | None:
        length = _declared_length(request.META) or 0
        if request.method in SAFE_METHODS or length <= MAX_FORM_BYTES:
            return None  # short: the words in it are kept for whoever must sign in again
        who = getattr(view, "audience", None)
        refused = refuse(request, who) if who is not None else None
        if refused is not None:
            return refused
        if length > TEXT_BYTES:
            if not self._slots.acquire(blocking=False):
                return render_domain_error(request, UploadsBusy())
            vars(request)["_holds_upload_slot"] = True
        return None
