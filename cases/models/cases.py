"""A case: the text its author wrote and how it is published."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse

from cases.models.choices import (
    AgeBand,
    CareSetting,
    CasePurpose,
    CaseStatus,
    PresetQuestion,
    Sex,
    Urgency,
)
from sermo.core import specialties
from sermo.core.ids import PUBLIC_ID_LENGTH, new_public_id
from sermo.members.models import AbstractPost


@dataclass(frozen=True)
class CaseFact:
    """One filled-in clinical field of a case, with its label."""

    label: str
    text: str


FACT_LABELS = {
    "complaint": "Chief complaint",
    "duration": "Duration",
    "history": "History",
    "examination": "Examination",
    "laboratory": "Laboratory",
    "imaging": "Imaging",
    "medication": "Medication and treatment",
}
FACT_FIELDS = tuple(FACT_LABELS)


class CaseText(models.Model):
    """The text fields of a case. `cases.drafts.content.DraftContent` has the same fields."""

    title = models.CharField(max_length=160)
    preset = models.CharField(max_length=10, choices=PresetQuestion.choices)
    question = models.CharField(max_length=300, blank=True)
    age_band = models.CharField(max_length=8, choices=AgeBand.choices, blank=True)
    sex = models.CharField(max_length=1, choices=Sex.choices, blank=True)
    setting = models.CharField(max_length=10, choices=CareSetting.choices, blank=True)
    complaint = models.CharField(max_length=300, blank=True)
    duration = models.CharField(max_length=120, blank=True)
    history = models.TextField(max_length=8000, blank=True)
    examination = models.TextField(max_length=8000, blank=True)
    laboratory = models.TextField(max_length=8000, blank=True)
    imaging = models.TextField(max_length=8000, blank=True)
    medication = models.TextField(max_length=8000, blank=True)

    class Meta:
        abstract = True

    @property
    def facts(self) -> list[CaseFact]:
        """The clinical fields that are filled in, in the usual order of a case report."""
        texts = ((label, getattr(self, name)) for name, label in FACT_LABELS.items())
        return [CaseFact(label, text) for label, text in texts if text]


TEXT_FIELDS = tuple(field.name for field in CaseText._meta.local_fields)


class CaseQuerySet(models.QuerySet["Case"]):
    def visible(self) -> CaseQuerySet:
        """Cases that every member may see: published and not hidden."""
        return self.filter(hidden_at__isnull=True, appears_at__isnull=True)


class Case(AbstractPost, CaseText):
    """One published case. Its author is a member or a pseudonym (`AbstractPost`)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    public_id = models.CharField(
        max_length=PUBLIC_ID_LENGTH, unique=True, default=new_public_id, editable=False
    )
    purpose = models.CharField(max_length=8, choices=CasePurpose.choices, default=CasePurpose.ASK)
    status = models.CharField(
        max_length=10, choices=CaseStatus.choices, default=CaseStatus.UNSOLVED
    )
    urgency = models.CharField(max_length=8, choices=Urgency.choices, default=Urgency.ROUTINE)
    # One to three specialties are asked; the first is the specialty of the case itself.
    specialties = ArrayField(models.CharField(max_length=40, choices=specialties.choices), size=3)
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True, size=8)
    language = models.CharField(max_length=8, default="en")
    closed_to_comments_at = models.DateTimeField(null=True, blank=True)
    # The case has a diagnosis poll, so answers and diagnoses are hidden until the reader answers.
    hides_answers = models.BooleanField(default=False)

    objects = CaseQuerySet.as_manager()

    class Meta(AbstractPost.Meta):
        ordering = ("id",)
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            *AbstractPost.Meta.constraints,
            models.CheckConstraint(
                condition=Q(specialties__len__gte=1, specialties__len__lte=3),
                name="cases_case_one_to_three_specialties",
            ),
        )
        indexes = (
            # For a member's own page: the cases under the handle.
            models.Index(
                fields=["author", "-posted_at", "id"],
                condition=Q(author__isnull=False),
                name="cases_case_author",
            ),
            models.Index(
                fields=["appears_at"],
                condition=Q(appears_at__isnull=False),
                name="cases_case_to_appear",
            ),
        )

    def __str__(self) -> str:
        return f"case {self.public_id}"

    def get_absolute_url(self) -> str:
        return reverse("cases:detail", args=[self.public_id])
