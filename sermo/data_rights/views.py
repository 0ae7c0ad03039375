"""Your data: a copy of it, and the way out."""

from __future__ import annotations

from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from sermo.core.access import Audience, audience
from sermo.core.errors import TooMany
from sermo.core.http import render_part_or_page, within_rate
from sermo.data_rights import export, job_payloads, leaving
from sermo.data_rights.forms import LeaveForm
from sermo.members.models import MemberJob
from sermo.members.viewer import Viewer

TRIES, WINDOW = 10, 3600


class PersonRequest(HttpRequest):
    user: User
    viewer: Viewer | None


@require_safe
@audience(Audience.SIGNED_IN)
def data(request: PersonRequest) -> HttpResponse:
    errand = _export_of(request)
    context = {
        "errand": errand,
        "parts": _parts(errand) if errand else [],
        "is_member": request.viewer is not None,
    }
    return render_part_or_page(
        request, "data_rights/_export.html", "data_rights/data.html", context
    )


@require_POST
@audience(Audience.SIGNED_IN)
def begin(request: PersonRequest) -> HttpResponse:
    if request.viewer is None:
        return redirect("data_rights:download")
    _limit(request, "export")
    job_payloads.begin_export(request.viewer)
    return redirect("data_rights:data")


@require_safe
@audience(Audience.SIGNED_IN)
def download(request: PersonRequest) -> HttpResponse:
    """Both halves, joined here and nowhere else."""
    errand = _export_of(request)
    if request.viewer is not None and (errand is None or not errand.result):
        raise Http404
    response = HttpResponse(
        export.whole(request.user, request.viewer, errand), content_type="application/json"
    )
    response["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


@require_http_methods(["GET", "POST"])
@audience(Audience.SIGNED_IN)
def leave(request: PersonRequest) -> HttpResponse:
    """Once the password is right, there is no way back."""
    if request.user.role:
        raise Http404  # staff accounts are ended by a registrar
    form = LeaveForm(request.POST or None)
    if form.is_valid():
        _limit(request, "leave")
        if request.user.check_password(form.cleaned_data["password"]):
            return _go(request, keeps_named=form.cleaned_data["named"] == "keep")
        form.add_error("password", _("This is not your password."))
    context = {"form": form, "is_member": request.viewer is not None}
    status = 422 if request.method == "POST" else 200
    return render(request, "data_rights/leave.html", context, status=status)


def _go(request: PersonRequest, *, keeps_named: bool) -> HttpResponse:
    viewer, user = request.viewer, request.user
    token = job_payloads.begin_leaving(viewer, keeps_named=keeps_named) if viewer else ""
    is_banned = user.is_suspended or bool(viewer and viewer.member.suspended_at)
    leaving.destroy_person(User.objects.get(pk=user.pk), is_banned=is_banned)
    logout(request)
    response = redirect("data_rights:left", token) if token else redirect("core:landing")
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


@require_safe
@audience(Audience.EVERYONE)
def left(request: HttpRequest, token: str) -> HttpResponse:
    """How far it is, for who holds the address; nobody is signed in any more."""
    errand = MemberJob.objects.filter(locator=job_payloads.address_locator(token)).first()
    if errand is None:
        raise Http404
    context = {"errand": errand, "parts": _parts(errand)}
    return render_part_or_page(
        request, "data_rights/_leaving_progress.html", "data_rights/leaving_progress.html", context
    )


def _export_of(request: PersonRequest) -> MemberJob | None:
    if request.viewer is None:
        return None
    return MemberJob.objects.filter(locator=job_payloads.export_locator(request.viewer)).first()


def _parts(errand: MemberJob) -> list[bool]:
    return [number < errand.done for number in range(errand.of)]


def _limit(request: PersonRequest, what: str) -> None:
    if not within_rate(what, str(request.user.pk), limit=TRIES, seconds=WINDOW):
        raise TooMany
