"""The poll of a request, if its viewer may see it, and the context of its templates."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404

from cases.models import Case
from cases.policies import HIDDEN_WORDS
from cases.selectors import visible_case
from cases.selectors.identities import IdentityOption, identity_options
from polls.forms.answer import AnswerForm
from polls.models import Poll
from polls.selectors import PollPage, poll_page
from sermo.members.models import CommunityRole
from sermo.members.viewer import Viewer
from sermo.members.viewer.requests import MemberRequest


def poll_page_or_404(viewer: Viewer, poll_id: str) -> PollPage:
    """A community poll, or a poll of a case that the viewer may see.

    Raises `Http404` if there is none.
    """
    visible = Poll.objects.filter(hidden_at__isnull=True).select_related("case", "asked_by")
    poll = get_object_or_404(visible, public_id=poll_id)
    if poll.case is not None:
        poll.case = visible_case(viewer, poll.case.public_id)
    return poll_page(viewer=viewer, poll=poll)


def revealed_page_or_404(viewer: Viewer, poll_id: str) -> PollPage:
    """The same, if the viewer may see the answers.

    Raises `Http404` otherwise, so that nothing tells whether there are answers.
    """
    page = poll_page_or_404(viewer, poll_id)
    if not page.is_revealed:
        raise Http404
    return page


def poll_context(
    request: MemberRequest, page: PollPage, form: AnswerForm | None = None
) -> dict[str, Any]:
    """The context of polls/_poll.html."""
    case = page.poll.case
    return {
        "page": page,
        "poll": page.poll,
        "form": form or AnswerForm(page=page),
        "is_diagnosis": page.is_diagnosis,
        "has_hidden_words": any(
            HIDDEN_WORDS in text
            for text in (page.poll.question, *(option.label for option in page.options))
        ),
        "is_asker": page.poll.asked_by_id == request.member.pk,
        "moderates": request.member.role in {CommunityRole.MODERATOR, CommunityRole.ADMIN},
        "identity_options": [] if case is None else _identity_options(request, case),
    }


def _identity_options(request: MemberRequest, case: Case) -> list[IdentityOption]:
    return identity_options(request.viewer, case, chosen=request.POST.get("shown_as", ""))
