"""Polls as publishing and answering leave them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cases.models import Case
from polls.folding import fold, trigrams
from polls.models import Concept, Option, Poll, PollKind, Source, Synonym
from polls.services import cast_vote, open_for_case
from sermo.members.viewer import Viewer
from tests.factories import make_case


def make_poll(author: Viewer, *labels: str, guess: Sequence[str] = (), **case: Any) -> Poll:
    """A diagnosis poll on a case of its own."""
    diagnosis = {"options": list(labels), "own_guess": list(guess), "confidence": None}
    return _open(author, make_case(author, **case), {"diagnosis": diagnosis}, PollKind.DIAGNOSIS)


def make_opinion(author: Viewer, *labels: str, multiple: bool = False, **case: Any) -> Poll:
    """An opinion poll on a case without a diagnosis poll."""
    opinion = {"question": "What next?", "options": list(labels), "multiple": multiple}
    return _open(author, make_case(author, **case), {"opinion": opinion}, PollKind.OPINION)


def _open(author: Viewer, case: Case, payload: dict[str, Any], kind: PollKind) -> Poll:
    open_for_case(case=case, viewer=author, payload=payload)
    return Poll.objects.select_related("case").get(case=case, kind=kind)


def case_of(poll: Poll) -> Case:
    assert poll.case is not None
    return poll.case


def make_concept(name: str, *synonyms: str, specialty: str = "") -> Concept:
    concept = Concept.objects.create(name=name, source=Source.STARTER, specialty=specialty)
    for text in (name, *synonyms):
        Synonym.objects.create(
            concept=concept, text=text, folded=fold(text), trigrams=trigrams(fold(text))
        )
    return concept


def option(poll: Poll, label: str) -> Option:
    return Option.objects.get(poll=poll, label=label)


def answer(viewer: Viewer, poll: Poll, *labels: str, **said: Any) -> None:
    """A ballot naming these, best first; those not on offer have to be given as `added`."""
    cast_vote(viewer=viewer, poll=poll, ranked=[option(poll, one) for one in labels], **said)
