"""Django admin, one site for each store. No role may use both.

Django's change log (`LogEntry`) is not written, because it would join a user to the rows that they
opened. Changes by staff are recorded in `sermo.audit`.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.forms import Media
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse

from sermo.core.access import Audience, refuse
from sermo.core.csp_reports import recent_reports


class StoreSite(admin.AdminSite):
    """An admin site for the staff of one store; everybody else gets a 404."""

    enable_nav_sidebar = False
    index_template = "admin/store_index.html"

    def __init__(self, name: str, title: str, audience: Audience) -> None:
        super().__init__(name)
        self.site_header = self.site_title = self.index_title = title
        self.audience = audience

    def has_permission(self, request: HttpRequest) -> bool:
        try:
            return refuse(request, self.audience) is None
        except Http404:
            return False

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Redirect to the sign-in of the whole site.

        Raises `Http404` for signed-in users who are not staff of this store.
        """
        refused: HttpResponse | None = refuse(request, self.audience)
        if refused is not None:
            return refused
        return super().login(request, extra_context)

    def get_urls(self) -> list[Any]:
        view = self.admin_view(self.csp_reports)
        return [path("csp-reports/", view, name="csp-reports"), *super().get_urls()]

    def csp_reports(self, request: HttpRequest) -> HttpResponse:
        """What browsers reported about the Content Security Policy."""
        context = self.each_context(request) | {"reports": recent_reports()}
        return TemplateResponse(request, "admin/csp_reports.html", context)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return super().each_context(request) | {
            "site_url": reverse("core:landing"),
            "has_permission": self.has_permission(request),
            "csp_reports_url": reverse(f"{self.name}:csp-reports"),
        }


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Staff can read every model here; only services change rows."""

    list_per_page = 50
    show_full_result_count = False

    @property
    def media(self) -> Media:
        """No script: these pages change nothing, and Django's own writes HTML from strings."""
        return Media()

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> None:  # type: ignore[override]
        """Write nothing: see the module's docstring."""

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> None:  # type: ignore[override]
        """Write nothing: see the module's docstring."""


identity_site = StoreSite("identity_admin", "Identity store", Audience.REGISTRAR)
community_site = StoreSite("community_admin", "Community store", Audience.ADMIN)
