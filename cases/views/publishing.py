"""Check a draft for patient details and publish it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases.drafts import findings, readiness
from cases.drafts.encryption import DecryptedDraft
from cases.drafts.findings import Finding
from cases.errors import DraftNotReady
from cases.forms.publishing import PublishForm
from cases.imaging.presentation import picture_of
from cases.models import Case, ImageState, Urgency
from cases.selectors.identities import IdentityOption, identity_options_for
from cases.selectors.waiting import posted_message
from cases.services.drafts import keep_picture_detail
from cases.services.findings import keep_findings, replace_findings
from cases.services.publish import publish_case
from cases.views.former_drafts import leads_to_what_became_of_it
from cases.views.uploads import draft_or_404
from sermo.core import specialties
from sermo.core.access import Audience, audience
from sermo.core.http import idempotency_key
from sermo.members.credential_lines.labels import line_activity_label
from sermo.members.models import ShownAs
from sermo.members.viewer.requests import MemberRequest


@require_http_methods(["GET", "POST"])
@audience(Audience.VERIFIED)
@leads_to_what_became_of_it
def check(request: MemberRequest, draft_id: str) -> HttpResponse:
    """Findings to decide, a preview and the form to publish. POST decides about findings."""
    draft = draft_or_404(request, draft_id)
    if request.method == "GET":
        return _check_page(request, draft)
    draft_findings = findings.find_in_draft(draft.content, list(draft.row.images.all()))
    keys_to_keep, keys_to_replace = _decisions(request.POST, draft_findings)
    if keys_to_replace:
        replace_findings(viewer=request.viewer, draft=draft, keys=keys_to_replace)
    elif keys_to_keep:
        keep_findings(viewer=request.viewer, draft=draft, keys=keys_to_keep)
    return redirect(f"{reverse('cases:check', args=[draft_id])}#findings")


def _decisions(data: QueryDict, draft_findings: list[Finding]) -> tuple[set[str], set[str]]:
    """Keys to keep and keys to replace. Keys that are no longer in the draft are left out.

    `replace=all` replaces every undecided finding.
    """
    known = {finding.key for finding in draft_findings}
    if data.get("replace") == "all":
        replace = {finding.key for finding in findings.undecided(draft_findings)}
    else:
        replace = known & set(data.getlist("replace"))
    return known & set(data.getlist("keep")), replace


def _check_page(
    request: MemberRequest,
    draft: DecryptedDraft,
    form: PublishForm | None = None,
    status: int = 200,
) -> HttpResponse:
    content, images = draft.content, list(draft.row.images.all())
    draft_findings = findings.find_in_draft(content, images)
    options = _identity_options(request, draft)
    diagnosis_poll = content.diagnosis_poll
    context = {
        "draft": draft,
        "case": Case(**content.case_fields()),
        "question": content.question_text,
        "specialty_names": [specialties.name(slug) for slug in content.specialties],
        "answer_options": diagnosis_poll.options if diagnosis_poll else (),
        "opinion_poll": content.opinion_poll,
        "pictures": [picture_of(image) for image in images if image.state == ImageState.READY],
        "n_waiting": sum(image.state != ImageState.READY for image in images),
        "findings": findings.undecided(draft_findings),
        "n_kept": sum(finding.is_kept for finding in draft_findings),
        "has_date_and_place": readiness.has_date_and_place(draft_findings),
        "blockers": readiness.blockers(content, images, draft_findings),
        "identity_options": options,
        "line_activity": line_activity_label(request.viewer.line),
        "form": form
        or PublishForm(
            identities=[option.value for option in options],
            initial={"keeps_picture_detail": content.keeps_picture_detail},
        ),
    }
    return render(request, "cases/compose/publish.html", context, status=status)


def _identity_options(request: MemberRequest, draft: DecryptedDraft) -> list[IdentityOption]:
    chosen = request.POST.get("shown_as", ShownAs.HANDLE)
    urgent = draft.content.urgency == Urgency.URGENT
    return identity_options_for(request.viewer, draft.id, urgent=urgent, chosen=chosen)


@require_POST
@audience(Audience.VERIFIED)
@leads_to_what_became_of_it
def publish(request: MemberRequest, draft_id: str) -> HttpResponse:
    """Publish once: a second click leads to the case. 422 with the list of what is missing."""
    draft = draft_or_404(request, draft_id)
    identities = [option.value for option in _identity_options(request, draft)]
    form = PublishForm(request.POST, identities=identities)
    if not form.is_valid():
        return _check_page(request, draft, form, status=422)
    keeps_detail = form.cleaned_data["keeps_picture_detail"]
    keep_picture_detail(viewer=request.viewer, draft=draft, keeps=keeps_detail)
    try:
        case = publish_case(
            viewer=request.viewer,
            draft_id=draft.id,
            shown_as=ShownAs(form.cleaned_data["shown_as"]),
            idempotency_key=idempotency_key(request),
        )
    except DraftNotReady as refusal:
        return _check_page(request, draft, form, status=refusal.status)
    messages.success(request, posted_message(case, _("Published.")))
    return redirect(case)
