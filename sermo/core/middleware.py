"""What every answer carries, and what every rule that says no looks like."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from sermo.core.errors import DomainError

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


def security_headers(get_response: GetResponse) -> GetResponse:
    """Clinical pages stay on no disk; the browser lends no sensor (SECURITY.md)."""

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
    """A second lock beside the CSRF token: browsers say where a request comes from."""

    def middleware(request: HttpRequest) -> HttpResponse:
        site = request.headers.get("Sec-Fetch-Site", "same-origin")
        if request.method not in SAFE_METHODS and site not in {"same-origin", "none"}:
            return render(request, "403.html", status=403)
        if request.headers.get("Sec-Fetch-Site") == "same-origin" and _hides_origin(request):
            request.META["HTTP_ORIGIN"] = f"{request.scheme}://{request.get_host()}"
        return get_response(request)

    return middleware


def _hides_origin(request: HttpRequest) -> bool:
    """Under `no-referrer` a browser sends `Origin: null` with a form even to its own site.

    Django would refuse every form; the browser's own Sec-Fetch-Site, which no page can set, says
    where it came from.
    """
    return request.headers.get("Origin") == "null"


class domain_errors:
    """Show a `DomainError` as its sentence, on a page or as the part htmx swaps."""

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
        response = render(request, template, context, status=error.status)
        if htmx:  # beside the form, which keeps what was typed
            response["HX-Retarget"], response["HX-Reselect"] = "#messages", ".notice"
            response["HX-Reswap"] = "innerHTML show:window:top"
        return response
