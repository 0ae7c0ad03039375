"""What comes after an outcome: feedback, the private record, quizzes, the library, the numbers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cases.policies import is_author
from cases.selectors import sees_answers, visible_case
from cases.selectors.case_page import case_pictures
from polls.forms_quiz import QuizForm
from polls.models import Concept
from polls.quizzes import answer_quiz
from polls.selectors import library as books
from polls.selectors.numbers import numbers as community_numbers
from polls.selectors.quiz import next_quiz, quiz, specialty_choices
from polls.selectors.record import feedback as feedback_of
from polls.selectors.record import record as record_of
from sermo.core.access import Audience, audience
from sermo.members.viewer.requests import MemberRequest

LAST_PAGE = 1000


@require_safe
@audience(Audience.VERIFIED)
def feedback(request: MemberRequest, case_id: str) -> HttpResponse:
    """How one's own list did, as a part of a solved case's page."""
    case = visible_case(request.viewer, case_id)
    if not hasattr(case, "outcome"):
        raise Http404
    if not sees_answers(request.viewer, case) and not is_author(request.viewer, case):
        raise Http404
    context = {"line": feedback_of(request.viewer, case), "case": case}
    return render(request, "polls/_feedback.html", context)


@require_safe
@audience(Audience.VERIFIED)
def record(request: MemberRequest) -> HttpResponse:
    """One's own calibration: computed now, in this session, and kept nowhere."""
    return render(request, "polls/accuracy.html", {"record": record_of(request.viewer)})


@require_safe
@audience(Audience.VERIFIED)
def quizzes(request: MemberRequest) -> HttpResponse:
    """Leads to a solved case one has not tried; says so where none is left."""
    specialty = _specialty(request)
    found = next_quiz(request.viewer, specialty=specialty) if "start" in request.GET else None
    if found is not None:
        public_id = found.path.rstrip("/").rsplit("/", 1)[-1]
        return redirect(f"{reverse('polls:quiz', args=[public_id])}{_query(specialty)}")
    context = {
        "specialties": specialty_choices(),
        "specialty": specialty,
        "has_none_left": "start" in request.GET,
    }
    return render(request, "polls/quizzes.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@audience(Audience.VERIFIED)
def quiz_case(request: MemberRequest, case_id: str) -> HttpResponse:
    """The case as a question; once answered, what it was. The first answer counts."""
    found = quiz(request.viewer, case_id)
    specialty = _specialty(request)
    form = QuizForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and (found.line is not None or form.is_valid()):
        if found.line is None:
            _keep(request, found.case.pk, form)
        return redirect(f"{request.path}{_query(specialty)}")
    context = {
        "quiz": found,
        "case": found.case,
        "pictures": case_pictures(found.case),
        "form": form,
        "specialty": specialty,
        "next_url": f"{reverse('polls:quizzes')}?start=1{_query(specialty).replace('?', '&')}",
    }
    return render(request, "polls/quiz.html", context, status=422 if form.errors else 200)


def _keep(request: MemberRequest, case_id: UUID, form: QuizForm) -> None:
    sure = form.cleaned_data["confidence"]
    answer_quiz(viewer=request.viewer, case_id=case_id, ranked=form.concepts(), confidence=sure)


def _specialty(request: HttpRequest) -> str:
    wanted = request.GET.get("specialty", "")
    return wanted if wanted in dict(specialty_choices()) else ""


def _query(specialty: str) -> str:
    return f"?specialty={specialty}" if specialty else ""


@require_safe
@audience(Audience.VERIFIED)
def library(request: MemberRequest) -> HttpResponse:
    specialty = _specialty(request)
    wanted = request.GET.get("q", "")[:100]
    page = books.library(wanted=wanted, specialty=specialty, number=page_number(request))
    context = {
        "page": page,
        "wanted": wanted,
        "specialty": specialty,
        "specialties": specialty_choices(),
        **neighbours(request, page.number, has_more=page.has_more),
    }
    return render(request, "polls/library.html", context)


@require_safe
@audience(Audience.VERIFIED)
def shelf(request: MemberRequest, concept_id: UUID) -> HttpResponse:
    """Solved cases of one diagnosis. A merged one leads to what it counts under."""
    concept = get_object_or_404(Concept, pk=concept_id)
    if concept.merged_into_id is not None:
        return redirect("polls:shelf", concept_id=concept.merged_into_id)
    page = books.shelf(concept, number=page_number(request))
    if not page.n:
        raise Http404
    context = {"page": page, **neighbours(request, page.number, has_more=page.has_more)}
    return render(request, "polls/library_diagnosis.html", context)


@require_safe
@audience(Audience.VERIFIED)
def numbers(request: MemberRequest) -> HttpResponse:
    found = community_numbers()
    tables = [
        {"title": _("By specialty"), "rows": found.by_specialty, "key": "specialty"},
        {"title": _("By urgency"), "rows": found.by_urgency, "key": "urgency"},
    ]
    return render(request, "polls/statistics.html", {"numbers": found, "tables": tables})


def page_number(request: HttpRequest) -> int:
    """`?page=`; 1 for anything that is no number."""
    text = request.GET.get("page", "1")
    return min(max(int(text), 1), LAST_PAGE) if text.isascii() and text.isdigit() else 1


def neighbours(request: HttpRequest, number: int, *, has_more: bool) -> dict[str, Any]:
    return {
        "newer_url": _page_url(request, number - 1) if number > 1 else "",
        "older_url": _page_url(request, number + 1) if has_more else "",
    }


def _page_url(request: HttpRequest, number: int) -> str:
    query = request.GET.copy()
    query["page"] = str(number)
    return f"?{query.urlencode()}"
