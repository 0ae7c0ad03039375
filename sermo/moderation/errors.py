from __future__ import annotations

from sermo.core.errors import DomainError, TooMany


class OwnItem(DomainError):
    status = 403
    sentence = "You wrote this yourself; another moderator decides."


class SanctionClosed(DomainError):
    sentence = "This has been decided already."


class SecondModeratorNeeded(DomainError):
    status = 403
    sentence = "Somebody else must confirm what you asked for."


class SanctionPending(DomainError):
    sentence = "A suspension for this item is already waiting."


class TooManyReports(TooMany):
    sentence = "These were many reports in a short time. Please wait a little, or write to us."
