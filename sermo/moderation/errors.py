from __future__ import annotations

from sermo.core.errors import DomainError


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
