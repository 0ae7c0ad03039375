"""Community statistics."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from polls.selectors.statistics import community_statistics
from sermo.core.access import Audience, audience
from sermo.members.viewer.requests import MemberRequest


@require_safe
@audience(Audience.VERIFIED)
def statistics(request: MemberRequest) -> HttpResponse:
    figures = community_statistics()
    tables = [
        {"title": _("By specialty"), "rows": figures.by_specialty, "key": "specialty"},
        {"title": _("By urgency"), "rows": figures.by_urgency, "key": "urgency"},
    ]
    return render(request, "polls/statistics.html", {"figures": figures, "tables": tables})
