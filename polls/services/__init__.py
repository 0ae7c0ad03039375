"""What people do with polls."""

from __future__ import annotations

from polls.services.concepts import load_vocabulary, resolve_concept
from polls.services.opening import decline_guess, open_community_poll, open_for_case
from polls.services.outcome import name_outcome
from polls.services.voting import cast_vote

__all__ = [
    "cast_vote",
    "decline_guess",
    "load_vocabulary",
    "name_outcome",
    "open_community_poll",
    "open_for_case",
    "resolve_concept",
]
