"""Refusals: each is a status code and one sentence for the person."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sermo.core.errors import DomainError, NotAllowed, TooMany


class NoAnswerExpected(DomainError):
    sentence = _(
        "Nothing is asked of you at the moment. This page shows where your application is."
    )


class ApplicationLocked(DomainError):
    sentence = _("Your application is being checked, so its details cannot be changed now.")


class ApplicationIncomplete(DomainError):
    status = 422
    sentence = _("Something is still missing. The list shows which step.")


class EmailNotConfirmed(DomainError):
    sentence = _("Please confirm your e-mail address first; then send your application.")


class AlreadyVerified(DomainError):
    sentence = _("You are already verified.")


class UnsupportedDocument(DomainError):
    status = 422
    sentence = _("This file is not a picture (JPEG, PNG, WebP) or a PDF. Nothing was stored.")


class DocumentTooLarge(DomainError):
    status = 422
    sentence = _("This file is larger than 15 MB. A photograph taken by phone is small enough.")


class TooManyDocuments(DomainError):
    sentence = _("Six files are the most. Remove one first.")


class TooManyCodes(TooMany):
    sentence = _("No more codes can be sent. A reviewer will look at your application instead.")


class CodeSentRecently(TooMany):
    sentence = _("A code is on its way. You can ask for another in a few minutes.")


class InvalidSsn(DomainError):
    status = 422
    sentence = _("A social security number has nine digits. Please look at it again.")


class CannotAppeal(DomainError):
    sentence = _("This decision cannot be appealed here, or the 30 days for it have passed.")


class ApplicationChanged(DomainError):
    sentence = _("This application moved on in the meantime. Please look at it again.")


class ClaimedByAnother(DomainError):
    sentence = _("Another reviewer is working on this application.")


class ClaimExpired(DomainError):
    sentence = _("Your time for this application has ended. Take it again to go on.")


class OwnApplication(NotAllowed):
    sentence = _("Nobody decides on their own application, nor on an appeal against themselves.")


class TooLateToUndo(DomainError):
    sentence = _("The moment in which this could be undone has passed.")


class BindingMissing(DomainError):
    status = 422
    sentence = _(
        "Nothing ties this person to the licence yet. Look at a document that does, or ask for one."
    )


class SecondReviewerRequired(NotAllowed):
    sentence = _("A second reviewer must confirm this decision.")
