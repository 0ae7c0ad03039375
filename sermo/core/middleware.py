"""The proxy in front, security headers, cross-site writes, and the page of a `DomainError`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from sermo.core import untrusted_forwarding
from sermo.core.errors import DomainError
from sermo.core.http import mark_refused

GetResponse = Callable[[HttpRequest], HttpResponse]
SAFE_METHODS = {"GET", "HEAD", "OPTIONS", "TRACE"}
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
    """No view receives a NUL character, which PostgreSQL cannot store or compare.

    In an address or a query nobody means one: status 400. From a form it is removed, so that the
    words of whoever pasted it are not lost.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info or _has_nul(request.GET):
            return render(request, "400.html", status=400)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: object) -> None:
        """After the check of the CSRF token, which has read the form."""
        if request.method != "POST" or not _has_nul(request.POST):
            return
        cleaned = QueryDict(mutable=True, encoding=request.POST.encoding)
        for name, values in request.POST.lists():
            cleaned.setlist(name.replace("\0", ""), [text.replace("\0", "") for text in values])
        request.POST = cleaned  # type: ignore[assignment]  # a form may be read as any other


def _has_nul(fields: QueryDict) -> bool:
    return any("\0" in text for name, values in fields.lists() for text in (name, *values))


class domain_errors:
    """Show the sentence of a `DomainError`, on a page or in the part that htmx swaps."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, DomainError):
            return None
        htmx = getattr(request, "htmx", False)
        template = "errors/_domain_error.html" if htmx else "errors/domain_error.html"
        back = urlsplit(request.path).path if request.method in SAFE_METHODS else ""
        context = {"sentence": error.sentence, "status": error.status, "back": back}
        response = mark_refused(render(request, template, context), error)
        if htmx:  # shown beside the form, which keeps its input
            response["HX-Retarget"], response["HX-Reselect"] = "#messages", ".notice"
            response["HX-Reswap"] = "innerHTML show:window:top"
        return response
