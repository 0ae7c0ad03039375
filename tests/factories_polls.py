"""Polls as publishing and answering create them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cases.drafts.content import DiagnosisPollContent, DraftContent, OpinionPollContent
from cases.models import Case
from polls.models import AnswerOption, Concept, ConceptSource, Poll, PollKind, Synonym
from polls.selectors.released_answers import RELEASE_STEP
from polls.services import AnswerInput, create_case_polls, submit_answer
from polls.vocabulary.folding import fold
from polls.vocabulary.spelling import trigrams
from sermo.members.viewer import Viewer
from tests.factories import make_case, make_viewer


def make_poll(author: Viewer, *labels: str, guess: Sequence[str] = (), **case: Any) -> Poll:
    """A diagnosis poll in a new case; `guess` is the author's own answer."""
    content = DraftContent(diagnosis_poll=DiagnosisPollContent(labels, tuple(guess)))
    return _create(author, make_case(author, **case), content, PollKind.DIAGNOSIS)


def make_opinion_poll(author: Viewer, *labels: str, multiple: bool = False, **case: Any) -> Poll:
    """An opinion poll in a new case without a diagnosis poll."""
    content = DraftContent(opinion_poll=OpinionPollContent("What next?", labels, multiple))
    return _create(author, make_case(author, **case), content, PollKind.OPINION)


def _create(author: Viewer, case: Case, content: DraftContent, kind: PollKind) -> Poll:
    create_case_polls(case=case, viewer=author, content=content)
    return Poll.objects.select_related("case").get(case=case, kind=kind)


def case_of(poll: Poll) -> Case:
    assert poll.case is not None
    return poll.case


def make_concept(name: str, *synonyms: str, specialty: str = "") -> Concept:
    concept = Concept.objects.create(name=name, source=ConceptSource.STARTER, specialty=specialty)
    for text in (name, *synonyms):
        Synonym.objects.create(
            concept=concept, text=text, folded=fold(text), trigrams=trigrams(fold(text))
        )
    return concept


def option(poll: Poll, label: str) -> AnswerOption:
    return AnswerOption.objects.get(poll=poll, label=label)


def fill_step(poll: Poll, *labels: str, n: int = RELEASE_STEP) -> None:
    """So many members answer this; five are one step of what lists and breakdowns show."""
    for number in range(n):
        answer(
            make_viewer(f"filler-{poll.public_id[:6]}-{number}", specialty="surgery"), poll, *labels
        )


def answer(
    viewer: Viewer, poll: Poll, *labels: str, is_change: bool = False, **fields: Any
) -> None:
    """Submit an answer with these options, best first; a new diagnosis is given as `added`."""
    submit_answer(
        viewer=viewer,
        poll=poll,
        answer=AnswerInput([option(poll, label) for label in labels], **fields),
        is_change=is_change,
    )
