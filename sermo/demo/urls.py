"""URLs of the demonstration's mailbox."""

from __future__ import annotations

from django.urls import path

from sermo.demo import views

app_name = "demo"
urlpatterns = [
    path("demo/mail/", views.mailbox, name="mailbox"),
    path("demo/mail/<int:number>/", views.email_detail, name="email"),
]
