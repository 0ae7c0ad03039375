"""What members and moderators do with polls."""

from __future__ import annotations

from polls.services.answers import AnswerInput, submit_answer
from polls.services.concept_merges import merge_concepts, undo_merge
from polls.services.concepts import get_or_create_concept
from polls.services.create_poll import (
    CommunityPollInput,
    create_case_polls,
    create_community_poll,
    create_site_poll,
    open_case_polls,
)
from polls.services.decisive_tests import report_test_result
from polls.services.outcomes import link_outcome_to_concept, link_outcomes_to_concepts
from polls.services.risk_flags import flag_risk
from polls.services.skip_answer import decline_answer
from polls.services.vocabulary import load_vocabulary

__all__ = [
    "AnswerInput",
    "CommunityPollInput",
    "create_case_polls",
    "create_community_poll",
    "create_site_poll",
    "decline_answer",
    "flag_risk",
    "get_or_create_concept",
    "link_outcome_to_concept",
    "link_outcomes_to_concepts",
    "load_vocabulary",
    "merge_concepts",
    "open_case_polls",
    "report_test_result",
    "submit_answer",
    "undo_merge",
]
