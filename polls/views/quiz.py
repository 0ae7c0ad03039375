"""Solved cases as quizzes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from cases.selectors.case_page import case_pictures
from polls.forms.quiz import QuizForm
from polls.selectors.quiz import get_quiz, next_quiz, specialty_choices
from polls.services.quiz import answer_quiz
from sermo.core.access import Audience, audience
from sermo.members.viewer.requests import MemberRequest


@require_safe
@audience(Audience.VERIFIED)
def quizzes(request: MemberRequest) -> HttpResponse:
    """Redirects to a solved case that the viewer has not tried; says if there is none."""
    specialty = selected_specialty(request)
    chosen = next_quiz(request.viewer, specialty=specialty) if "start" in request.GET else None
    if chosen is not None:
        public_id = chosen.path.rstrip("/").rsplit("/", 1)[-1]
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
    """The case as a question; after the viewer's answer, its outcome. The first answer counts."""
    quiz = get_quiz(request.viewer, case_id)
    specialty = selected_specialty(request)
    form = QuizForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and (quiz.entry is not None or form.is_valid()):
        if quiz.entry is None:
            answer_quiz(
                viewer=request.viewer,
                case_id=quiz.case.pk,
                ranked=form.ranked_concepts(),
                confidence=form.cleaned_data["confidence"],
            )
        return redirect(f"{request.path}{_query(specialty)}")
    context = {
        "quiz": quiz,
        "case": quiz.case,
        "pictures": case_pictures(quiz.case),
        "form": form,
        "specialty": specialty,
        "next_url": f"{reverse('polls:quizzes')}?start=1{_query(specialty).replace('?', '&')}",
    }
    return render(request, "polls/quiz.html", context, status=422 if form.errors else 200)


def selected_specialty(request: HttpRequest) -> str:
    """The slug after `?specialty=`; "" if it is not one of the choices."""
    slug = request.GET.get("specialty", "")
    return slug if slug in dict(specialty_choices()) else ""


def _query(specialty: str) -> str:
    return f"?specialty={specialty}" if specialty else ""
