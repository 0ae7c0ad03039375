from __future__ import annotations

from django.urls import path

from sermo.data_rights import views

app_name = "data_rights"
urlpatterns = [
    path("", views.overview, name="data"),
    path("copy/", views.begin_export, name="begin"),
    path("download/", views.download, name="download"),
    path("leave/", views.leave, name="leave"),
    path("left/<slug:token>/", views.leaving_progress, name="left"),
]
