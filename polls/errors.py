"""Rules of polls that say no."""

from __future__ import annotations

from sermo.core.errors import DomainError, TooMany


class PollClosed(DomainError):
    sentence = "This poll has closed."


class NothingChosen(DomainError):
    status = 422
    sentence = "Choose one answer, or add one."


class NotAnOption(DomainError):
    status = 422
    sentence = "That answer is not part of this poll."


class OnlyOneChoice(DomainError):
    status = 422
    sentence = "Choose one answer."


class NotAName(DomainError):
    status = 422
    sentence = "Write the diagnosis in words."


class TooOften(TooMany):
    sentence = "You have changed this answer very often. Please wait an hour."
