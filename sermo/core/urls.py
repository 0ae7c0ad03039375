from __future__ import annotations

from django.urls import path

from sermo.core import unsent_views, views

app_name = "core"
urlpatterns = [
    path("", views.landing, name="landing"),
    path("privacy/", views.privacy, name="privacy"),
    path("rules/", views.rules, name="rules"),
    path("help/", views.help_page, name="help"),
    path("licences/", views.licences, name="licences"),
    path("offline/", views.offline, name="offline"),
    path("styleguide/", views.styleguide, name="styleguide"),
    path("theme/", views.theme, name="theme"),
    path("unsent/", unsent_views.unsent, name="unsent"),
    path("unsent/discard/", unsent_views.discard, name="discard-unsent"),
    path("sw.js", views.service_worker, name="service-worker"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("csp-report/", views.csp_report, name="csp-report"),
    path("metrics", views.metrics, name="metrics"),
    path("admin/", views.admin_index, name="admin"),
]
