"""What people do with polls."""

from __future__ import annotations

from polls.services.concepts import load_vocabulary, resolve_concept
from polls.services.findings import flag_harm, tell_finding
from polls.services.merging import merge, unmerge
from polls.services.opening import (
    ask_community,
    decline_guess,
    hide_poll,
    open_community_poll,
    open_for_case,
)
from polls.services.outcome import name_outcome, name_outcomes
from polls.services.voting import cast_vote

__all__ = [
    "ask_community",
    "cast_vote",
    "decline_guess",
    "flag_harm",
    "hide_poll",
    "load_vocabulary",
    "merge",
    "name_outcome",
    "name_outcomes",
    "open_community_poll",
    "open_for_case",
    "resolve_concept",
    "tell_finding",
    "unmerge",
]
