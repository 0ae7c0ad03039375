"""The rules of verification that say no."""

from __future__ import annotations

from sermo.core.errors import DomainError, NotAllowed, TooMany


class NotAnswerable(DomainError):
    sentence = "Nothing is asked of you at the moment. This page shows where your application is."


class CannotChange(DomainError):
    sentence = "Your application is being checked, so its details cannot be changed now."


class NotComplete(DomainError):
    status = 422
    sentence = "Something is still missing. The list shows which step."


class EmailNotConfirmed(DomainError):
    sentence = "Please confirm your e-mail address first; then send your application."


class AlreadyVerified(DomainError):
    sentence = "You are already verified."


class BadDocument(DomainError):
    status = 422
    sentence = "This file is not a picture (JPEG, PNG, WebP) or a PDF. Nothing was stored."


class DocumentTooLarge(DomainError):
    status = 422
    sentence = "This file is larger than 15 MB. A photograph taken by phone is small enough."


class TooManyDocuments(DomainError):
    sentence = "Six files are the most. Remove one first."


class WrongCode(DomainError):
    status = 422
    sentence = "This is not the code, or it is no longer valid. Please try again."


class TooManyCodes(TooMany):
    sentence = "No more codes can be sent. A reviewer will look at your application instead."


class TooSoon(TooMany):
    sentence = "A code is on its way. You can ask for another in a few minutes."


class BadSecretNumber(DomainError):
    status = 422
    sentence = "A social security number has nine digits. Please look at it again."


class CannotAppeal(DomainError):
    sentence = "This decision cannot be appealed here, or the 30 days for it have passed."


class Moved(DomainError):
    sentence = "This application moved on in the meantime. Please look at it again."


class ClaimedByAnother(DomainError):
    sentence = "Another reviewer is working on this application."


class NotClaimed(DomainError):
    sentence = "Your time for this application has ended. Take it again to go on."


class NotYourOwn(NotAllowed):
    sentence = "Nobody decides on their own application, nor on an appeal against themselves."


class TooLateToUndo(DomainError):
    sentence = "The moment in which this could be undone has passed."


class NotBound(DomainError):
    status = 422
    sentence = (
        "Nothing ties this person to the licence yet. Look at a document that does, or ask for one."
    )


class NeedsAnother(NotAllowed):
    sentence = "A second reviewer must confirm this decision."
