from __future__ import annotations

from django.urls import path

from polls import views, views_community, views_findings, views_merging, views_record

app_name = "polls"
urlpatterns = [
    path("", views.index, name="list"),
    path("concepts/", views.concepts, name="concepts"),
    path("for-case/<public_id:case_id>/", views.for_case, name="for-case"),
    path("for-case/<public_id:case_id>/decline/", views.decline, name="decline"),
    path("names/", views_merging.names, name="names"),
    path("names/<uuid:concept_id>/merge/", views_merging.merge, name="merge"),
    path("names/merges/<public_id:merge_id>/undo/", views_merging.unmerge, name="unmerge"),
    path("new/", views_community.new, name="new"),
    path("findings/<public_id:finding_id>/", views_findings.tell, name="tell"),
    path("findings/<public_id:finding_id>/harm/", views_findings.flag_finding, name="flag-finding"),
    path("options/<uuid:option_id>/harm/", views_findings.flag_option, name="flag-option"),
    path("feedback/<public_id:case_id>/", views_record.feedback, name="feedback"),
    path("record/", views_record.record, name="record"),
    path("quiz/", views_record.quizzes, name="quizzes"),
    path("quiz/<public_id:case_id>/", views_record.quiz_case, name="quiz"),
    path("library/", views_record.library, name="library"),
    path("library/<uuid:concept_id>/", views_record.shelf, name="shelf"),
    path("<public_id:poll_id>/", views.detail, name="detail"),
    path("<public_id:poll_id>/hide/", views_community.hide, name="hide"),
    path("<public_id:poll_id>/vote/", views.vote, name="vote"),
    path("<public_id:poll_id>/answers.csv", views.answers_csv, name="results-csv"),
    path("<public_id:poll_id>/answers.json", views.answers_json, name="results-json"),
]
