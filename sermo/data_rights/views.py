"""Your data: a copy of it, and the way out."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import logout, update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.models.slot_contents import deletion_date
from accounts.selectors import read_slots
from accounts.services.sessions import change_session_salt
from sermo.core.access import Audience, audience
from sermo.core.http import render_part_or_page
from sermo.core.quotas import DATA_COPIES, LEAVING, spend
from sermo.data_rights.forms import LeaveForm
from sermo.data_rights.services import export, job_payloads, leaving
from sermo.members.models import MemberJob
from sermo.members.viewer import Viewer


class PersonRequest(HttpRequest):
    """A request of a user, with the acting member if there is one."""

    user: User
    viewer: Viewer | None


@require_safe
@audience(Audience.SIGNED_IN)
def overview(request: PersonRequest) -> HttpResponse:
    job = _export_of(request)
    context = {
        "job": job,
        "steps": _steps(job) if job else [],
        "is_member": request.viewer is not None,
    }
    return render_part_or_page(
        request, "data_rights/_export.html", "data_rights/data.html", context
    )


@require_POST
@audience(Audience.SIGNED_IN)
def begin_export(request: PersonRequest) -> HttpResponse:
    if request.viewer is None:
        return redirect("data_rights:download")
    spend(DATA_COPIES, str(request.user.pk))
    job_payloads.begin_export(request.viewer)
    return redirect("data_rights:data")


@require_safe
@audience(Audience.SIGNED_IN)
def download(request: PersonRequest) -> HttpResponse:
    """Both halves in one file. They are joined here and nowhere else."""
    job = _export_of(request)
    if request.viewer is not None and (job is None or not job.encrypted_result):
        raise Http404
    response = HttpResponse(
        export.join_halves(request.user, request.viewer, job), content_type="application/json"
    )
    response["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


@require_http_methods(["GET", "POST"])
@audience(Audience.SIGNED_IN)
def leave(request: PersonRequest) -> HttpResponse:
    """Leave the site. With the right password; it cannot be undone."""
    if request.user.role:
        raise Http404  # a registrar deletes staff accounts
    is_issued = read_slots(request.user.pk).is_issued
    form = LeaveForm(request.POST or None)
    if form.is_valid():
        spend(LEAVING, str(request.user.pk))
        if request.user.check_password(form.cleaned_data["password"]):
            return _leave(request, is_issued, keeps_named=form.cleaned_data["named"] == "keep")
        form.add_error("password", _("This is not your password."))
    context = {
        "form": form,
        "is_member": request.viewer is not None,
        "is_issued": is_issued,
        "deleted_on": deletion_date(timezone.localdate()),
        "capsule_days": settings.AUTHOR_CAPSULE_DAYS,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "data_rights/leave.html", context, status=status)


def _leave(request: PersonRequest, is_issued: bool, *, keeps_named: bool) -> HttpResponse:
    viewer, user = request.viewer, User.objects.get(pk=request.user.pk)
    if not is_issued:
        leaving.delete_person(user, keeps_licence_index=False)
        return _signed_out(request, redirect("core:landing"))
    token = job_payloads.begin_leaving(viewer, keeps_named=keeps_named) if viewer else ""
    # Without the opened membership nobody can know whether it is suspended.
    may_be_banned = viewer is None or viewer.is_banned
    leaving.leave_identity_store(user, keeps_licence_index=may_be_banned)
    if not token:
        # The community cannot end the sessions that act as a member it does not know.
        change_session_salt(user=user)
        update_session_auth_hash(request, user)
        return redirect("accounts:left")
    return _signed_out(request, redirect("data_rights:left", token))


def _signed_out(request: PersonRequest, response: HttpResponse) -> HttpResponse:
    logout(request)
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


@require_safe
@audience(Audience.EVERYONE)
def leaving_progress(request: HttpRequest, token: str) -> HttpResponse:
    """The progress of leaving, for anybody with the address: the member is signed out."""
    job = MemberJob.objects.filter(locator=job_payloads.address_locator(token)).first()
    if job is None:
        raise Http404
    deleted_on = deletion_date(job.finished_on or timezone.localdate())
    context = {"job": job, "steps": _steps(job), "deleted_on": deleted_on}
    return render_part_or_page(
        request, "data_rights/_leaving_progress.html", "data_rights/leaving_progress.html", context
    )


def _export_of(request: PersonRequest) -> MemberJob | None:
    if request.viewer is None:
        return None
    return MemberJob.objects.filter(locator=job_payloads.export_locator(request.viewer)).first()


def _steps(job: MemberJob) -> list[bool]:
    """For each step, whether it is done."""
    return [number < job.steps_done for number in range(job.steps_total)]
