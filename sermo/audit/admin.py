from __future__ import annotations

from django.contrib import admin

from sermo.audit.models import CommunityAuditEvent, IdentityAuditEvent
from sermo.core.admin import ReadOnlyAdmin, community_site, identity_site


@admin.register(CommunityAuditEvent, site=community_site)
@admin.register(IdentityAuditEvent, site=identity_site)
class AuditEventAdmin(ReadOnlyAdmin):
    list_display = ("position", "recorded_at", "action", "actor", "target", "reason")
    list_filter = ("action",)
    search_fields = ("target", "actor")
