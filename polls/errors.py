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


class AlreadyRevised(DomainError):
    sentence = (
        "You have changed your answer once since you saw the others. An update by the author "
        "opens it again."
    )


class NotAQuestion(DomainError):
    status = 422
    sentence = "A poll needs a question and two answers or more."


class CannotMerge(DomainError):
    status = 422
    sentence = "A diagnosis cannot be merged into itself, nor into what counts under it."


class WeekTaken(DomainError):
    sentence = "That week has its question already."


class TooManyPolls(TooMany):
    sentence = "Three polls a day are the most. Please ask again tomorrow."


class NotAName(DomainError):
    status = 422
    sentence = "Write the diagnosis in words."


class TooOften(TooMany):
    sentence = "You have changed this answer very often. Please wait an hour."
