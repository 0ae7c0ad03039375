"""The composer: a draft with an address of its own, checked, then published."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases.drafts import encryption, findings, readiness
from cases.drafts.encryption import DecryptedDraft, Payload
from cases.errors import DraftNotReady, StaleDraft
from cases.forms.drafts import DraftForm, PublishForm, initial_of
from cases.imaging.presentation import picture_of
from cases.models import Case, CasePurpose, Draft, Image, ImageState
from cases.selectors.identities import identity_options_for
from cases.services import drafts as services
from cases.services import findings as deciding
from cases.services import images as image_services
from cases.services.publish import publish_case
from cases.views import uploads
from cases.views.uploads import draft_or_404
from sermo.core import specialties
from sermo.core.access import Audience, audience
from sermo.core.http import idempotency_key
from sermo.members.models import ShownAs
from sermo.members.viewer.requests import MemberRequest


@require_http_methods(["GET", "POST"])
@audience(Audience.VERIFIED)
def new(request: MemberRequest) -> HttpResponse:
    """Two purposes, and the drafts one has begun."""
    if request.method == "GET":
        drafts = encryption.own_drafts(request.viewer)
        return render(
            request, "cases/compose/new.html", {"drafts": drafts, "purposes": CasePurpose}
        )
    if request.POST.get("purpose") not in CasePurpose.values:
        raise Http404
    draft = services.begin_draft(
        viewer=request.viewer,
        purpose=CasePurpose(request.POST["purpose"]),
        idempotency_key=idempotency_key(request),
    )
    return redirect("cases:draft", draft.public_id)


@require_http_methods(["GET", "POST"])
@audience(Audience.VERIFIED)
def draft(request: MemberRequest, draft_id: str) -> HttpResponse:
    """The whole composer as one form: what was typed, the files, and which button was pressed."""
    found = draft_or_404(request, draft_id)
    purpose = CasePurpose(found.payload["purpose"])
    if request.method == "GET":
        form = DraftForm(initial=initial_of(found.payload, found.version), purpose=purpose)
        return _draft_page(request, found, form)
    refused = uploads.receive_all(request, found)
    form = DraftForm(request.POST, purpose=purpose)
    if not form.is_valid():
        return _draft_page(request, found, form, refused=refused, status=422)
    try:
        version = services.save_draft(
            viewer=request.viewer,
            draft=found,
            payload=form.as_payload(found.payload),
            version=form.cleaned_data["version"],
        )
    except StaleDraft:
        return _conflict(request, found, form, refused)
    if refused:
        fresh = _with_version(request.POST, version)
        again = DraftForm(fresh, purpose=purpose)
        return _draft_page(request, found, again, refused=refused, status=422)
    return _after_save(request, found)


def _after_save(request: MemberRequest, found: DecryptedDraft) -> HttpResponse:
    """Do what the pressed button says: "check", or an act on a picture, "up:<address>"."""
    act, _colon, image_id = request.POST.get("do", "save").partition(":")
    if act == "check":
        return redirect("cases:check", found.public_id)
    if act == "look":
        return redirect(
            "cases:image-look",
            found.public_id,
            uploads.image_or_404(found.row.images.all(), image_id).public_id,
        )
    if act in _ACTS:
        image = uploads.image_or_404(found.row.images.all(), image_id)
        _ACTS[act](found, image)
    else:
        messages.success(request, _("Saved."))
    return redirect("cases:draft", found.public_id)


def _move(by: int) -> Callable[[DecryptedDraft, Image], object]:
    return lambda found, image: image_services.move_image(draft=found, image=image, by=by)


_ACTS: dict[str, Callable[[DecryptedDraft, Image], object]] = {
    "up": _move(-1),
    "down": _move(1),
    "remove": lambda found, image: image_services.remove_image(image=image),
    "retry": lambda found, image: image_services.retry_image(image=image),
}


def _draft_page(
    request: MemberRequest,
    found: DecryptedDraft,
    form: DraftForm,
    *,
    refused: list[str] | None = None,
    conflict: list[dict[str, str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    images = list(found.row.images.all())
    nudges = readiness.completeness(found.payload, images)
    context = {
        "draft": found,
        "form": form,
        "lines": uploads.upload_rows(images),
        "nudges": nudges,
        "n_done": sum(nudge.is_done for nudge in nudges),
        "refused": refused or [],
        "conflict": conflict,
        "is_share": form.purpose == CasePurpose.SHARE,
        "needs_details": _has_errors_outside_fast_path(form),
    }
    return render(request, "cases/compose/draft.html", context, status=status)


_FAST_PATH = {"preset", "question", "specialty_1", "urgency"}


def _has_errors_outside_fast_path(form: DraftForm) -> bool:
    return form.is_bound and bool(set(form.errors) - _FAST_PATH)


def _conflict(
    request: MemberRequest, found: DecryptedDraft, form: DraftForm, refused: list[str]
) -> HttpResponse:
    """A stale tab: both texts, and a form that will save on top of the newer one if sent again."""
    theirs = draft_or_404(request, found.public_id)
    saved = initial_of(theirs.payload, theirs.version)
    conflict = [
        {"label": str(field.label), "mine": str(field.value() or ""), "theirs": str(other)}
        for field in form
        if not field.is_hidden and (other := saved.get(field.name) or "") != (field.value() or "")
    ]
    again = DraftForm(_with_version(request.POST, theirs.version), purpose=form.purpose)
    return _draft_page(
        request, theirs, again, refused=refused, conflict=conflict, status=StaleDraft.status
    )


def _with_version(data: QueryDict, version: int) -> QueryDict:
    fresh = data.copy()
    fresh["version"] = str(version)
    return fresh


@require_POST
@audience(Audience.VERIFIED)
def autosave(request: MemberRequest, draft_id: str) -> HttpResponse:
    """JSON: {"version"}; 409 {"version", "fields"} for a stale tab; 422 {"errors"}."""
    found = draft_or_404(request, draft_id)
    form = DraftForm(request.POST, purpose=CasePurpose(found.payload["purpose"]))
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=422)
    try:
        version = services.save_draft(
            viewer=request.viewer,
            draft=found,
            payload=form.as_payload(found.payload),
            version=form.cleaned_data["version"],
        )
    except StaleDraft as stale:
        theirs = draft_or_404(request, draft_id)
        fields = initial_of(theirs.payload, theirs.version)
        texts = {name: value for name, value in fields.items() if isinstance(value, str)}
        return JsonResponse({"version": theirs.version, "fields": texts}, status=stale.status)
    return JsonResponse({"version": version})


@require_POST
@audience(Audience.VERIFIED)
def delete_draft(request: MemberRequest, draft_id: str) -> HttpResponse:
    services.delete_draft(viewer=request.viewer, draft=draft_or_404(request, draft_id))
    messages.success(request, _("The draft and its pictures are deleted."))
    return redirect("cases:new")


@require_http_methods(["GET", "POST"])
@audience(Audience.VERIFIED)
def check(request: MemberRequest, draft_id: str) -> HttpResponse:
    """The finds to decide about, the preview, and the last form. POST decides about finds."""
    found = draft_or_404(request, draft_id)
    if request.method == "GET":
        return _check_page(request, found)
    images = list(found.row.images.all())
    finds = findings.find_in_draft(found.payload, images)
    keep, replace = _decisions(request.POST, finds)
    if replace:
        deciding.replace_findings(viewer=request.viewer, draft=found, keys=replace)
    elif keep:
        deciding.keep_findings(viewer=request.viewer, draft=found, keys=keep)
    return redirect(f"{reverse('cases:check', args=[draft_id])}#hits")


def _decisions(data: QueryDict, finds: list[findings.Finding]) -> tuple[set[str], set[str]]:
    """Keys to keep and to replace, of those still found; `replace=all` takes every open one."""
    known = {hit.key for hit in finds}
    open_ = {hit.key for hit in findings.undecided(finds)}
    replace = open_ if data.get("replace") == "all" else known & set(data.getlist("replace"))
    return known & set(data.getlist("keep")), replace


def _check_page(
    request: MemberRequest,
    found: DecryptedDraft,
    form: PublishForm | None = None,
    status: int = 200,
) -> HttpResponse:
    images = list(found.row.images.all())
    finds = findings.find_in_draft(found.payload, images)
    specimens = _identities(request, found)
    context = {
        "draft": found,
        "case": preview_of(found.payload),
        "question": readiness.question_of(found.payload),
        "specialty_names": [specialties.name(one) for one in found.payload.get("specialties", ())],
        "options": found.payload.get("diagnosis", {}).get("options", ()),
        "opinion": found.payload.get("opinion", {}),
        "pictures": [picture_of(image) for image in images if image.state == ImageState.READY],
        "n_waiting": sum(image.state != ImageState.READY for image in images),
        "hits": findings.undecided(finds),
        "n_kept": sum(hit.is_kept for hit in finds),
        "is_rare_together": readiness.is_rare_together(finds),
        "blockers": readiness.blockers(found.payload, images, finds),
        "specimens": specimens,
        "form": form or PublishForm(identities=[one["value"] for one in specimens]),
    }
    return render(request, "cases/compose/publish.html", context, status=status)


def preview_of(payload: Payload) -> Case:
    """The case as it would stand, unsaved, for the parts of the case page."""
    return Case(**readiness.case_values(payload))


def _identities(request: MemberRequest, found: DecryptedDraft) -> list[dict[str, Any]]:
    chosen = request.POST.get("shown_as", ShownAs.HANDLE)
    return identity_options_for(request.viewer, found.id, chosen=chosen)


@require_POST
@audience(Audience.VERIFIED)
def publish(request: MemberRequest, draft_id: str) -> HttpResponse:
    """Publish once; what is still missing answers 422 with the list, and nothing is lost."""
    try:
        found = encryption.own_draft(request.viewer, draft_id)
    except Draft.DoesNotExist:
        return _published_before(request, draft_id)
    names = [one["value"] for one in _identities(request, found)]
    form = PublishForm(request.POST, identities=names)
    if not form.is_valid():
        return _check_page(request, found, form, status=422)
    try:
        case = publish_case(
            viewer=request.viewer,
            draft_id=found.id,
            shown_as=ShownAs(form.cleaned_data["shown_as"]),
            idempotency_key=idempotency_key(request),
        )
    except DraftNotReady as refusal:
        return _check_page(request, found, form, status=refusal.status)
    _say_when(request, case)
    return redirect(case)


def _published_before(request: MemberRequest, draft_id: str) -> HttpResponse:
    case = encryption.case_published_from(request.viewer, draft_id)
    if case is None:
        raise Http404
    return redirect(case)


def _say_when(request: MemberRequest, case: Case) -> None:
    if case.appears_at is None:
        messages.success(request, _("Published."))
        return
    messages.success(
        request,
        _(
            "Published. Your case appears to others within some minutes, at random, "
            "so that the time does not tell who wrote it."
        ),
    )
