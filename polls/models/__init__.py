"""Polls, their answers and the vocabulary of diagnoses.

One engine serves two kinds of poll: the diagnosis of a case, answered with a ranking, and opinion
polls, in which members vote for fixed options. An answer carries a pseudonym, never a member.
"""

from __future__ import annotations

from polls.models.answers import MAX_RANKS, Answer, AnswerRound, RankedOption, WaitingAnswer
from polls.models.concepts import Concept, ConceptMerge, ConceptSource, Synonym, VocabularyWord
from polls.models.decisive_tests import ConditionalChange, DecisiveTest, RiskFlag
from polls.models.polls import AnswerOption, Poll, PollKind
from polls.models.quizzes import QuizAnswer
from polls.models.released import ReleasedAnswers

__all__ = [
    "MAX_RANKS",
    "Answer",
    "AnswerOption",
    "AnswerRound",
    "Concept",
    "ConceptMerge",
    "ConceptSource",
    "ConditionalChange",
    "DecisiveTest",
    "Poll",
    "PollKind",
    "QuizAnswer",
    "RankedOption",
    "ReleasedAnswers",
    "RiskFlag",
    "Synonym",
    "VocabularyWord",
    "WaitingAnswer",
]
