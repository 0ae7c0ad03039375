"""The composer: create, edit, save and delete a draft."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases.drafts import readiness
from cases.drafts.encryption import DecryptedDraft
from cases.drafts.merging import Merge, group_of
from cases.errors import StaleDraft
from cases.forms.drafts import DraftForm, initial_values, merged_content
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

# Each attempt fails only if another window saves at the same moment.
MAX_SAVE_ATTEMPTS = 5


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
    merged = _save(request, draft_id, form)
    if merged.conflicts:
        return _conflict_page(request, draft, form, merged, refusals.sentences)
    if refusals.sentences:
        saved_form = DraftForm(
            _as_saved(request.POST, draft_or_404(request, draft_id)), purpose=purpose
        )
        page = _draft_page(request, draft, saved_form, refusals=refusals.sentences)
        return refusals.mark(page)
    return _after_save(request, draft)


def _save(request: MemberRequest, draft_id: str, form: DraftForm) -> Merge:
    """Save what this window changed.

    Raises `StaleDraft` if others save all the time, `DraftNotFound` and `QuotaReached`.
    """
    for _attempt in range(MAX_SAVE_ATTEMPTS):
        draft = draft_or_404(request, draft_id)
        content, merged = merged_content(form, draft.content, draft.version)
        with suppress(StaleDraft):
            draft_services.save_draft(
                viewer=request.viewer, draft=draft, content=content, version=draft.version
            )
            return merged
    raise StaleDraft


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
    request: MemberRequest,
    draft: DecryptedDraft,
    form: DraftForm,
    merged: Merge,
    refusals: list[str],
) -> HttpResponse:
    """Show the texts that both windows changed side by side; what only one changed is saved.

    The form says that it has seen the saved texts, so sending it again overwrites them.
    """
    saved_draft = draft_or_404(request, draft.public_id)
    saved = initial_values(saved_draft.content, saved_draft.version)
    conflict = [
        {
            "label": str(field.label),
            "mine": str(field.value() or ""),
            "theirs": str(saved.get(field.name) or ""),
        }
        for field in form
        if group_of(field.name) in merged.conflicts
        and (field.value() or "") != (saved.get(field.name) or "")
    ]
    data = _as_saved(request.POST, saved_draft)
    for name, value in merged.values.items():
        if group_of(name) not in merged.conflicts and name in data and name != "base":
            data[name] = value
    return _draft_page(
        request,
        saved_draft,
        DraftForm(data, purpose=form.purpose),
        refusals=refusals,
        conflict=conflict,
        status=StaleDraft.status,
    )


def _as_saved(data: QueryDict, draft: DecryptedDraft) -> QueryDict:
    """The form as it was sent, which has seen what is saved."""
    copy = data.copy()
    saved = initial_values(draft.content, draft.version)
    copy["version"], copy["base"] = str(draft.version), saved["base"]
    return copy


@require_POST
@audience(Audience.VERIFIED)
@leads_to_what_became_of_it
def autosave(request: MemberRequest, draft_id: str) -> HttpResponse:
    """JSON: {"version", "base", "fields"}; 409 if both windows changed a text; 422 {"errors"}.

    `fields` holds the texts that another window saved: those to show, or with 409 those that
    differ from the texts of this window in the same fields.
    """
    draft = draft_or_404(request, draft_id)
    form = DraftForm(request.POST, purpose=draft.content.purpose)
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=422)
    merged = _save(request, draft_id, form)
    saved_draft = draft_or_404(request, draft_id)
    saved = initial_values(saved_draft.content, saved_draft.version)
    mine = initial_values(form.as_content(draft.content), saved_draft.version)
    names = [name for name in form.fields if saved.get(name, "") != mine.get(name, "")]
    fields = {
        name: str(saved.get(name) or "")
        for name in names
        if name != "base" and (not merged.conflicts or group_of(name) in merged.conflicts)
    }
    answer = {"version": saved_draft.version, "base": saved["base"], "fields": fields}
    return JsonResponse(answer, status=StaleDraft.status if merged.conflicts else 200)


@require_POST
@audience(Audience.VERIFIED)
@leads_to_what_became_of_it
def delete_draft(request: MemberRequest, draft_id: str) -> HttpResponse:
    draft_services.delete_draft_rows(draft_or_404(request, draft_id).id)
    messages.success(request, _("The draft and its pictures are deleted."))
    return redirect("cases:new")
