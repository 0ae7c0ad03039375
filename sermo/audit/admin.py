from __future__ import annotations

from django.contrib import admin

from sermo.audit.models import CommunityRecord, IdentityRecord
from sermo.core.admin import ReadOnlyAdmin, community_site, identity_site


@admin.register(CommunityRecord, site=community_site)
@admin.register(IdentityRecord, site=identity_site)
class RecordAdmin(ReadOnlyAdmin):
    list_display = ("position", "recorded_at", "action", "actor", "target", "reason")
    list_filter = ("action",)
    search_fields = ("target", "actor")
