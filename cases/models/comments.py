"""The discussion of a case, and who has opened its answers."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from cases.models.cases import Case
from cases.models.choices import CommentKind
from sermo.core.fields import BytesField
from sermo.core.ids import PUBLIC_ID_LENGTH, new_public_id
from sermo.members.models import AbstractPost
from sermo.members.pseudonyms import PSEUDONYM_BYTES


class Comment(AbstractPost):
    """A comment, a reply to a comment (one level only), or an update by the author."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    public_id = models.CharField(
        max_length=PUBLIC_ID_LENGTH, unique=True, default=new_public_id, editable=False
    )
    case = models.ForeignKey(Case, models.CASCADE, related_name="comments")
    parent = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="replies"
    )
    quoted = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    # The order within the case, counted by CaseStats.last_position. Given when it appears, so that
    # no number tells of a comment that still waits.
    position = models.PositiveIntegerField(null=True, blank=True)
    kind = models.CharField(max_length=8, choices=CommentKind.choices, default=CommentKind.COMMENT)
    text = models.TextField(max_length=8000)
    # Only for readers who have answered or skipped their answer (docs/design/consult.md).
    hidden_until_answer = models.BooleanField(default=False)
    by_case_author = models.BooleanField(default=False)
    n_helpful = models.PositiveIntegerField(default=0)

    class Meta(AbstractPost.Meta):
        ordering = ("position",)
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            *AbstractPost.Meta.constraints,
            models.UniqueConstraint(
                fields=["case", "position"], name="cases_comment_position_once_per_case"
            ),
            models.CheckConstraint(
                condition=Q(position__isnull=True, appears_at__isnull=False)
                | Q(position__isnull=False, appears_at__isnull=True),
                name="cases_comment_position_once_it_appears",
            ),
        )
        indexes = (
            models.Index(
                fields=["appears_at"],
                condition=Q(appears_at__isnull=False),
                name="cases_comment_to_appear",
            ),
        )

    def __str__(self) -> str:
        return f"comment {self.public_id}"

    def get_absolute_url(self) -> str:
        return f"{self.case.get_absolute_url()}#c-{self.public_id}"


class HelpfulMark(models.Model):
    """A reader found the comment helpful. Only the count is shown."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="helpful_marks")
    pseudonym = BytesField(max_length=PSEUDONYM_BYTES)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["comment", "pseudonym"], name="cases_helpfulmark_once_per_reader"
            ),
        )


class AnswerReveal(models.Model):
    """A reader has answered this case or skipped the answer, and now sees all answers."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="answer_reveals")
    pseudonym = BytesField(max_length=PSEUDONYM_BYTES)
    skipped_answer = models.BooleanField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["case", "pseudonym"], name="cases_answerreveal_once_per_reader"
            ),
        )
