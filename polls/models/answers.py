"""Answers of members. An answer carries a pseudonym, never a member."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from polls.models.polls import AnswerOption, Poll
from sermo.core.fields import BytesField
from sermo.members.pseudonyms import PSEUDONYM_BYTES

MAX_RANKS = 5


class AnswerRound(models.IntegerChoices):
    """Blind: given before the member saw other answers; it never changes. Later: given after."""

    BLIND = 1, _("before seeing others")
    LATER = 2, _("after seeing others")


class AbstractAnswer(models.Model):
    """What counted and waiting answers have in common. No member, and no time of answering."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
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
        abstract = True
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=["poll", "pseudonym", "round"], name="polls_%(class)s_once_per_pseudonym"
            ),
            models.CheckConstraint(
                condition=Q(confidence__isnull=True) | Q(confidence__range=(1, 5)),
                name="polls_%(class)s_confidence_1_to_5",
            ),
            models.CheckConstraint(
                condition=Q(round__in=AnswerRound.values), name="polls_%(class)s_two_rounds"
            ),
            models.CheckConstraint(
                condition=Q(record_weight_quarters__range=(2, 8)),
                name="polls_%(class)s_record_weight_half_to_two",
            ),
        )


class Answer(AbstractAnswer):
    """One member's answer in one round of one poll, as it counts. The member is not stored."""

    poll = models.ForeignKey(Poll, models.CASCADE, related_name="answers")


class WaitingAnswer(AbstractAnswer):
    """An answer until its mark: all of it is in this row, and no other row tells of it.

    At the mark it becomes an `Answer` with a new key, beside an earlier one of the other round or
    in place of one of the same round (polls.services.counting).
    """

    poll = models.ForeignKey(Poll, models.CASCADE, related_name="waiting_answers")
    # The mark from which the answer counts.
    appears_at = models.DateTimeField(db_index=True)
    # Keys of options of the poll, best first, without the added one.
    ranked = ArrayField(models.UUIDField())
    # A diagnosis that is no option yet, and its index among the ranked ones.
    added = models.CharField(max_length=200, blank=True)
    added_at = models.PositiveSmallIntegerField(default=0)
    decisive_test = models.CharField(max_length=200, blank=True)
    changes_to = models.ForeignKey(
        AnswerOption, models.CASCADE, null=True, blank=True, related_name="+"
    )
    notifies_followers = models.BooleanField(default=False)


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
