"""The author's page about what a report hides in their post."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.imaging.presentation import picture_of
from cases.models import Image
from sermo.core.access import Audience, audience
from sermo.members.viewer.requests import MemberRequest
from sermo.moderation.forms import CorrectionForm
from sermo.moderation.models import CoverState, Report
from sermo.moderation.selectors import covers as selectors
from sermo.moderation.selectors import targets
from sermo.moderation.selectors.targets import ReportTarget
from sermo.moderation.services import covers


@require_http_methods(["GET", "POST"])
@audience(Audience.VERIFIED)
def correct(request: MemberRequest, kind: str, item_id: str) -> HttpResponse:
    """Replace or remove the reported words, or remove the picture. For the author only."""
    item = targets.get_target(kind, item_id)
    if not targets.is_own_post(request.viewer, item):
        raise Http404
    reports = selectors.hiding_reports(item)
    marked = [] if isinstance(item, Image) else selectors.marked_passages(item, reports)
    form = CorrectionForm(request.POST or None, passages=[passage.words for passage in marked])
    if request.method == "POST" and (isinstance(item, Image) or form.is_valid()):
        return _apply(request, item, form, reports)
    context = {
        "item": item,
        "kind": kind,
        "form": form,
        "rows": list(zip(marked, form.visible_fields(), strict=True)),
        "reports": reports,
        "picture": picture_of(item) if isinstance(item, Image) else None,
        "is_whole_post_hidden": item.hidden_at is not None,
        "back_url": _page_of(item),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "moderation/correct.html", context, status=status)


def _apply(
    request: MemberRequest, item: ReportTarget, form: CorrectionForm, reports: list[Report]
) -> HttpResponse:
    back = _page_of(item)
    if isinstance(item, Image):
        is_changed = covers.remove_picture(viewer=request.viewer, item=item)
    else:
        is_changed = covers.correct_words(
            viewer=request.viewer, item=item, replacements=form.replacements
        )
    if not is_changed:
        messages.info(request, _("Nothing of this post is hidden any more."))
    elif isinstance(item, Image):
        messages.success(request, _("You removed the picture."))
    elif any(report.cover == CoverState.TAKEN_DOWN for report in reports):
        messages.success(request, _("Changed. Your post stays hidden until a moderator decides."))
    else:
        messages.success(request, _("Changed. Colleagues can see your post again."))
    return redirect(back)


def _page_of(item: ReportTarget) -> str:
    case = targets.case_of(item)
    return reverse("polls:list") if case is None else case.get_absolute_url()
