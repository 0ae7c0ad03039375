"""Polls and their answer options."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from polls.models.concepts import Concept
from sermo.core.ids import PUBLIC_ID_LENGTH, new_public_id
from sermo.members.models import Member


class PollKind(models.TextChoices):
    DIAGNOSIS = "diagnosis", _("diagnosis poll")
    OPINION = "opinion", _("opinion poll")


class Poll(models.Model):
    """A question with answer options; in a case, or on its own for the whole community."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    public_id = models.CharField(
        max_length=PUBLIC_ID_LENGTH, unique=True, default=new_public_id, editable=False
    )
    case = models.ForeignKey(Case, models.CASCADE, null=True, blank=True, related_name="polls")
    kind = models.CharField(max_length=10, choices=PollKind.choices)
    question = models.CharField(max_length=300)
    is_multiple = models.BooleanField(default=False)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    # Upper end of the band in which the first answer came (services.answers.WAIT_BANDS).
    first_answer_within = models.DurationField(null=True, blank=True, editable=False)
    # When a community poll closes by itself.
    closes_at = models.DateTimeField(null=True, blank=True)
    # The member who asked, always under the handle. Empty for the question of the week.
    asked_by = models.ForeignKey(
        Member, models.SET_NULL, null=True, blank=True, related_name="polls_asked"
    )
    # The Monday of the week whose question this is.
    week = models.DateField(null=True, blank=True, unique=True)
    hidden_at = models.DateTimeField(null=True, blank=True)
    idempotency_key = models.UUIDField(unique=True, null=True, blank=True, editable=False)

    class Meta:
        ordering = ("opened_at", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(case__isnull=True)
                | Q(asked_by__isnull=True, week__isnull=True, closes_at__isnull=True),
                name="polls_poll_case_poll_has_no_asker",
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(kind=PollKind.DIAGNOSIS, closed_at__isnull=True),
                name="polls_poll_one_open_diagnosis",
            ),
            models.CheckConstraint(
                condition=~Q(kind=PollKind.DIAGNOSIS, is_multiple=True),
                name="polls_poll_diagnosis_is_ranked",
            ),
        )

    def __str__(self) -> str:
        return f"poll {self.public_id}"


class AnswerOption(models.Model):
    """One option to choose. Never edited: a changed wording is a new option."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    poll = models.ForeignKey(Poll, models.CASCADE, related_name="options")
    concept = models.ForeignKey(
        Concept, models.PROTECT, null=True, blank=True, related_name="options"
    )
    label = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField(default=0)
    # Added by a member who answered, so it is shown only to members who have answered.
    hidden_until_answer = models.BooleanField(default=False)

    class Meta:
        ordering = ("position", "id")
        constraints = (
            models.UniqueConstraint(
                fields=["poll", "concept"],
                condition=Q(concept__isnull=False),
                name="polls_answeroption_one_per_concept",
            ),
            models.UniqueConstraint(
                fields=["poll", "label"],
                condition=Q(concept__isnull=True),
                name="polls_answeroption_one_per_label",
            ),
        )

    def __str__(self) -> str:
        return self.label
