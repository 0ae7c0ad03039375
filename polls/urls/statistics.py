"""Addresses under /numbers/."""

from __future__ import annotations

from django.urls import path

from polls.views import statistics

app_name = "statistics"
urlpatterns = [path("", statistics.statistics, name="community")]
