from __future__ import annotations

from django.urls import path

from sermo.notifications import views

app_name = "notifications"
urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("bell/", views.inbox_link, name="inbox-link"),
    path("read/", views.mark_all_read, name="mark-all-read"),
    path("<uuid:subject>/read/", views.mark_read, name="mark-read"),
    path("<uuid:subject>/<int:number>/", views.open_event, name="open-event"),
]
