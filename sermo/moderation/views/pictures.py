"""The moderators' queue of pictures: approve, redact, send back, refuse, undo."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.forms.formsets import BaseFormSet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.forms.redactions import RedactionForm, redaction_formset, redactions_of
from cases.imaging.frames import frame_links, selected_frame
from cases.imaging.presentation import picture_of
from cases.imaging.redactions import Redaction, redactions_from_json
from cases.imaging.responses import preview_response
from cases.models import Image
from cases.services import image_moderation
from sermo.core.access import Audience, audience
from sermo.members.viewer.requests import MemberRequest
from sermo.moderation.forms import PictureForm
from sermo.moderation.selectors import pictures

SHORTCUTS = [
    {"keys": "a", "text": "Approve"},
    {"keys": "b", "text": "Black out the boxes and approve"},
    {"keys": "n", "text": "Next picture"},
    {"keys": "u", "text": "Undo the last decision"},
]


@require_safe
@audience(Audience.MODERATOR)
def picture(request: MemberRequest, image_id: str) -> HttpResponse:
    """The original with redactions and reasons, beside what would be shown."""
    return _page(request, _waiting_or_404(image_id))


def _waiting_or_404(image_id: str) -> Image:
    image = pictures.waiting().filter(public_id=image_id).first()
    if image is None:
        raise Http404
    return image


def _page(
    request: MemberRequest,
    image: Image,
    form: PictureForm | None = None,
    redactions: BaseFormSet[RedactionForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "image": image,
        "line": pictures.queued_picture(request.viewer, image),
        "left": pictures.kept_findings(image),
        "review": image.moderation,
        "result": picture_of(image),
        "redactions": redactions
        or redaction_formset(image, frame=selected_frame(request, image).index),
        "frame": selected_frame(request, image),
        "frames": frame_links(request, image, lambda n: _preview(image, n)),
        "form": form or PictureForm(),
        "shortcuts": SHORTCUTS,
    }
    return render(request, "moderation/review_image.html", context, status=status)


def _preview(image: Image, number: int) -> str:
    return reverse("moderation:picture-preview", args=[image.public_id, number])


@require_safe
@audience(Audience.MODERATOR)
def picture_preview(request: MemberRequest, image_id: str, frame: int) -> HttpResponse:
    """One frame before redaction, while the picture waits for a moderator."""
    return preview_response(_waiting_or_404(image_id), frame)


@require_POST
@audience(Audience.MODERATOR)
def picture_next(request: MemberRequest) -> HttpResponse:
    """Open the oldest picture that no other moderator is reviewing."""
    image = pictures.next_free(request.viewer)
    if image is None:
        messages.info(request, _("No picture waits that nobody is looking at."))
        return redirect("moderation:queue")
    image_moderation.claim_image(moderator=request.viewer, image=image)
    return redirect("moderation:picture", image.public_id)


@require_POST
@audience(Audience.MODERATOR)
def picture_decide(request: MemberRequest, image_id: str) -> HttpResponse:
    """Do what the pressed button says: claim, skip, approve, redact, return or refuse."""
    image = _reviewed_or_404(image_id)
    action = request.POST.get("do", "")
    formset = redaction_formset(image, request.POST, frame=selected_frame(request, image).index)
    if "frame" in request.POST and not action:
        return _page(request, _waiting_or_404(image_id), redactions=formset)
    form = PictureForm(request.POST, action=action)
    if not form.is_valid() or (action == "box" and not formset.is_valid()):
        return _page(request, _waiting_or_404(image_id), form, formset, status=422)
    return _apply(request, image, action, form.cleaned_data["note"], formset)


def _reviewed_or_404(image_id: str) -> Image:
    """Any picture sent for review, decided or not. Raises `Http404`."""
    reviewed = Image.objects.filter(moderation__isnull=False)
    image = reviewed.select_related("draft", "case").filter(public_id=image_id).first()
    if image is None:
        raise Http404
    return image


def _apply(
    request: MemberRequest, image: Image, action: str, note: str, formset: Any
) -> HttpResponse:
    moderator = request.viewer
    if action == "claim":
        image_moderation.claim_image(moderator=moderator, image=image)
        return redirect("moderation:picture", image.public_id)
    if action == "approve":
        image_moderation.approve_image(moderator=moderator, image=image)
        message = _("Approved. It is shown with its case.")
    elif action == "box":
        image_moderation.redact_image(
            moderator=moderator, image=image, redactions=_add_to_authors(image, formset)
        )
        message = _("Blacked out. It is shown once the result was read again.")
    elif action == "return":
        image_moderation.return_image(moderator=moderator, image=image, note=note)
        message = _("Sent back to its author.")
    elif action == "refuse":
        image_moderation.refuse_image(moderator=moderator, image=image, note=note)
        message = _("Refused. Nobody else will see it.")
    else:
        image_moderation.release_claim(moderator=moderator, image=image)
        message = _("Left for another moderator.")
    messages.success(request, message)
    return redirect("moderation:queue")


def _add_to_authors(image: Image, formset: Any) -> list[Redaction]:
    """The author's redactions and those of the moderator that are new."""
    accepted = redactions_from_json(image.accepted_redactions)
    known = {_position(box) for box in accepted}
    added = redactions_of(formset, image)
    return accepted + [box for box in added if _position(box) not in known]


def _position(redaction: Redaction) -> tuple[int | None, ...]:
    box = redaction.box
    return box.x, box.y, box.w, box.h, redaction.only_frame


@require_POST
@audience(Audience.MODERATOR)
def picture_undo(request: MemberRequest, image_id: str) -> HttpResponse:
    """Take back the moderator's own decision, within a minute."""
    image = _reviewed_or_404(image_id)
    if image_moderation.undo_decision(moderator=request.viewer, image=image):
        messages.success(request, _("Undone; the picture waits again."))
        return redirect("moderation:picture", image.public_id)
    messages.info(request, _("It is too late to undo this."))
    return redirect("moderation:queue")
