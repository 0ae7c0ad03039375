"""Rules of polls that refuse a request, each with its status and one sentence for the member."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sermo.core.errors import DomainError


class PollClosed(DomainError):
    sentence = _("This poll has closed.")


class NoOptionChosen(DomainError):
    status = 422
    sentence = _("Choose one answer, or add one.")


class UnknownOption(DomainError):
    status = 422
    sentence = _("That answer is not part of this poll.")


class SingleChoiceOnly(DomainError):
    status = 422
    sentence = _("Choose one answer.")


class AnsweredBefore(DomainError):
    """A page that is older than the member's answer sent another one."""

    sentence = _("You have answered already, in another window. To change that answer, send again.")


class AnswerAlreadyChanged(DomainError):
    sentence = _(
        "You have changed your answer once since you saw the others. An update by the author "
        "opens it again."
    )


class InvalidPoll(DomainError):
    status = 422
    sentence = _("A poll needs a question and two answers or more.")


class InvalidMerge(DomainError):
    status = 422
    sentence = _("A diagnosis cannot be merged into itself, nor into what counts under it.")


class WeekAlreadyTaken(DomainError):
    sentence = _("That week has its question already.")


class InvalidDiagnosisName(DomainError):
    status = 422
    sentence = _("Write the diagnosis in words.")
