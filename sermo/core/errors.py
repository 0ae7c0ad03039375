"""A rule that says no: a status and one sentence for the person, named for the rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class DomainError(Exception):
    """Raised by services, never caught by views; the middleware shows it as page or part."""

    status = 409
    sentence: str | _StrPromise = _("This cannot be done now.")

    def __init__(self, sentence: str | _StrPromise | None = None) -> None:
        self.sentence = sentence or self.sentence
        super().__init__(self.sentence)

    def __str__(self) -> str:
        return str(self.sentence)


class NotAllowed(DomainError):
    status = 403
    sentence = _("Your account does not allow this.")


class TooMany(DomainError):
    status = 429
    sentence = _("That was too often. Please wait a little and try again.")
