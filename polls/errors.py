"""Rules of polls that say no."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sermo.core.errors import DomainError, TooMany


class PollClosed(DomainError):
    sentence = _("This poll has closed.")


class NothingChosen(DomainError):
    status = 422
    sentence = _("Choose one answer, or add one.")


class NotAnOption(DomainError):
    status = 422
    sentence = _("That answer is not part of this poll.")


class OnlyOneChoice(DomainError):
    status = 422
    sentence = _("Choose one answer.")


class AlreadyRevised(DomainError):
    sentence = _(
        "You have changed your answer once since you saw the others. An update by the author "
        "opens it again."
    )


class NotAQuestion(DomainError):
    status = 422
    sentence = _("A poll needs a question and two answers or more.")


class CannotMerge(DomainError):
    status = 422
    sentence = _("A diagnosis cannot be merged into itself, nor into what counts under it.")


class WeekTaken(DomainError):
    sentence = _("That week has its question already.")


class TooManyPolls(TooMany):
    sentence = _("Three polls a day are the most. Please ask again tomorrow.")


class NotAName(DomainError):
    status = 422
    sentence = _("Write the diagnosis in words.")


class TooOften(TooMany):
    sentence = _("You have changed this answer very often. Please wait an hour.")
