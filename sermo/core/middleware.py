"""The proxy in front, security headers, cross-site writes, and the page of a `DomainError`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from sermo.core import untrusted_forwarding
from sermo.core.errors import DomainError
from sermo.core.http import background_answer, is_background, mark_refused
from sermo.core.text import normalise
from sermo.core.unsent.forms import UnsentForm, form_of
from sermo.core.unsent.pages import filled_page, words_page

GetResponse = Callable[[HttpRequest], HttpResponse]
SAFE_METHODS = {"GET", "HEAD", "OPTIONS", "TRACE"}
MARKUP_HEADER = "Sermo-Markup"
PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "autoplay",
        "camera",
        "display-capture",
        "encrypted-media",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "picture-in-picture",
        "usb",
        "xr-spatial-tracking",
        "browsing-topics",
    )
)


# What a proxy says of the client, as WSGI names the headers.
FORWARDING_HEADERS = (
    "HTTP_FORWARDED",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_REAL_IP",
)


def trusted_proxy(get_response: GetResponse) -> GetResponse:
    """Take address, scheme and country of the client from a trusted proxy, and from nobody else."""

    def middleware(request: HttpRequest) -> HttpResponse:
        meta, proxies = request.META, settings.TRUSTED_PROXIES
        peer = meta.get("REMOTE_ADDR", "")
        if proxies.trusts(peer):
            forwarded_for = meta.get("HTTP_X_FORWARDED_FOR", "")
            meta["REMOTE_ADDR"] = proxies.client_address(peer, forwarded_for)
            # The last is what the proxy itself wrote.
            scheme = meta.get("HTTP_X_FORWARDED_PROTO", "http").rpartition(",")[2].strip()
            meta["HTTP_X_FORWARDED_PROTO"] = scheme
        else:
            _ignore_forwarding_headers(meta)
        return get_response(request)

    return middleware


def _ignore_forwarding_headers(meta: dict[str, Any]) -> None:
    claimed = [meta.pop(name) for name in FORWARDING_HEADERS if name in meta]
    if settings.COUNTRY_HEADER:
        meta.pop(f"HTTP_{settings.COUNTRY_HEADER.upper().replace('-', '_')}", None)
    if claimed:
        untrusted_forwarding.count_request()


def security_headers(get_response: GetResponse) -> GetResponse:
    """Add headers: no browser cache, no sensors (docs/design/security.md)."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            # Every page and part is a rendered template; static/js/trusted-types.js asks for this.
            response.headers[MARKUP_HEADER] = "template"
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "no-store")
            patch_vary_headers(response, ["Cookie"])
        return response

    return middleware


def refuse_cross_site_writes(get_response: GetResponse) -> GetResponse:
    """Refuse writes that the browser marks as cross-site, in addition to the CSRF token."""

    def middleware(request: HttpRequest) -> HttpResponse:
        site = request.headers.get("Sec-Fetch-Site", "same-origin")
        if request.method not in SAFE_METHODS and site not in {"same-origin", "none"}:
            return render(request, "403.html", status=403)
        if request.headers.get("Sec-Fetch-Site") == "same-origin" and _hides_origin(request):
            request.META["HTTP_ORIGIN"] = f"{request.scheme}://{request.get_host()}"
        return get_response(request)

    return middleware


def _hides_origin(request: HttpRequest) -> bool:
    """With the policy `no-referrer` a browser sends `Origin: null`, even with a form of this site.

    Django would refuse every such form. The header Sec-Fetch-Site, which no page can set, says
    where the form came from.
    """
    return request.headers.get("Origin") == "null"


class clean_request_text:
    """Views receive text in one form (`sermo.core.text`), and no NUL character.

    PostgreSQL cannot store a NUL. In an address or a query nobody means one: status 400. From a
    form it is removed, so that the words of whoever pasted it are not lost. Passwords stay.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info or _has_nul(request.GET):
            return render(request, "400.html", status=400)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: object) -> None:
        """After the check of the CSRF token, which has read the form."""
        if request.method != "POST":
            return
        cleaned = QueryDict(mutable=True, encoding=request.POST.encoding)
        for name, values in request.POST.lists():
            clean = _without_nul if "password" in name else normalise
            cleaned.setlist(_without_nul(name), [clean(text) for text in values])
        request.POST = cleaned  # type: ignore[assignment]  # a form may be read as any other


def _without_nul(text: str) -> str:
    return text.replace("\0", "")


def _has_nul(fields: QueryDict) -> bool:
    return any("\0" in text for name, values in fields.lists() for text in (name, *values))


class domain_errors:
    """Show the sentence of a `DomainError`: with the words that were sent, alone, or as a part."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, DomainError):
            return None
        form = None if is_background(request) else form_of(request)
        if form is None:
            return render_domain_error(request, error)
        return mark_refused(_form_again(request, form, error), error)


def render_domain_error(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The sentence of the error, as a page, or as a part for a script. Reads no form."""
    if is_background(request):
        response = background_answer(request, error.status, error.sentence)
    else:
        response = render(request, "errors/domain_error.html", {"sentence": error.sentence})
    # Django logs the address of a response from 500 on.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return mark_refused(response, error)


def _form_again(request: HttpRequest, form: UnsentForm, error: DomainError) -> HttpResponse:
    """The form with its words and the sentence; the words to copy if it is not shown any more.

    Its page brings a new idempotency key: the old one may be that of other words.
    """
    page = filled_page(
        request,
        form,
        sentence=error.sentence,
        status=error.status,
        leaves_out=["idempotency_key"],
    )
    if page is not None and not isinstance(page, HttpResponseRedirect):
        return page
    return words_page(
        request, form, title=_("Not done"), sentence=error.sentence, status=error.status
    )
