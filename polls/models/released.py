"""What lists and breakdowns of a poll show: its answers at the last step."""

from __future__ import annotations

from django.db import models

from polls.models.polls import Poll


class ReleasedAnswers(models.Model):
    """A copy of a poll's answers without pseudonyms, replaced in steps of several answers.

    Exports and breakdowns read this copy, so that two looks at them differ by several answers at
    once (decision 0036). `members` has one entry for each member, ordered by content
    (`polls.selectors.released_answers`).
    """

    poll = models.OneToOneField(Poll, models.CASCADE, primary_key=True, related_name="released")
    members = models.JSONField(default=list)

    class Meta:
        ordering = ("poll",)

    def __str__(self) -> str:
        return f"released answers of {self.poll_id}"
