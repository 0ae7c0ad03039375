"""Show a name on anonymous posts."""

from __future__ import annotations

from dataclasses import replace

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.models import Comment
from cases.selectors.access import visible_case
from cases.selectors.identities import identity_options
from cases.services import identity as services
from cases.services.follows import follow_after_posting
from sermo.core.access import Audience, audience
from sermo.members.credential_lines.labels import line_activity_label
from sermo.members.models import ShownAs
from sermo.members.pseudonyms import case_scope
from sermo.members.viewer.requests import MemberRequest


@require_http_methods(["GET", "POST"])
@audience(Audience.VERIFIED)
def show_name(request: MemberRequest, case_id: str) -> HttpResponse:
    """Show the chosen name on all of the viewer's anonymous posts in this case. No undo."""
    case = visible_case(request.viewer, case_id)
    pseudonym = request.viewer.pseudonym(case_scope(case.pk))
    has_comments = Comment.objects.filter(case=case, pseudonym=pseudonym).exists()
    if case.pseudonym != pseudonym and not has_comments:
        raise Http404
    if request.method == "POST":
        services.show_name(
            viewer=request.viewer,
            case=case,
            shown_as=request.POST.get("shown_as", ShownAs.HANDLE),
        )
        comment = Comment.objects.filter(case=case, author=request.member).first()
        if comment is not None:
            # An anonymous comment is followed by its pseudonym; a named one by the private state.
            follow_after_posting(viewer=request.viewer, comment=comment)
        messages.success(request, _("Your name now stands with what you wrote in this case."))
        return redirect(case)
    options = identity_options(request.viewer, case)
    names = [option for option in options if not option.anonymous]
    if not any(option.checked for option in names):
        names[0] = replace(names[0], checked=True)
    context = {
        "case": case,
        "identity_options": names,
        "line_activity": line_activity_label(request.viewer.line),
    }
    return render(request, "cases/show_name.html", context)
