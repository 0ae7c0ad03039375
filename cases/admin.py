"""Read-only admin pages. No page joins a pseudonym to a member."""

from __future__ import annotations

from django.contrib import admin

from cases import models
from sermo.core.admin import ReadOnlyAdmin, community_site


@admin.register(models.Case, site=community_site)
class CaseAdmin(ReadOnlyAdmin):
    list_display = ("public_id", "title", "status", "urgency", "shown_as", "byline", "hidden_at")
    list_filter = ("status", "urgency", "shown_as")
    search_fields = ("public_id", "title")


@admin.register(models.Comment, site=community_site)
class CommentAdmin(ReadOnlyAdmin):
    list_display = ("public_id", "kind", "shown_as", "byline", "hidden_until_answer", "hidden_at")
    list_filter = ("kind", "shown_as", "hidden_until_answer")
    search_fields = ("public_id",)
    list_select_related = ("case",)


@admin.register(models.Image, site=community_site)
class ImageAdmin(ReadOnlyAdmin):
    list_display = (
        "public_id",
        "state",
        "moderation_status",
        "attempts",
        "width",
        "height",
        "frame_count",
    )
    list_filter = ("state", "moderation_status")


@admin.register(models.ImageModeration, site=community_site)
class ImageModerationAdmin(ReadOnlyAdmin):
    list_display = ("image", "is_low_confidence", "requested_at", "decided_at", "decided_by")
    list_select_related = ("image", "decided_by")


@admin.register(models.CaseStats, site=community_site)
class CaseStatsAdmin(ReadOnlyAdmin):
    list_display = ("case", "n_comments", "n_answers", "last_activity_at", "is_listed")
    list_select_related = ("case",)


@admin.register(models.Outcome, site=community_site)
class OutcomeAdmin(ReadOnlyAdmin):
    list_display = ("case", "diagnosis", "certainty", "established_by")
    list_select_related = ("case",)


for model in (
    models.AskedSpecialty,
    models.CaseViewCount,
    models.CaseSearchEntry,
    models.Draft,
    models.HelpfulMark,
    models.AnswerReveal,
    models.WaitingOutcome,
):
    community_site.register(model, ReadOnlyAdmin)
