"""Ballots: one engine for diagnoses and opinions (CONSULT.md §2). A ballot carries only a tag."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Comment
from sermo.core import specialties
from sermo.core.fields import BytesField
from sermo.core.ids import PUBLIC_ID_LENGTH, new_public_id
from sermo.members.models import Member
from sermo.members.pseudonyms import PSEUDONYM_BYTES

MOST_RANKS = 5


class Source(models.TextChoices):
    """Where a concept came from; free text stays possible."""

    STARTER = "starter", _("own starter list")
    ICD10CM = "icd10cm", _("ICD-10-CM")
    HPO = "hpo", _("HPO annotation")
    FREE = "free", _("free text")


class Concept(models.Model):
    """One diagnosis, under which every spelling of it counts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    code = models.CharField(max_length=20, blank=True)
    source = models.CharField(max_length=10, choices=Source.choices)
    specialty = models.CharField(max_length=40, choices=specialties.choices, blank=True)
    # A moderator's merge points here and can be undone; answers keep where they came from.
    merged_into = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="merged"
    )

    class Meta:
        ordering = ("name", "id")

    def __str__(self) -> str:
        return self.name


class Merge(models.Model):
    """One merge by a moderator, and what it takes to undo it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    public_id = models.CharField(
        max_length=PUBLIC_ID_LENGTH, unique=True, default=new_public_id, editable=False
    )
    concept = models.ForeignKey(Concept, models.CASCADE, related_name="merges")
    into = models.ForeignKey(Concept, models.CASCADE, related_name="taken_in")
    # What counted under the concept before, and counts under the other one meanwhile.
    followers = ArrayField(models.UUIDField(), default=list)
    merged_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-merged_at", "id")
        constraints = (
            models.UniqueConstraint(
                fields=["concept"],
                condition=Q(undone_at__isnull=True),
                name="polls_merge_one_standing",
            ),
        )

    def __str__(self) -> str:
        return f"merge {self.public_id}"


class Synonym(models.Model):
    """A spelling of a concept, its own name included, folded for look-up."""

    concept = models.ForeignKey(Concept, models.CASCADE, related_name="synonyms")
    text = models.CharField(max_length=200)
    folded = models.CharField(max_length=200)
    # Runs of three letters, for misspellings: the embedded PostgreSQL ships without pg_trgm.
    trigrams = ArrayField(models.CharField(max_length=3), default=list)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["concept", "folded"], name="polls_synonym_once"),
        )
        indexes = (
            models.Index(
                fields=["folded"], name="polls_synonym_prefix", opclasses=["varchar_pattern_ops"]
            ),
            # No pending list: after a load every look-up would read the whole of it.
            GinIndex(fields=["trigrams"], name="polls_synonym_trigrams", fastupdate=False),
        )


class Word(models.Model):
    """A word of the vocabulary, with what is left of it when one letter is missing.

    A misspelt word shares one of these with the right one; the index finds it by equality.
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


class PollKind(models.TextChoices):
    DIAGNOSIS = "diagnosis", _("diagnosis poll")
    OPINION = "opinion", _("opinion poll")


class Poll(models.Model):
    """A question with options; in a case, or on its own in the community."""

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
    # How long it waited for its first answer, in bands; nothing where nobody has answered.
    answered_within = models.DurationField(null=True, blank=True, editable=False)
    # A community poll ends by itself then.
    closes_at = models.DateTimeField(null=True, blank=True)
    # Asked under a handle, always; nobody for the weekly question, which moderators set.
    asked_by = models.ForeignKey(
        Member, models.SET_NULL, null=True, blank=True, related_name="polls_asked"
    )
    # The Monday of the week whose question it is.
    week = models.DateField(null=True, blank=True, unique=True)
    hidden_at = models.DateTimeField(null=True, blank=True)
    idempotency_key = models.UUIDField(unique=True, null=True, blank=True, editable=False)

    class Meta:
        ordering = ("opened_at", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(case__isnull=True)
                | Q(asked_by__isnull=True, week__isnull=True, closes_at__isnull=True),
                name="polls_poll_of_a_case_is_asked_by_it",
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


class Option(models.Model):
    """One answer on offer. Append-only: a changed wording is a new option."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    poll = models.ForeignKey(Poll, models.CASCADE, related_name="options")
    concept = models.ForeignKey(
        Concept, models.PROTECT, null=True, blank=True, related_name="options"
    )
    label = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField(default=0)
    # Added by an answerer, therefore sealed with the answers: shown only after one's own.
    is_sealed = models.BooleanField(default=False)

    class Meta:
        ordering = ("position", "id")
        constraints = (
            models.UniqueConstraint(
                fields=["poll", "concept"],
                condition=Q(concept__isnull=False),
                name="polls_option_one_per_concept",
            ),
            models.UniqueConstraint(
                fields=["poll", "label"],
                condition=Q(concept__isnull=True),
                name="polls_option_one_per_label",
            ),
        )

    def __str__(self) -> str:
        return self.label


class Round(models.IntegerChoices):
    """One: before anything was seen. Two: after the reveal; round one never changes."""

    BLIND = 1, _("before seeing others")
    OPEN = 2, _("after seeing others")


class Ballot(models.Model):
    """One tag's answer in one round of one poll. Nothing in it says when it was given."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    poll = models.ForeignKey(Poll, models.CASCADE, related_name="ballots")
    pseudonym = BytesField(max_length=PSEUDONYM_BYTES, editable=False)
    round = models.PositiveSmallIntegerField(choices=Round.choices)
    # 1 to 5, or not given.
    confidence = models.PositiveSmallIntegerField(null=True, blank=True)
    # The credential line when cast, frozen.
    specialty = models.CharField(max_length=40, blank=True)
    by_case_author = models.BooleanField(default=False)
    # What the answerer's record in this specialty weighs, in quarters (4 is 1): computed in their
    # own session when they answer, and too coarse to tell who they are.
    record_quarters = models.PositiveSmallIntegerField(default=4)
    # How many updates of the case its giver could have read: one revision for each of them.
    after_updates = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=["poll", "pseudonym", "round"], name="polls_ballot_once_per_pseudonym"
            ),
            models.CheckConstraint(
                condition=Q(confidence__isnull=True) | Q(confidence__range=(1, 5)),
                name="polls_ballot_confidence_1_to_5",
            ),
            models.CheckConstraint(
                condition=Q(round__in=Round.values), name="polls_ballot_two_rounds"
            ),
            models.CheckConstraint(
                condition=Q(record_quarters__range=(2, 8)), name="polls_ballot_record_half_to_two"
            ),
        )


class Rank(models.Model):
    """One line of a ballot: rank 1 is the first choice; an opinion poll's choices all rank 1."""

    ballot = models.ForeignKey(Ballot, models.CASCADE, related_name="ranks")
    option = models.ForeignKey(Option, models.PROTECT, related_name="ranks")
    rank = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("rank", "id")
        constraints = (
            models.UniqueConstraint(fields=["ballot", "option"], name="polls_rank_option_once"),
            models.CheckConstraint(
                condition=Q(rank__range=(1, MOST_RANKS)), name="polls_rank_1_to_5"
            ),
        )


class Finding(models.Model):
    """Something answerers would like to know: together, the author's list of what to ask next."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    public_id = models.CharField(
        max_length=PUBLIC_ID_LENGTH, unique=True, default=new_public_id, editable=False
    )
    poll = models.ForeignKey(Poll, models.CASCADE, related_name="findings")
    text = models.CharField(max_length=200)
    folded = models.CharField(max_length=200)
    # The author has told it in an update; who asked for it is invited to revise.
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=["poll", "folded"], name="polls_finding_once_per_poll"),
        )

    def __str__(self) -> str:
        return f"finding {self.public_id}"


class MindChange(models.Model):
    """Finding X would move me to B: part of one ballot, and as nameless."""

    ballot = models.OneToOneField(Ballot, models.CASCADE, related_name="mind_change")
    finding = models.ForeignKey(Finding, models.CASCADE, related_name="mind_changes")
    to_option = models.ForeignKey(
        Option, models.PROTECT, null=True, blank=True, related_name="mind_changes"
    )

    class Meta:
        ordering = ("id",)


class HarmFlag(models.Model):
    """A warning at a suggested treatment or test. Its words are a comment of the case."""

    comment = models.OneToOneField(Comment, models.CASCADE, related_name="harm_flag")
    option = models.ForeignKey(
        Option, models.CASCADE, null=True, blank=True, related_name="harm_flags"
    )
    finding = models.ForeignKey(
        Finding, models.CASCADE, null=True, blank=True, related_name="harm_flags"
    )

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(option__isnull=False, finding__isnull=True)
                | Q(option__isnull=True, finding__isnull=False),
                name="polls_harm_flag_at_one_thing",
            ),
        )
