from __future__ import annotations

from django.urls import path

from sermo.members import views

app_name = "members"
urlpatterns = [
    path("", views.profile, name="profile"),
    path("mail/", views.set_email_notifications, name="mail"),
]
