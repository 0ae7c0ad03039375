"""The vocabulary of diagnoses: concepts, their synonyms, and moderators' merges."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sermo.core import specialties
from sermo.core.ids import PUBLIC_ID_LENGTH, new_public_id


class ConceptSource(models.TextChoices):
    """The vocabulary a concept comes from. Free text is what a member typed."""

    STARTER = "starter", _("own starter list")
    ICD10CM = "icd10cm", _("ICD-10-CM")
    HPO = "hpo", _("HPO annotation")
    FREE = "free", _("free text")


class Concept(models.Model):
    """One diagnosis. All its synonyms count as this diagnosis."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    code = models.CharField(max_length=20, blank=True)
    source = models.CharField(max_length=10, choices=ConceptSource.choices)
    specialty = models.CharField(max_length=40, choices=specialties.choices, blank=True)
    # Set by a moderator's merge, which can be undone. Answers keep the option they were given to.
    merged_into = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="merged_concepts"
    )

    class Meta:
        ordering = ("name", "id")

    def __str__(self) -> str:
        return self.name


class ConceptMerge(models.Model):
    """One merge by a moderator, with what is needed to undo it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    public_id = models.CharField(
        max_length=PUBLIC_ID_LENGTH, unique=True, default=new_public_id, editable=False
    )
    concept = models.ForeignKey(Concept, models.CASCADE, related_name="merges")
    target = models.ForeignKey(Concept, models.CASCADE, related_name="incoming_merges")
    # Concepts that were merged into `concept` before and were moved to `target` with it.
    moved_concept_ids = ArrayField(models.UUIDField(), default=list)
    merged_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-merged_at", "id")
        constraints = (
            models.UniqueConstraint(
                fields=["concept"],
                condition=Q(undone_at__isnull=True),
                name="polls_conceptmerge_one_active",
            ),
        )

    def __str__(self) -> str:
        return f"merge {self.public_id}"


class Synonym(models.Model):
    """A spelling of a concept, its own name included."""

    concept = models.ForeignKey(Concept, models.CASCADE, related_name="synonyms")
    text = models.CharField(max_length=200)
    # The text as polls.vocabulary.folding.fold writes it: the form in which names are compared.
    folded = models.CharField(max_length=200)
    # For misspellings. The bundled PostgreSQL has no pg_trgm, so trigrams are stored.
    trigrams = ArrayField(models.CharField(max_length=3), default=list)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["concept", "folded"], name="polls_synonym_once"),
        )
        indexes = (
            models.Index(
                fields=["folded"], name="polls_synonym_prefix", opclasses=["varchar_pattern_ops"]
            ),
            # Without a pending list: after a bulk load each search would read the whole list.
            GinIndex(fields=["trigrams"], name="polls_synonym_trigrams", fastupdate=False),
        )


class VocabularyWord(models.Model):
    """A word of the vocabulary, with each form that has one letter deleted.

    A misspelt word shares one of these forms with the right word, so the index finds it by
    equality (symmetric deletion).
    """

    text = models.CharField(max_length=200, primary_key=True)
    deletions = ArrayField(models.CharField(max_length=200), default=list)

    class Meta:
        ordering = ("text",)
        indexes = (
            GinIndex(fields=["deletions"], name="polls_word_deletions", fastupdate=False),
            models.Index(
                fields=["text"], name="polls_word_prefix", opclasses=["varchar_pattern_ops"]
            ),
        )

    def __str__(self) -> str:
        return self.text
