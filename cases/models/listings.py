"""Narrow rows beside a case: counters, feed order, search."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q

from cases.models.cases import Case
from sermo.core import specialties


class CaseStats(models.Model):
    """Counters and feed order of a case, with copies of the columns that the feed filters by.

    A comment updates this row only, so no index of the case itself changes
    (docs/design/performance.md). The table has a fill factor of 70.
    """

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="stats")
    n_comments = models.PositiveIntegerField(default=0)
    n_answers = models.PositiveIntegerField(default=0)
    n_images = models.PositiveSmallIntegerField(default=0)
    # How many reminders to record the outcome were sent.
    n_reminders = models.PositiveSmallIntegerField(default=0)
    # The highest position given to a comment of this case.
    last_position = models.PositiveIntegerField(default=0)
    last_activity_at = models.DateTimeField()
    # log10(max(activity score, 1)) + hours since 2026 / 12. It grows with time, so nothing decays.
    hot_score = models.FloatField(default=0)
    specialty = models.CharField(max_length=40)
    status = models.CharField(max_length=10)
    urgency = models.CharField(max_length=8)
    is_listed = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "case stats"
        indexes = (
            models.Index(
                F("last_activity_at").desc(),
                F("case_id").desc(),
                condition=Q(is_listed=True),
                name="cases_stats_newest",
            ),
            models.Index(
                F("hot_score").desc(),
                F("case_id").desc(),
                condition=Q(is_listed=True),
                name="cases_stats_hot_score",
            ),
            models.Index(
                F("status"),
                F("last_activity_at").desc(),
                F("case_id").desc(),
                condition=Q(is_listed=True),
                name="cases_stats_status",
            ),
            models.Index(
                F("urgency"),
                F("last_activity_at").desc(),
                F("case_id").desc(),
                condition=Q(is_listed=True),
                name="cases_stats_urgency",
            ),
        )


class AskedSpecialty(models.Model):
    """One specialty that a case asks. The case is listed in the feed of each."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="asked_specialties")
    specialty = models.CharField(max_length=40, choices=specialties.choices)
    last_activity_at = models.DateTimeField()
    is_listed = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "asked specialties"
        constraints = (
            models.UniqueConstraint(
                fields=["case", "specialty"], name="cases_asked_once_per_specialty"
            ),
        )
        indexes = (
            models.Index(
                F("specialty"),
                F("last_activity_at").desc(),
                F("case_id").desc(),
                condition=Q(is_listed=True),
                name="cases_asked_newest",
            ),
        )


class CaseViewCount(models.Model):
    """Views of a case, copied from Redis once a minute. No page writes this table."""

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="view_count")
    n_views = models.PositiveIntegerField(default=0)


class CaseSearchEntry(models.Model):
    """The full-text index of a case. Weights: title A, tags and diagnoses B, body C."""

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="search_entry")
    vector = SearchVectorField()
    posted_at = models.DateTimeField()
    is_listed = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "case search entries"
        indexes = (
            GinIndex(fields=["vector"], name="cases_search_vector"),
            models.Index(
                F("posted_at").desc(),
                F("case_id").desc(),
                condition=Q(is_listed=True),
                name="cases_search_newest",
            ),
        )
