"""Polls, their answers and the vocabulary of diagnoses.

One engine serves two kinds of poll: the diagnosis of a case, answered with a ranking, and opinion
polls, in which members vote for fixed options. An answer carries a pseudonym, never a member.
"""

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

MAX_RANKS = 5


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


class AnswerRound(models.IntegerChoices):
    """Blind: given before the member saw other answers; it never changes. Later: given after."""

    BLIND = 1, _("before seeing others")
    LATER = 2, _("after seeing others")


class Answer(models.Model):
    """One member's answer in one round of one poll. It holds no time and no member."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    poll = models.ForeignKey(Poll, models.CASCADE, related_name="answers")
    # 16 bytes, computed by Viewer.pseudonym for this poll; only the member can compute them.
    pseudonym = BytesField(max_length=PSEUDONYM_BYTES, editable=False)
    round = models.PositiveSmallIntegerField(choices=AnswerRound.choices)
    # 1 (guess) to 5 (certain), or not stated.
    confidence = models.PositiveSmallIntegerField(null=True, blank=True)
    # The member's specialty when the answer was given.
    specialty = models.CharField(max_length=40, blank=True)
    is_by_case_author = models.BooleanField(default=False)
    # The member's record weight in this specialty, in quarters (4 is a weight of 1). Computed in
    # the member's session when the answer is given, and too coarse to identify them.
    record_weight_quarters = models.PositiveSmallIntegerField(default=4)
    # How many updates the case had when the answer was given. Each later one allows one change.
    updates_seen = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=["poll", "pseudonym", "round"], name="polls_answer_once_per_pseudonym"
            ),
            models.CheckConstraint(
                condition=Q(confidence__isnull=True) | Q(confidence__range=(1, 5)),
                name="polls_answer_confidence_1_to_5",
            ),
            models.CheckConstraint(
                condition=Q(round__in=AnswerRound.values), name="polls_answer_two_rounds"
            ),
            models.CheckConstraint(
                condition=Q(record_weight_quarters__range=(2, 8)),
                name="polls_answer_record_weight_half_to_two",
            ),
        )


class RankedOption(models.Model):
    """One option in an answer. Rank 1 is the first choice; in an opinion poll all ranks are 1."""

    answer = models.ForeignKey(Answer, models.CASCADE, related_name="ranked_options")
    option = models.ForeignKey(AnswerOption, models.PROTECT, related_name="ranked_options")
    rank = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("rank", "id")
        constraints = (
            models.UniqueConstraint(
                fields=["answer", "option"], name="polls_rankedoption_once_per_answer"
            ),
            models.CheckConstraint(
                condition=Q(rank__range=(1, MAX_RANKS)), name="polls_rankedoption_rank_1_to_5"
            ),
        )


class DecisiveTest(models.Model):
    """A test or finding that would change at least one member's answer."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    public_id = models.CharField(
        max_length=PUBLIC_ID_LENGTH, unique=True, default=new_public_id, editable=False
    )
    poll = models.ForeignKey(Poll, models.CASCADE, related_name="decisive_tests")
    text = models.CharField(max_length=200)
    folded = models.CharField(max_length=200)
    # When the author reported the result in an update of the case.
    reported_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=["poll", "folded"], name="polls_decisivetest_once_per_poll"
            ),
        )

    def __str__(self) -> str:
        return f"test {self.public_id}"


class ConditionalChange(models.Model):
    """Part of an answer: which test would change it, and to which option if that is known."""

    answer = models.OneToOneField(Answer, models.CASCADE, related_name="conditional_change")
    decisive_test = models.ForeignKey(
        DecisiveTest, models.CASCADE, related_name="conditional_changes"
    )
    to_option = models.ForeignKey(
        AnswerOption, models.PROTECT, null=True, blank=True, related_name="conditional_changes"
    )

    class Meta:
        ordering = ("id",)


class RiskFlag(models.Model):
    """A warning that an option or a test is risky. Its text is a comment of the case."""

    comment = models.OneToOneField(Comment, models.CASCADE, related_name="risk_flag")
    option = models.ForeignKey(
        AnswerOption, models.CASCADE, null=True, blank=True, related_name="risk_flags"
    )
    decisive_test = models.ForeignKey(
        DecisiveTest, models.CASCADE, null=True, blank=True, related_name="risk_flags"
    )

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(option__isnull=False, decisive_test__isnull=True)
                | Q(option__isnull=True, decisive_test__isnull=False),
                name="polls_riskflag_one_target",
            ),
        )
