"""URLs of the site, by app."""

from __future__ import annotations

from django.urls import include, path

from sermo.core.admin import community_site, identity_site

urlpatterns = [
    path("", include("sermo.core.urls")),
    path("", include("verification.urls")),
    path("accounts/", include("accounts.urls")),
    path("accounts/", include("accounts.urls.allauth_urls")),
    path("me/data/", include("sermo.data_rights.urls")),
    path("me/", include("sermo.members.urls")),
    path("cases/", include("cases.urls")),
    path("polls/", include("polls.urls")),
    path("numbers/", include("polls.urls.statistics")),
    path("inbox/", include("sermo.notifications.urls")),
    path("search/", include("sermo.search.urls")),
    path("", include("sermo.moderation.urls")),
    path("", include("sermo.demo.urls")),
    path("admin/identity/", identity_site.urls),
    path("admin/community/", community_site.urls),
]

handler400 = "sermo.core.views.bad_request"
handler403 = "sermo.core.views.forbidden"
handler404 = "sermo.core.views.not_found"
handler500 = "sermo.core.views.server_error"
