"""/me/: what colleagues see of you, and what only you can change."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sermo.core.access import Audience, audience
from sermo.core.quotas import SETTINGS
from sermo.members import selectors, services
from sermo.members.credential_lines import labels
from sermo.members.viewer.requests import MemberRequest


@require_safe
@audience(Audience.VERIFIED)
def profile(request: MemberRequest) -> HttpResponse:
    context = {
        "credential_line": labels.line_label(request.viewer.line),
        "knows_facts": request.viewer.facts is not None,
        "line_activity": labels.line_activity_label(request.viewer.line),
        "has_real_name": bool(request.viewer.real_name),
        "k": settings.K_ANONYMITY,
        "notices": [
            {**notice, "month": dt.date.fromisoformat(notice["month"])}
            for notice in selectors.read_notices(request.viewer)
        ],
    }
    return render(request, "members/profile.html", context)


@require_POST
@audience(Audience.VERIFIED)
def set_email_notifications(request: MemberRequest) -> HttpResponse:
    services.spend_quota(viewer=request.viewer, quota=SETTINGS)
    wants_mail = request.POST.get("wants_mail") == "yes"
    services.set_wants_mail(viewer=request.viewer, wants_mail=wants_mail)
    for path in settings.MAIL_STOPPED if not wants_mail else ():
        import_string(path)(viewer=request.viewer)
    messages.success(request, _("Saved."))
    return redirect("members:profile")
