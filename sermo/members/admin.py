from __future__ import annotations

from django.contrib import admin

from sermo.core.admin import ReadOnlyAdmin, community_site
from sermo.members import models


@admin.register(models.Member, site=community_site)
class MemberAdmin(ReadOnlyAdmin):
    list_display = ("handle", "role")
    list_filter = ("role",)
    search_fields = ("handle",)


community_site.register(models.MemberRecord, ReadOnlyAdmin)
community_site.register(models.HandleReservation, ReadOnlyAdmin)
community_site.register(models.AuthorCapsule, ReadOnlyAdmin)
community_site.register(models.PrivateState, ReadOnlyAdmin)
community_site.register(models.EncryptedNotice, ReadOnlyAdmin)
community_site.register(models.MemberJob, ReadOnlyAdmin)
community_site.register(models.ReleasedLine, ReadOnlyAdmin)
community_site.register(models.ShownLine, ReadOnlyAdmin)
community_site.register(models.LineTally, ReadOnlyAdmin)
