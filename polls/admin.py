"""Read-only pages of the community admin."""

from __future__ import annotations

from django.contrib import admin

from polls import models
from sermo.core.admin import ReadOnlyAdmin, community_site


@admin.register(models.Concept, site=community_site)
class ConceptAdmin(ReadOnlyAdmin):
    list_display = ("name", "source", "code", "merged_into")
    list_filter = ("source",)
    search_fields = ("name",)
    list_select_related = ("merged_into",)


@admin.register(models.Poll, site=community_site)
class PollAdmin(ReadOnlyAdmin):
    list_display = ("public_id", "kind", "question", "opened_at", "closed_at")
    list_filter = ("kind",)


@admin.register(models.Answer, site=community_site)
class AnswerAdmin(ReadOnlyAdmin):
    list_display = ("id", "poll", "round", "confidence", "specialty")
    list_filter = ("round",)
    list_select_related = ("poll",)


for model in (
    models.Synonym,
    models.VocabularyWord,
    models.ConceptMerge,
    models.AnswerOption,
    models.RankedOption,
    models.DecisiveTest,
    models.ConditionalChange,
    models.RiskFlag,
    models.QuizAnswer,
    models.WaitingAnswer,
    models.ReleasedAnswers,
):
    community_site.register(model, ReadOnlyAdmin)
