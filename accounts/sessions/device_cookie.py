"""The cookie by which a known device unwraps the credential."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse

# Session key: the cookie that the next response sets.
NEW_DEVICE = "new_device"


def device_token(request: HttpRequest) -> str:
    """The secret of this device's cookie; "" on an unknown device."""
    return request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")


def schedule_device_cookie(request: HttpRequest, token: str) -> None:
    """Keep a new cookie until `send_device_cookie`."""
    request.session[NEW_DEVICE] = token


def send_device_cookie(request: HttpRequest, response: HttpResponse) -> None:
    """Set the scheduled cookie, once."""
    token = request.session.pop(NEW_DEVICE, "")
    if token:
        response.set_cookie(
            settings.DEVICE_COOKIE_NAME,
            token,
            max_age=settings.DEVICE_COOKIE_AGE,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
