"""Addresses under /polls/."""

from __future__ import annotations

from django.urls import path

from polls.views import (
    accuracy,
    answers,
    community_polls,
    concepts,
    decisive_tests,
    export,
    library,
    quiz,
)

app_name = "polls"
urlpatterns = [
    path("", community_polls.poll_list, name="list"),
    path("concepts/", concepts.suggestions, name="concepts"),
    path("for-case/<public_id:case_id>/", answers.case_polls, name="case-polls"),
    path("for-case/<public_id:case_id>/decline/", answers.decline_answer, name="decline-answer"),
    path("names/", concepts.concept_names, name="concept-names"),
    path("names/<uuid:concept_id>/merge/", concepts.merge_concepts, name="merge-concepts"),
    path("names/merges/<public_id:merge_id>/undo/", concepts.undo_merge, name="undo-merge"),
    path("new/", community_polls.new_poll, name="new"),
    path(
        "findings/<public_id:test_id>/",
        decisive_tests.report_test_result,
        name="report-test-result",
    ),
    path("findings/<public_id:test_id>/harm/", decisive_tests.flag_test, name="flag-test"),
    path("options/<uuid:option_id>/harm/", decisive_tests.flag_option, name="flag-option"),
    path("feedback/<public_id:case_id>/", accuracy.feedback, name="feedback"),
    path("record/", accuracy.accuracy, name="accuracy"),
    path("quiz/", quiz.quizzes, name="quizzes"),
    path("quiz/<public_id:case_id>/", quiz.quiz_case, name="quiz"),
    path("library/", library.library, name="library"),
    path("library/<uuid:concept_id>/", library.library_diagnosis, name="library-diagnosis"),
    path("<public_id:poll_id>/", community_polls.detail, name="detail"),
    path("<public_id:poll_id>/vote/", answers.submit_answer, name="answer"),
    path("<public_id:poll_id>/answers.csv", export.answers_csv, name="answers-csv"),
    path("<public_id:poll_id>/answers.json", export.answers_json, name="answers-json"),
]
