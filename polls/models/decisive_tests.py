"""Tests that would change an answer, and warnings that something is risky."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from cases.models import Comment
from polls.models.answers import Answer
from polls.models.polls import AnswerOption, Poll
from sermo.core.ids import PUBLIC_ID_LENGTH, new_public_id


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
