"""Rules of polls that say no."""

from __future__ import annotations

from sermo.core.errors import DomainError


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


class TooManyOptions(DomainError):
    status = 422
    sentence = "This poll has as many diagnoses as it can hold. Please choose one of them."
