"""A poll as part of a case page, on a page of its own, and as numbers to take away."""

from __future__ import annotations

import csv
from typing import Any

from django.db import transaction
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from cases.models import Case, CommentKind
from cases.policies import is_author
from cases.selectors import visible_case
from cases.services import add_comment
from cases.views.reading import default_identity, identity_options
from polls import selectors, services
from polls.forms import Answered, VoteForm
from polls.models import Poll
from polls.selectors import PollPage
from polls.selectors.community import community_page
from polls.views_record import page_number
from sermo.core.access import Audience, audience
from sermo.core.http import idempotency_key
from sermo.members.models import CommunityRole
from sermo.members.viewer import Viewer
from sermo.members.viewer.requests import MemberRequest

# A cell that begins with one of these is a formula to a spreadsheet (OWASP, CSV injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@require_safe
@audience(Audience.VERIFIED)
def for_case(request: MemberRequest, case_id: str) -> HttpResponse:
    """The polls of a case, as a part of its page."""
    case = visible_case(request.viewer, case_id)
    pages = selectors.pages_of_case(viewer=request.viewer, case=case)
    polls = [_context(request, page) for page in pages]
    return render(request, "polls/_case_polls.html", {"polls": polls, "case": case})


@require_POST
@audience(Audience.VERIFIED)
def decline(request: MemberRequest, case_id: str) -> HttpResponse:
    """The author sees the answers without a guess of their own."""
    case = visible_case(request.viewer, case_id)
    if not is_author(request.viewer, case):
        raise Http404
    services.decline_guess(viewer=request.viewer, case=case)
    return redirect(case)


@require_POST
@audience(Audience.VERIFIED)
def vote(request: MemberRequest, poll_id: str) -> HttpResponse:
    """Answer, or answer anew; then the page it was asked on, which htmx takes its part from."""
    page = _page_of(request.viewer, poll_id)
    form = VoteForm(request.POST, page=page, is_lookup="look_up" in request.POST)
    if not form.is_valid():
        return _refuse(request, page, form)
    _cast(request, page.poll, form.answered())
    return redirect(_place_of(page.poll))


@transaction.atomic
def _cast(request: MemberRequest, poll: Poll, answered: Answered) -> None:
    """The ballot and its reasons: both or neither."""
    says_why = bool(answered.reasoning) and poll.case is not None
    services.cast_vote(
        viewer=request.viewer,
        poll=poll,
        ranked=answered.ranked,
        added=answered.added,
        added_at=answered.added_at,
        confidence=answered.confidence,
        is_change=answered.is_change,
        is_told=not says_why,
        finding=answered.finding,
        moves_to=answered.moves_to,
    )
    if says_why and poll.case is not None:
        add_comment(
            viewer=request.viewer,
            case=poll.case,
            text=answered.reasoning,
            shown_as=answered.shown_as or default_identity(request.viewer, poll.case),
            kind=CommentKind.ANSWER,
            hidden_until_answer=True,
            idempotency_key=idempotency_key(request),
        )


def _place_of(poll: Poll) -> str:
    if poll.case is not None:
        return f"{poll.case.get_absolute_url()}#poll-{poll.public_id}"
    return reverse("polls:detail", args=[poll.public_id])


@require_safe
@audience(Audience.VERIFIED)
def index(request: MemberRequest) -> HttpResponse:
    """Questions to the whole community: the week's, then the open ones, newest first."""
    context = {"page": community_page(request.viewer, number=page_number(request))}
    return render(request, "polls/list.html", context)


@require_safe
@audience(Audience.VERIFIED)
def detail(request: MemberRequest, poll_id: str) -> HttpResponse:
    page = _page_of(request.viewer, poll_id)
    if page.poll.case is not None:
        return redirect(page.poll.case)
    context = _context(request, page) | {
        "moderates": request.viewer.member.role == CommunityRole.MODERATOR,
    }
    return render(request, "polls/detail.html", context)


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
    rows = selectors.export_rows(_open_page(request.viewer, poll_id).poll)
    response = HttpResponse(
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="answers.csv"'},
    )
    writer = csv.writer(response)
    writer.writerow(
        ["round", "specialty", "confidence", "record", *(f"rank {n}" for n in range(1, 6))]
    )
    for row in rows:
        told = (row[name] or "" for name in ("round", "specialty", "confidence", "record"))
        cells = [*told, *row["ranked"]]
        writer.writerow([_plain(str(cell)) for cell in cells])
    return response


@require_safe
@audience(Audience.VERIFIED)
def answers_json(request: MemberRequest, poll_id: str) -> JsonResponse:
    page = _open_page(request.viewer, poll_id)
    return JsonResponse(
        {"question": page.poll.question, "answers": selectors.export_rows(page.poll)},
        headers={"Content-Disposition": 'attachment; filename="answers.json"'},
    )


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _page_of(viewer: Viewer, poll_id: str) -> PollPage:
    """A poll of a case this viewer may see, or of the community. Raises `Http404`."""
    seen = Poll.objects.filter(hidden_at__isnull=True).select_related("case", "asked_by")
    poll = get_object_or_404(seen, public_id=poll_id)
    if poll.case is not None:
        poll.case = visible_case(viewer, poll.case.public_id)
    return selectors.page_of(viewer=viewer, poll=poll)


def _open_page(viewer: Viewer, poll_id: str) -> PollPage:
    """Who has not answered is told nothing, not even that there is something. Raises `Http404`."""
    page = _page_of(viewer, poll_id)
    if not page.is_open:
        raise Http404
    return page


def _refuse(request: MemberRequest, page: PollPage, form: VoteForm) -> HttpResponse:
    """What was typed stays: in place for htmx, else on the poll's own page."""
    context = _context(request, page, form)
    if not request.htmx:
        return render(request, "polls/detail.html", context, status=422)
    part = f"#poll-{page.poll.public_id}"
    response = render(request, "polls/_poll.html", context, status=422)
    for name, value in (("Retarget", part), ("Reselect", part), ("Reswap", "outerHTML")):
        response[f"HX-{name}"] = value
    return response


def _context(
    request: MemberRequest, page: PollPage, form: VoteForm | None = None
) -> dict[str, Any]:
    case: Case | None = page.poll.case
    return {
        "page": page,
        "poll": page.poll,
        "form": form or VoteForm(page=page),
        "is_diagnosis": page.is_diagnosis,
        "specimens": identity_options(request, case) if case is not None else [],
    }
