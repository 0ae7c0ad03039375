"""A member's answers to quizzes, which only the member can find and decrypt."""

from __future__ import annotations

from django.db import models

from sermo.core.fields import BytesField
from sermo.members.pseudonyms import PSEUDONYM_BYTES


class QuizAnswer(models.Model):
    """One member's answer to one solved case as a quiz. It holds no case, no member and no time.

    It counts in no result, because the outcome was known when it was given.
    """

    # The member's pseudonym for this quiz.
    locator = BytesField(max_length=PSEUDONYM_BYTES, primary_key=True, editable=False)
    ciphertext = BytesField(editable=False)

    class Meta:
        ordering = ("locator",)
