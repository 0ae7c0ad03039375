"""Rules of moderation that refuse an action."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sermo.core.errors import DomainError


class OwnPost(DomainError):
    status = 403
    sentence = _("You wrote this yourself; another moderator decides.")


class OwnReport(DomainError):
    status = 403
    sentence = _("You reported this yourself. Another moderator decides.")


class OwnPostReported(DomainError):
    status = 403
    sentence = _("This is your own post. Correct it yourself.")


class ReportAlreadyActedOn(DomainError):
    sentence = _("Somebody has acted on your report. You can no longer undo it.")


class WordsNotInPost(DomainError):
    status = 422
    sentence = _("These words are not in the post. Nothing was reported yet.")


class TooMuchMarked(DomainError):
    status = 422
    sentence = _(
        "One report hides at most 500 characters in 40 places. Mark less. "
        "Nothing of this was reported yet."
    )


class WordsRemain(DomainError):
    status = 422
    sentence = _("Your text still contains reported words. Nothing was changed yet.")


class NewWordsTooLong(DomainError):
    status = 422
    sentence = _("Your new words are too long for this text. Nothing was changed yet.")


class SanctionAlreadyDecided(DomainError):
    sentence = _("This has been decided already.")


class SecondModeratorNeeded(DomainError):
    status = 403
    sentence = _("Somebody else must confirm what you asked for.")


class AuthorUnknown(DomainError):
    sentence = _("This item is too old. Its author can no longer be suspended.")


class SuspensionAlreadyRequested(DomainError):
    sentence = _("A suspension for this item is already waiting.")
