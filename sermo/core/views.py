"""Pages that belong to no app: landing, privacy, help, health checks, errors."""

from __future__ import annotations

import sys

import redis
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST, require_safe

from sermo.core import csp_reports, health, threat_model
from sermo.core.access import (
    COMMUNITY_ROLES,
    IDENTITY_ROLES,
    Audience,
    audience,
    is_reading_member,
)
from sermo.core.context_processors import THEMES
from sermo.core.http import TOKEN_HEADER, background_answer, is_background
from sermo.core.storage import StorageUnavailable
from sermo.core.styleguide import styleguide_context
from sermo.core.third_party_licences import licence_sections
from sermo.core.unsent.forms import form_of
from sermo.core.unsent.pages import filled_page

# What is raised while a database, a Redis or the storage does not answer, or is too busy.
OUTAGES = (
    OperationalError,
    InterfaceError,
    redis.ConnectionError,
    redis.TimeoutError,
    StorageUnavailable,
)
RETRY_AFTER_SECONDS = 30


@require_safe
@audience(Audience.EVERYONE)
def landing(request: HttpRequest) -> HttpResponse:
    if getattr(request, "viewer", None) is not None:
        return redirect("cases:feed")
    return render(request, "pages/landing.html")


@require_safe
@audience(Audience.EVERYONE)
def privacy(request: HttpRequest) -> HttpResponse:
    context = {
        "k": settings.K_ANONYMITY,
        "mark_minutes": settings.ANONYMOUS_MARK_MINUTES,
        "urgent_mark_minutes": settings.ANONYMOUS_URGENT_MARK_MINUTES,
        "capsule_days": settings.AUTHOR_CAPSULE_DAYS,
        "measured": threat_model.MEASURED,
        "breach_scenarios": threat_model.BREACH_SCENARIOS,
        "holders": threat_model.KEY_HOLDERS,
    }
    return render(request, "pages/privacy.html", context)


@require_safe
@audience(Audience.EVERYONE)
def licences(request: HttpRequest) -> HttpResponse:
    """Licences of the models and codecs (cases/deid/LICENCES.md)."""
    return render(request, "pages/licences.html", {"sections": licence_sections()})


@require_safe
@audience(Audience.EVERYONE)
def rules(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/rules.html")


@require_safe
@audience(Audience.EVERYONE)
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/help.html")


@require_safe
@audience(Audience.EVERYONE)
def offline(request: HttpRequest) -> HttpResponse:
    """The page for a device without a network. The service worker caches only it and its styles."""
    return render(request, "pages/offline.html")


@require_safe
@audience(Audience.EVERYONE)
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component in every state, for developers. Raises `Http404` in production."""
    if settings.SERMO_ENV == "production":
        raise Http404
    return render(request, "pages/styleguide.html", styleguide_context())


@require_POST
@audience(Audience.EVERYONE)
def theme(request: HttpRequest) -> HttpResponse:
    """Set the cookie with the chosen theme, or delete it to follow the device."""
    chosen = request.POST.get("theme", "")
    response = redirect("members:profile" if getattr(request, "viewer", None) else "core:landing")
    if chosen in THEMES:
        response.set_cookie(
            "theme",
            chosen,
            max_age=31_536_000,
            samesite="Lax",
            httponly=True,
            secure=settings.SESSION_COOKIE_SECURE,
        )
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response


@require_safe
@audience(Audience.EVERYONE)
def service_worker(request: HttpRequest) -> HttpResponse:
    """Served from the root, so that its scope is the whole site."""
    body = render_to_string("pages/sw.js", request=request)
    return HttpResponse(
        body, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"}
    )


@require_safe
@audience(Audience.EVERYONE)
def manifest(request: HttpRequest) -> HttpResponse:
    body = render_to_string("pages/manifest.webmanifest", request=request)
    return HttpResponse(body, content_type="application/manifest+json")


@require_GET
@audience(Audience.EVERYONE)
def healthz(request: HttpRequest) -> HttpResponse:
    """Whether this process answers; no other component is checked."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@require_GET
@audience(Audience.EVERYONE)
def readyz(request: HttpRequest) -> JsonResponse:
    """State of servers, processes, queues and disks; status 503 if one fails.

    `warnings` lists what an operator must look at, although the site works.
    """
    parts = health.component_states()
    ready = all(part == "ok" for part in parts.values())
    answer = {"ready": ready, **parts, "warnings": health.warnings()}
    return JsonResponse(answer, status=200 if ready else 503)


@require_GET
@audience(Audience.EVERYONE)
def metrics(request: HttpRequest) -> HttpResponse:
    """Metrics for Prometheus. Raises `Http404` if the token is wrong or none is configured."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not settings.METRICS_TOKEN or token != settings.METRICS_TOKEN:
        raise Http404
    return HttpResponse(
        health.metrics_text(), content_type="text/plain; version=0.0.4; charset=utf-8"
    )


@csrf_exempt
@require_POST
@audience(Audience.EVERYONE)
def csp_report(request: HttpRequest) -> HttpResponse:
    """Where browsers report what the policy blocked. Status 413 for a long body."""
    body = request.read(csp_reports.MAX_BODY_BYTES + 1)
    if len(body) > csp_reports.MAX_BODY_BYTES:
        return HttpResponse(status=413)
    csp_reports.count_reports(body)
    return HttpResponse(status=204)


@require_safe
@audience(Audience.SIGNED_IN)
def admin_index(request: HttpRequest) -> HttpResponse:
    """Redirect to the admin site of the caller's store. Raises `Http404` for everybody else."""
    if getattr(request.user, "role", "") in IDENTITY_ROLES[Audience.REGISTRAR]:
        return redirect("identity_admin:index")
    role = getattr(getattr(request, "member", None), "role", "")
    if is_reading_member(request) and role in COMMUNITY_ROLES[Audience.ADMIN]:
        return redirect("community_admin:index")
    raise Http404


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form again with its words and a new token; a script gets the token in a header.

    Somebody who signed in again in another window has a token that this page did not know. Only a
    browser that says that the form is of this site gets either.
    """
    if request.headers.get("Sec-Fetch-Site") != "same-origin":
        return render(request, "403.html", {"is_csrf": True}, status=403)
    sentence = _("This page was open for too long. Your words are still here. Send them again.")
    if is_background(request):
        answer = background_answer(request, 403, sentence)
        answer[TOKEN_HEADER] = get_token(request)
        return answer
    form = form_of(request)
    page = filled_page(request, form, sentence=sentence, status=403) if form else None
    return page or render(request, "403.html", {"is_csrf": True}, status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(request, 400, _("This request was not understood. Reload the page."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(request, 403, _("You may not do this. Nothing was changed."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(request, 404, _("This is no longer there. Copy your words if you need them."))


def _error(request: HttpRequest, status: int, sentence: str) -> HttpResponse:
    """The error page, or the sentence for a script."""
    if is_background(request):
        return background_answer(request, status, sentence)
    return render(request, f"{status}.html", status=status)


def server_error(request: HttpRequest) -> HttpResponse:
    """Rendered without context processors, because the cause of the error may be in one.

    Status 503 while a server that the page needs does not answer. Middleware cannot catch that: it
    is also what reads the session.
    """
    if isinstance(sys.exception(), OUTAGES):
        response = _outage(request)
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return response
    return HttpResponse(render_to_string("500.html"), status=500)


def _outage(request: HttpRequest) -> HttpResponse:
    """The page with the words that were sent, to copy; the sentence alone for a script."""
    if is_background(request):
        sentence = _("The site is partly unavailable. Your words are still here. Try again soon.")
        if "application/json" in request.headers.get("Accept", ""):
            return JsonResponse({"sentence": sentence}, status=503)
        part = render_to_string("errors/_domain_error.html", {"sentence": sentence})
        return HttpResponse(part, status=503)
    form = form_of(request)
    words = form.written() if form else []
    return HttpResponse(render_to_string("503.html", {"words": words}), status=503)
