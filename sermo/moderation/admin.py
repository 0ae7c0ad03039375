from __future__ import annotations

from django.contrib import admin

from sermo.core.admin import ReadOnlyAdmin, community_site
from sermo.moderation import models


@admin.register(models.Report, site=community_site)
class ReportAdmin(ReadOnlyAdmin):
    list_display = ("public_id", "target_kind", "reason", "reported_at", "resolved_at")
    list_filter = ("reason", "resolved_at")


@admin.register(models.HiddenText, site=community_site)
class HiddenTextAdmin(ReadOnlyAdmin):
    list_display = ("target_id", "model", "row_id", "field")
    exclude = ("original",)


@admin.register(models.StoppedReporter, site=community_site)
class StoppedReporterAdmin(ReadOnlyAdmin):
    list_display = ("until",)
    exclude = ("reporter_week",)


@admin.register(models.ModerationDecision, site=community_site)
class ModerationDecisionAdmin(ReadOnlyAdmin):
    list_display = ("decided_at", "target_kind", "kind", "reason", "moderator")
    list_filter = ("kind", "reason")
    list_select_related = ("moderator",)


@admin.register(models.Sanction, site=community_site)
class SanctionAdmin(ReadOnlyAdmin):
    list_display = ("public_id", "target_kind", "reason", "state", "requested_at", "done_at")
    list_filter = ("state",)


@admin.register(models.AuthorDisclosure, site=community_site)
class AuthorDisclosureAdmin(ReadOnlyAdmin):
    list_display = ("public_id", "target_kind", "state", "pair", "requested_at", "expires_at")
    list_filter = ("state",)
    exclude = ("encrypted_request", "recipient", "ciphertext")
