"""The composer: create, edit, save and delete a draft."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases.drafts import readiness
from cases.drafts.encryption import DecryptedDraft
from cases.errors import StaleDraft
from cases.forms.drafts import DraftForm, initial_values
from cases.models import CasePurpose, Image
from cases.selectors.drafts import own_drafts
from cases.selectors.uploads import upload_rows
from cases.services import drafts as draft_services
from cases.services import images as image_services
from cases.views.former_drafts import leads_to_what_became_of_it
from cases.views.uploads import draft_or_404, image_or_404, receive_uploads
from sermo.core.access import Audience, audience
from sermo.core.http import idempotency_key
from sermo.core.quotas import PICTURE_CHANGES
from sermo.members.services import spend_quota
from sermo.members.viewer.requests import MemberRequest


@require_http_methods(["GET", "POST"])
@audience(Audience.VERIFIED)
def new(request: MemberRequest) -> HttpResponse:
    """Choose the purpose of a new case, or continue a draft."""
    if request.method == "GET":
        context = {"drafts": own_drafts(request.viewer), "purposes": CasePurpose}
        return render(request, "cases/compose/new.html", context)
    if request.POST.get("purpose") not in CasePurpose.values:
        raise Http404
    draft = draft_services.create_draft(
        viewer=request.viewer,
        purpose=CasePurpose(request.POST["purpose"]),
        idempotency_key=idempotency_key(request),
    )
    return redirect("cases:draft", draft.public_id)


@require_http_methods(["GET", "POST"])
@audience(Audience.VERIFIED)
@leads_to_what_became_of_it
def draft(request: MemberRequest, draft_id: str) -> HttpResponse:
    """The composer. One form holds the text, the files and the button that was pressed."""
    draft = draft_or_404(request, draft_id)
    purpose = draft.content.purpose
    if request.method == "GET":
        form = DraftForm(initial=initial_values(draft.content, draft.version), purpose=purpose)
        return _draft_page(request, draft, form)
    refusals = receive_uploads(request, draft)
    form = DraftForm(request.POST, purpose=purpose)
    if not form.is_valid():
        return refusals.mark(_draft_page(request, draft, form, refusals=refusals.sentences))
    try:
        version = _save(request, draft, form)
    except StaleDraft:
        return _conflict_page(request, draft, form, refusals.sentences)
    if refusals.sentences:
        saved_form = DraftForm(_with_version(request.POST, version), purpose=purpose)
        page = _draft_page(request, draft, saved_form, refusals=refusals.sentences)
        return refusals.mark(page)
    return _after_save(request, draft)


def _save(request: MemberRequest, draft: DecryptedDraft, form: DraftForm) -> int:
    """Returns the new version."""
    return draft_services.save_draft(
        viewer=request.viewer,
        draft=draft,
        content=form.as_content(draft.content),
        version=form.cleaned_data["version"],
    )


def _after_save(request: MemberRequest, draft: DecryptedDraft) -> HttpResponse:
    """Do what the pressed button says: "check", or an action on a picture, "up:<public id>"."""
    action, _colon, image_id = request.POST.get("do", "save").partition(":")
    images = draft.row.images.all()
    if action == "check":
        return redirect("cases:check", draft.public_id)
    if action == "review":
        image = image_or_404(images, image_id)
        return redirect("cases:review-image", draft.public_id, image.public_id)
    if action in _IMAGE_ACTIONS:
        spend_quota(viewer=request.viewer, quota=PICTURE_CHANGES)
        _IMAGE_ACTIONS[action](draft, image_or_404(images, image_id))
    else:
        messages.success(request, _("Saved."))
    return redirect("cases:draft", draft.public_id)


def _move(by: int) -> Callable[[DecryptedDraft, Image], object]:
    return lambda draft, image: image_services.move_image(draft=draft, image=image, by=by)


_IMAGE_ACTIONS: dict[str, Callable[[DecryptedDraft, Image], object]] = {
    "up": _move(-1),
    "down": _move(1),
    "remove": lambda _draft, image: image_services.remove_image(image=image),
    "retry": lambda _draft, image: image_services.retry_image(image=image),
}


def _draft_page(
    request: MemberRequest,
    draft: DecryptedDraft,
    form: DraftForm,
    *,
    refusals: list[str] | None = None,
    conflict: list[dict[str, str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    images = list(draft.row.images.all())
    completeness = readiness.completeness(draft.content, images)
    context = {
        "draft": draft,
        "form": form,
        "rows": upload_rows(images),
        "completeness": completeness,
        "n_done": sum(item.is_done for item in completeness),
        "refusals": refusals or [],
        "conflict": conflict,
        "is_share": form.purpose == CasePurpose.SHARE,
        "needs_details": _has_errors_in_details(form),
    }
    return render(request, "cases/compose/draft.html", context, status=status)


_ALWAYS_OPEN_FIELDS = {"preset", "question", "specialty_1", "urgency"}


def _has_errors_in_details(form: DraftForm) -> bool:
    """Whether a field with an error is in a folded section of the page."""
    return form.is_bound and bool(set(form.errors) - _ALWAYS_OPEN_FIELDS)


def _conflict_page(
    request: MemberRequest, draft: DecryptedDraft, form: DraftForm, refusals: list[str]
) -> HttpResponse:
    """Show the text of a stale tab beside the saved text.

    The form has the saved version, so sending it again overwrites the saved text.
    """
    saved_draft = draft_or_404(request, draft.public_id)
    saved = initial_values(saved_draft.content, saved_draft.version)
    conflict = [
        {"label": str(field.label), "mine": str(field.value() or ""), "theirs": str(other)}
        for field in form
        if not field.is_hidden and (other := saved.get(field.name) or "") != (field.value() or "")
    ]
    data = _with_version(request.POST, saved_draft.version)
    return _draft_page(
        request,
        saved_draft,
        DraftForm(data, purpose=form.purpose),
        refusals=refusals,
        conflict=conflict,
        status=StaleDraft.status,
    )


def _with_version(data: QueryDict, version: int) -> QueryDict:
    copy = data.copy()
    copy["version"] = str(version)
    return copy


@require_POST
@audience(Audience.VERIFIED)
@leads_to_what_became_of_it
def autosave(request: MemberRequest, draft_id: str) -> HttpResponse:
    """JSON: {"version"}; 409 {"version", "fields"} for a stale tab; 422 {"errors"}."""
    draft = draft_or_404(request, draft_id)
    form = DraftForm(request.POST, purpose=draft.content.purpose)
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=422)
    try:
        version = _save(request, draft, form)
    except StaleDraft as stale:
        saved_draft = draft_or_404(request, draft_id)
        fields = initial_values(saved_draft.content, saved_draft.version)
        texts = {name: value for name, value in fields.items() if isinstance(value, str)}
        return JsonResponse({"version": saved_draft.version, "fields": texts}, status=stale.status)
    return JsonResponse({"version": version})


@require_POST
@audience(Audience.VERIFIED)
@leads_to_what_became_of_it
def delete_draft(request: MemberRequest, draft_id: str) -> HttpResponse:
    draft_services.delete_draft_rows(draft_or_404(request, draft_id).id)
    messages.success(request, _("The draft and its pictures are deleted."))
    return redirect("cases:new")
