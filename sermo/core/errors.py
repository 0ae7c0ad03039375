"""Errors of business rules: an HTTP status, and one sentence for the person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class DomainError(Exception):
    """A rule refused the request. Each rule has a subclass, named for it.

    Services raise it, views do not catch it; `sermo.core.middleware.domain_errors` shows the
    sentence.
    """

    status = 409
    sentence: str | _StrPromise = _("This cannot be done now.")
    # Seconds after which the same request may succeed (the header Retry-After); None if unknown.
    retry_after: int | None = None

    def __init__(self, sentence: str | _StrPromise | None = None) -> None:
        self.sentence = sentence or self.sentence
        super().__init__(self.sentence)

    def __str__(self) -> str:
        return str(self.sentence)


class NotAllowed(DomainError):
    """The account may not do this."""

    status = 403
    sentence = _("Your account does not allow this.")


class TooMany(DomainError):
    """A rate limit was reached."""

    status = 429
    retry_after = 60
    sentence = _("That was too often. Please wait a little and try again.")


class SentBefore(DomainError):
    """A form was sent again with the same idempotency key and other words."""

    sentence = _("You sent this form before, with other words. Your new words are not sent yet.")
