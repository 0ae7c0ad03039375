"""A poll as part of a case page, on a page of its own, and as numbers to take away."""

from __future__ import annotations

import csv
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.models import Case, CommentKind
from cases.policies import is_author, may_see
from cases.services import add_comment
from polls import selectors, services
from polls.forms import CONFIDENCE, VoteForm
from polls.models import MOST_RANKS, Poll
from polls.selectors import PollPage
from sermo.core.access import Audience, audience
from sermo.core.http import idempotency_key
from sermo.members import bylines, tags
from sermo.members.http import MemberRequest
from sermo.members.models import ShownAs
from sermo.members.viewer import Viewer

SHOWN = 50
# A cell that begins with one of these is a formula to a spreadsheet (OWASP, CSV injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@require_safe
@audience(Audience.VERIFIED)
def for_case(request: MemberRequest, case_id: str) -> HttpResponse:
    """The polls of a case, as a part of its page."""
    case = _case_of(request.viewer, case_id)
    pages = selectors.pages_of_case(viewer=request.viewer, case=case)
    polls = [_context(request.viewer, page) for page in pages]
    return render(request, "polls/_for_case.html", {"polls": polls, "case": case})


@require_POST
@audience(Audience.VERIFIED)
def decline(request: MemberRequest, case_id: str) -> HttpResponse:
    """The author sees the answers without a guess of their own."""
    case = _case_of(request.viewer, case_id)
    if not is_author(request.viewer, case):
        raise Http404
    services.decline_guess(viewer=request.viewer, case=case)
    return redirect(case)


@require_POST
@audience(Audience.VERIFIED)
def vote(request: MemberRequest, poll_id: str) -> HttpResponse:
    page = _page_of(request.viewer, poll_id)
    form = VoteForm(request.POST, page=page)
    if not form.is_valid():
        return _answer(request, page, form, status=422)
    _cast(request, page, form)
    if page.poll.case is not None and not request.htmx:
        return redirect(f"{page.poll.case.get_absolute_url()}#poll-{page.poll.public_id}")
    if not request.htmx:
        return redirect("polls:detail", page.poll.public_id)
    if page.poll.case is not None and form.cleaned_data["reasoning"]:
        # The discussion below has grown by what was just written.
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return _answer(request, _page_of(request.viewer, poll_id), None)


@transaction.atomic
def _cast(request: MemberRequest, page: PollPage, form: VoteForm) -> None:
    said = form.cleaned_data
    services.cast_vote(
        viewer=request.viewer,
        poll=page.poll,
        ranked=form.ranked,
        added=said["added"].strip(),
        confidence=said["confidence"],
        is_change=said["change"],
    )
    if said["reasoning"].strip() and page.poll.case is not None:
        add_comment(
            viewer=request.viewer,
            case=page.poll.case,
            text=said["reasoning"].strip(),
            shown_as=said["shown_as"] or ShownAs.HANDLE,
            kind=CommentKind.ANSWER,
            is_sealed=True,
            idempotency_key=idempotency_key(request),
        )


@require_safe
@audience(Audience.VERIFIED)
def index(request: MemberRequest) -> HttpResponse:
    """Questions to the whole community, newest first."""
    polls = Poll.objects.filter(case__isnull=True).order_by("-opened_at", "id")[:SHOWN]
    return render(request, "polls/list.html", {"polls": polls})


@require_safe
@audience(Audience.VERIFIED)
def detail(request: MemberRequest, poll_id: str) -> HttpResponse:
    page = _page_of(request.viewer, poll_id)
    if page.poll.case is not None:
        return redirect(page.poll.case)
    return _answer(request, page, None)


@require_safe
@audience(Audience.VERIFIED)
def concepts(request: MemberRequest) -> JsonResponse:
    """Diagnoses for the combobox: [{"value", "label", "note"}]."""
    found = selectors.suggest(request.GET.get("q", "")[:100])
    rows = [{"value": one.name, "label": one.name, "note": one.code} for one in found]
    return JsonResponse(rows, safe=False)


@require_safe
@audience(Audience.VERIFIED)
def answers_csv(request: MemberRequest, poll_id: str) -> HttpResponse:
    """The inputs of the arithmetic, without identities; for who may see the results."""
    rows = selectors.export_rows(_open_page(request.viewer, poll_id))
    response = HttpResponse(
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="answers.csv"'},
    )
    writer = csv.writer(response)
    writer.writerow(["round", "specialty", "confidence", *(f"rank {n}" for n in range(1, 6))])
    for row in rows:
        cells = [row["round"], row["specialty"], row["confidence"] or "", *row["ranked"]]
        writer.writerow([_plain(str(cell)) for cell in cells])
    return response


@require_safe
@audience(Audience.VERIFIED)
def answers_json(request: MemberRequest, poll_id: str) -> JsonResponse:
    page = _open_page(request.viewer, poll_id)
    return JsonResponse(
        {"question": page.poll.question, "answers": selectors.export_rows(page)},
        headers={"Content-Disposition": 'attachment; filename="answers.json"'},
    )


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _case_of(viewer: Viewer, case_id: str) -> Case:
    """A case this viewer may see, as `may_see` says. Raises `Http404`."""
    case = get_object_or_404(Case, public_id=case_id)
    if not may_see(viewer, case):
        raise Http404
    return case


def _page_of(viewer: Viewer, poll_id: str) -> PollPage:
    poll = get_object_or_404(
        Poll.objects.select_related("case").prefetch_related("options__concept"),
        Q(public_id=poll_id),
    )
    if poll.case is not None:
        _case_of(viewer, poll.case.public_id)
    return selectors.page_of(viewer=viewer, poll=poll)


def _open_page(viewer: Viewer, poll_id: str) -> PollPage:
    """Who has not answered is told nothing, not even that there is something. Raises `Http404`."""
    page = _page_of(viewer, poll_id)
    if not page.is_open:
        raise Http404
    return page


def _answer(
    request: MemberRequest, page: PollPage, form: VoteForm | None, status: int = 200
) -> HttpResponse:
    """The part for htmx; else a page around it. What was typed stays."""
    context = _context(request.viewer, page, form)
    if form is not None and not request.htmx:
        messages.error(request, _("Your answer is not sent yet."))
    template = "polls/_poll.html" if request.htmx else "polls/detail.html"
    return render(request, template, context, status=status)


def _context(viewer: Viewer, page: PollPage, form: VoteForm | None = None) -> dict[str, Any]:
    return {
        "page": page,
        "poll": page.poll,
        "form": form or VoteForm(page=page),
        "is_diagnosis": page.poll.kind == "diagnosis",
        "confidence": CONFIDENCE,
        "ranks": range(2, MOST_RANKS + 1),
        "specimens": _specimens(viewer, page),
    }


def _specimens(viewer: Viewer, page: PollPage) -> list[dict[str, Any]]:
    """The three identities reasoning can be signed with, as others would see them."""
    if page.poll.case is None:
        return []
    line = bylines.credential(viewer.member)
    alias = tags.alias(viewer.tag(tags.case_scope(page.poll.case.pk)))
    rows = [
        {
            "value": ShownAs.HANDLE.value,
            "title": _("Your name here"),
            "byline_name": viewer.member.handle,
            "byline_credential": line,
            "checked": True,
            "verified": True,
        },
        {
            "value": ShownAs.ANONYMOUS.value,
            "title": _("Anonymous in this case"),
            "byline_name": alias,
            "byline_credential": line,
            "anonymous": True,
            "verified": True,
            "note": _("Nobody sees which member this is; moderators act on it without a name."),
        },
    ]
    if viewer.real_name:
        rows.append(
            {
                "value": ShownAs.REAL_NAME.value,
                "title": _("Your real name"),
                "byline_name": viewer.real_name,
                "byline_credential": line,
                "verified": True,
                "note": _("It stays with this item, for everybody here to read."),
            }
        )
    return rows
