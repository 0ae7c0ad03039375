from __future__ import annotations

from django.urls import path

from sermo.notifications import views

app_name = "notifications"
urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("bell/", views.bell, name="bell"),
    path("read/", views.read_all, name="read-all"),
    path("<uuid:subject>/read/", views.read, name="read"),
    path("<uuid:subject>/<int:number>/", views.go, name="go"),
]
