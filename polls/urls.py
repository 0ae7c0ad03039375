from __future__ import annotations

from django.urls import path

from polls import views

app_name = "polls"
urlpatterns = [
    path("", views.index, name="list"),
    path("concepts/", views.concepts, name="concepts"),
    path("for-case/<public_id:case_id>/", views.for_case, name="for-case"),
    path("for-case/<public_id:case_id>/decline/", views.decline, name="decline"),
    path("<public_id:poll_id>/", views.detail, name="detail"),
    path("<public_id:poll_id>/vote/", views.vote, name="vote"),
    path("<public_id:poll_id>/answers.csv", views.answers_csv, name="results-csv"),
    path("<public_id:poll_id>/answers.json", views.answers_json, name="results-json"),
]
