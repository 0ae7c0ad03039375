from __future__ import annotations

from django.urls import path

from polls import views_record

app_name = "numbers"
urlpatterns = [path("", views_record.numbers, name="numbers")]
