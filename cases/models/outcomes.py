"""The final diagnosis of a case."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from cases.models.cases import Case
from cases.models.choices import Certainty, EstablishedBy
from cases.models.comments import Comment


class AbstractOutcome(models.Model):
    """What the author records."""

    diagnosis = models.CharField(max_length=200)
    certainty = models.CharField(max_length=10, choices=Certainty.choices)
    established_by = models.CharField(max_length=12, choices=EstablishedBy.choices)
    learning_point = models.TextField(max_length=4000, blank=True)

    class Meta:
        abstract = True


class Outcome(AbstractOutcome):
    """The final diagnosis, recorded by the author (docs/design/consult.md, outcome)."""

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="outcome")
    # The key of a polls.Concept. Not a foreign key, because cases must not depend on polls.
    concept_id = models.UUIDField(null=True, blank=True)
    credited_comments = models.ManyToManyField(Comment, blank=True, related_name="credited_by")
    recorded_at = models.DateTimeField()


class WaitingOutcome(AbstractOutcome):
    """The outcome of an anonymous author until its mark. Then it becomes an `Outcome`."""

    case = models.OneToOneField(
        Case, models.CASCADE, primary_key=True, related_name="waiting_outcome"
    )
    appears_at = models.DateTimeField(db_index=True)
    # Keys of the comments that it credits.
    credited = ArrayField(models.UUIDField(), default=list, blank=True)
