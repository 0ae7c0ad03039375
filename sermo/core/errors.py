"""A rule that says no: a status and one sentence for the person, named for the rule."""

from __future__ import annotations


class DomainError(Exception):
    """Raised by services, never caught by views; the middleware shows it as page or part."""

    status = 409
    sentence = "This cannot be done now."

    def __init__(self, sentence: str | None = None) -> None:
        super().__init__(sentence or self.sentence)
        self.sentence = sentence or self.sentence


class NotAllowed(DomainError):
    status = 403
    sentence = "Your account does not allow this."


class TooMany(DomainError):
    status = 429
    sentence = "That was too often. Please wait a little and try again."
