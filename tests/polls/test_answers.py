"""Submitting answers: which are accepted, how often, and which of them count."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier

import pytest
import time_machine
from django.db import connections
from django.utils import timezone

from cases.drafts.content import DiagnosisPollContent, DraftContent, OpinionPollContent
from cases.models import AnswerReveal, Case, CaseStats
from cases.selectors import sees_answers
from cases.services import reveal_answers
from cases.services.comments import add_update
from polls.errors import (
    AnswerAlreadyChanged,
    InvalidDiagnosisName,
    NoOptionChosen,
    PollClosed,
    SingleChoiceOnly,
    UnknownOption,
)
from polls.models import (
    Answer,
    AnswerOption,
    AnswerRound,
    Concept,
    ConceptSource,
    Poll,
    RankedOption,
)
from polls.selectors import poll_page
from polls.services import AnswerInput, create_case_polls, decline_answer, submit_answer
from sermo.members.pseudonyms import answer_reveal_scope, poll_scope
from sermo.members.viewer import Viewer
from sermo.notifications.models import Event
from tests.factories import make_case, make_viewer
from tests.factories_cases import solve
from tests.factories_polls import (
    answer,
    case_of,
    fill_step,
    make_concept,
    make_opinion_poll,
    make_poll,
    option,
)
from tests.waiting import MAX_WAIT_SECONDS

pytestmark = pytest.mark.django_db(databases=["default", "identity"])


def _ranks(row: Answer) -> list[str]:
    return [
        rank.option.label for rank in row.ranked_options.select_related("option").order_by("rank")
    ]


def test_publishing_creates_the_poll_and_hides_the_authors_own_answer(osler: Viewer) -> None:
    poll = make_poll(osler, "Gout", "Septic arthritis", guess=["Pseudogout", "Gout"])

    row = Answer.objects.get(poll=poll)
    assert row.is_by_case_author
    assert _ranks(row) == ["Pseudogout", "Gout"]
    assert option(poll, "Pseudogout").hidden_until_answer
    assert not option(poll, "Gout").hidden_until_answer
    assert sees_answers(osler, case_of(poll))
    assert case_of(poll).hides_answers


def test_a_draft_without_polls_creates_none(osler: Viewer) -> None:
    case = make_case(osler)

    create_case_polls(case=case, viewer=osler, content=DraftContent())

    assert not Poll.objects.exists()
    assert not case.hides_answers


def test_synonyms_of_one_diagnosis_are_one_option(osler: Viewer) -> None:
    make_concept("Myocardial infarction", "MI", "Heart attack")

    poll = make_poll(osler, "MI", "heart attack", "Pericarditis")

    assert [option.label for option in poll.options.all()] == [
        "Myocardial infarction",
        "Pericarditis",
    ]


def test_the_same_form_sent_twice_gives_one_answer(osler: Viewer, blackwell: Viewer) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease")

    for _ in range(2):
        answer(blackwell, poll, "Gout", confidence=4)

    row = Answer.objects.get()
    assert (row.round, row.confidence, _ranks(row)) == (AnswerRound.BLIND, 4, ["Gout"])
    assert CaseStats.objects.get(case=case_of(poll)).n_answers == 1
    assert Event.objects.filter(subject=case_of(poll).pk).count() == 1


def test_an_answer_holds_a_pseudonym_and_neither_member_nor_time(
    osler: Viewer, blackwell: Viewer
) -> None:
    first, other = make_poll(osler, "Gout"), make_poll(osler, "Gout")
    for poll in (first, other):
        answer(blackwell, poll, "Gout")

    pseudonyms = {bytes(row.pseudonym) for row in Answer.objects.all()}

    assert pseudonyms == {blackwell.pseudonym(poll_scope(poll.pk)) for poll in (first, other)}
    named = {field.name for field in Answer._meta.get_fields() if field.is_relation}
    assert named == {"poll", "ranked_options", "conditional_change"}
    dated = {field.name for field in Answer._meta.get_fields() if "Date" in type(field).__name__}
    assert dated == set()


def test_a_poll_stores_the_band_of_its_first_answer(
    osler: Viewer, blackwell: Viewer, garrett: Viewer
) -> None:
    poll = make_poll(osler, "Gout")
    waits = []
    for viewer, hours in ((osler, 0.5), (blackwell, 2), (garrett, 30)):
        with time_machine.travel(poll.opened_at + dt.timedelta(hours=hours)):
            answer(viewer, poll, "Gout")
        poll.refresh_from_db()
        waits.append(poll.first_answer_within)

    # The author's own is no answer; the second one does not lengthen the wait.
    assert waits == [None, dt.timedelta(days=1), dt.timedelta(days=1)]


def test_answers_are_notified_by_one_event_with_the_week(
    osler: Viewer, blackwell: Viewer, garrett: Viewer
) -> None:
    poll = make_poll(osler, "Gout")
    for viewer in (blackwell, garrett):
        answer(viewer, poll, "Gout")

    (event,) = Event.objects.filter(subject=case_of(poll).pk)
    # The number goes on, so that it is news again to who has read the first.
    assert (event.kind, event.number) == ("answer", 2)
    assert (event.happened_at.weekday(), event.happened_at.time()) == (0, dt.time())


def test_an_answer_after_seeing_others_is_stored_apart(osler: Viewer, blackwell: Viewer) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease")
    answer(blackwell, poll, "Gout", "Lyme disease")

    answer(blackwell, poll, "Lyme disease", is_change=True)

    blind, later = Answer.objects.order_by("round")
    assert _ranks(blind) == ["Gout", "Lyme disease"]
    assert _ranks(later) == ["Lyme disease"]
    results = poll_page(viewer=blackwell, poll=poll).results
    assert results is not None
    assert (results.n, results.bars[0].name) == (1, "Gout")
    fill_step(poll, "Gout", n=4)
    results = poll_page(viewer=blackwell, poll=poll).results
    assert results is not None
    assert (results.n_unchanged, results.changed_to) == (0, [("Lyme disease", 1)])
    assert CaseStats.objects.get(case=case_of(poll)).n_answers == 5


def test_one_change_after_seeing_others_and_one_after_each_update(
    osler: Viewer, blackwell: Viewer
) -> None:
    poll = make_poll(osler, "A", "B", "C")
    for label in ("A", "B", "B"):  # the third is the second, sent twice
        answer(blackwell, poll, label, is_change=True)
    with pytest.raises(AnswerAlreadyChanged):
        answer(blackwell, poll, "C", is_change=True)

    for label in ("C", "A"):
        add_update(viewer=osler, case=case_of(poll), text="News.", idempotency_key=uuid.uuid4())
        answer(blackwell, poll, label, is_change=True)
        with pytest.raises(AnswerAlreadyChanged):
            answer(blackwell, poll, "B", is_change=True)

    assert [_ranks(row) for row in Answer.objects.order_by("round")] == [["A"], ["A"]]
    assert [row.updates_seen for row in Answer.objects.order_by("round")] == [0, 2]


def test_skipping_the_answer_gives_up_the_blind_answer(osler: Viewer, blackwell: Viewer) -> None:
    poll = make_poll(osler, "Gout")
    reveal_answers(viewer=blackwell, case=case_of(poll), skipped_answer=True)

    answer(blackwell, poll, "Gout")

    assert Answer.objects.get().round == AnswerRound.LATER
    results = poll_page(viewer=blackwell, poll=poll).results
    assert results is not None
    assert (results.n, results.n_later_only, results.bars) == (0, 1, [])
    assert CaseStats.objects.get(case=case_of(poll)).n_answers == 0
    assert AnswerReveal.objects.get(
        pseudonym=blackwell.pseudonym(answer_reveal_scope(case_of(poll).pk))
    ).skipped_answer


def test_the_stored_count_of_answers_equals_the_blind_answers(
    osler: Viewer, blackwell: Viewer
) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease", guess=["Gout"])
    for number in range(3):
        answer(make_viewer(f"colleague-{number}"), poll, "Gout")
    answer(blackwell, poll, "Gout")
    answer(blackwell, poll, "Lyme disease", is_change=True)

    blind = Answer.objects.filter(poll=poll, round=AnswerRound.BLIND, is_by_case_author=False)
    assert CaseStats.objects.get(case=case_of(poll)).n_answers == blind.count() == 4


def test_an_added_diagnosis_gets_the_chosen_rank(osler: Viewer, blackwell: Viewer) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease")

    answer(blackwell, poll, "Gout", "Lyme disease", added="Pseudogout", added_at=1)

    assert _ranks(Answer.objects.get()) == ["Gout", "Pseudogout", "Lyme disease"]
    assert option(poll, "Pseudogout").hidden_until_answer


def test_spellings_of_one_added_diagnosis_are_one_option(
    osler: Viewer, blackwell: Viewer, garrett: Viewer
) -> None:
    poll = make_poll(osler, "Gout")

    answer(blackwell, poll, added="Löffler syndrome")
    answer(garrett, poll, added="loffler  SYNDROME")

    assert AnswerOption.objects.filter(poll=poll).count() == 2
    assert Concept.objects.get(name="Löffler syndrome").source == ConceptSource.FREE


def test_a_diagnosis_can_be_in_any_script_but_not_punctuation_only(
    osler: Viewer, blackwell: Viewer, garrett: Viewer
) -> None:
    poll = make_poll(osler, "Gout")

    answer(blackwell, poll, added="心筋梗塞")
    answer(garrett, poll, added="Подагра")

    assert AnswerOption.objects.filter(poll=poll).count() == 3
    with pytest.raises(InvalidDiagnosisName):
        answer(make_viewer("marks"), poll, added="???")


def test_an_ambiguous_abbreviation_stays_free_text(osler: Viewer) -> None:
    make_concept("Multiple sclerosis", "MS")
    make_concept("Mitral stenosis", "MS")

    poll = make_poll(osler, "MS", "multiple sclerosis")

    assert [option.label for option in poll.options.all()] == ["MS", "Multiple sclerosis"]


def test_answers_that_do_not_fit_the_poll_are_refused(osler: Viewer, blackwell: Viewer) -> None:
    poll, other = make_poll(osler, "Gout"), make_poll(osler, "Lyme disease")
    opinion = make_opinion_poll(osler, "Wait", "Operate")

    foreign = AnswerInput([option(other, "Lyme disease")])
    added = AnswerInput([], added="Something else")

    with pytest.raises(NoOptionChosen):
        submit_answer(viewer=blackwell, poll=poll, answer=AnswerInput([]))
    with pytest.raises(UnknownOption):
        submit_answer(viewer=blackwell, poll=poll, answer=foreign)
    with pytest.raises(UnknownOption):
        submit_answer(viewer=blackwell, poll=opinion, answer=added)
    with pytest.raises(SingleChoiceOnly):
        answer(blackwell, opinion, "Wait", "Operate")
    assert not Answer.objects.exists()


@pytest.mark.parametrize("why", ["closed", "hidden", "solved"])
def test_a_closed_poll_accepts_no_answer(why: str, osler: Viewer, blackwell: Viewer) -> None:
    poll = make_poll(osler, "Gout")
    if why == "closed":
        Poll.objects.update(closed_at=timezone.now())
    elif why == "hidden":
        Case.objects.update(hidden_at=timezone.now())
    else:
        solve(osler, case_of(poll))
    poll = Poll.objects.select_related("case").get()

    with pytest.raises(PollClosed):
        answer(blackwell, poll, "Gout")


def test_only_the_first_five_ranks_are_stored(osler: Viewer, blackwell: Viewer) -> None:
    poll = make_poll(osler, *"ABCDEFG")

    answer(blackwell, poll, *"ABCDEFG")

    assert _ranks(Answer.objects.get()) == list("ABCDE")


def test_votes_for_several_options_all_have_rank_one(osler: Viewer, blackwell: Viewer) -> None:
    poll = make_opinion_poll(osler, "Wait", "Operate", "Ask the patient", multiple=True)

    answer(blackwell, poll, "Wait", "Ask the patient")

    assert set(RankedOption.objects.values_list("rank", flat=True)) == {1}
    results = poll_page(viewer=blackwell, poll=poll).results
    assert results is not None
    assert [(row.name, row.share, row.n) for row in results.bars] == [
        ("Wait", 100, 1),
        ("Ask the patient", 100, 1),
        ("Operate", 0, 0),
    ]
    assert CaseStats.objects.get(case=case_of(poll)).n_answers == 1


def test_a_vote_in_an_opinion_poll_does_not_reveal_the_diagnoses(
    osler: Viewer, blackwell: Viewer
) -> None:
    case = make_case(osler)
    content = DraftContent(
        diagnosis_poll=DiagnosisPollContent(options=("Gout", "Lyme disease")),
        opinion_poll=OpinionPollContent("What next?", ("Wait", "Operate")),
    )
    create_case_polls(case=case, viewer=osler, content=content)
    opinion = Poll.objects.select_related("case").get(kind="opinion")

    answer(blackwell, opinion, "Wait")

    assert not sees_answers(blackwell, case)
    assert CaseStats.objects.get(case=case).n_answers == 0
    assert poll_page(viewer=blackwell, poll=opinion).is_revealed


def test_an_author_who_declines_sees_the_answers_and_can_only_answer_later(osler: Viewer) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease")
    assert not poll_page(viewer=osler, poll=poll).is_revealed

    for _ in range(2):
        decline_answer(viewer=osler, case=case_of(poll))

    assert poll_page(viewer=osler, poll=poll).is_revealed
    answer(osler, poll, "Gout")
    assert Answer.objects.get().round == AnswerRound.LATER


@pytest.mark.parametrize("anonymous", [False, True])
def test_the_authors_own_answer_is_never_counted(
    anonymous: bool, osler: Viewer, blackwell: Viewer
) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease", guess=["Gout"], anonymous=anonymous)
    answer(blackwell, poll, "Lyme disease")

    results = poll_page(viewer=osler, poll=poll).results

    assert results is not None
    assert [(row.name, row.n) for row in results.bars] == [("Lyme disease", 1)]


def test_merged_diagnoses_count_as_one_until_the_merge_is_undone(
    osler: Viewer, blackwell: Viewer, garrett: Viewer
) -> None:
    poll = make_poll(osler, "Podagra", "Lyme disease")
    answer(blackwell, poll, added="Big toe gout")
    answer(garrett, poll, "Podagra")
    typed = Concept.objects.get(name="Big toe gout")

    def rows() -> list[tuple[str, int]]:
        results = poll_page(viewer=blackwell, poll=poll).results
        assert results is not None
        return [(row.name, row.n) for row in results.bars]

    typed.merged_into = Concept.objects.get(name="Podagra")
    typed.save()
    assert rows() == [("Podagra", 2)]

    typed.merged_into = None
    typed.save()
    assert sorted(rows()) == [("Big toe gout", 1), ("Podagra", 1)]


def _run_at_once(*calls: Callable[[], None]) -> None:
    start = Barrier(len(calls))

    def run(call: Callable[[], None]) -> None:
        try:
            start.wait(MAX_WAIT_SECONDS)
            call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        for future in [pool.submit(run, call) for call in calls]:
            future.result(MAX_WAIT_SECONDS)


@pytest.mark.django_db(transaction=True, databases=["default", "identity"])
def test_two_simultaneous_answers_of_one_member_give_one_answer() -> None:
    osler, blackwell = make_viewer("osler"), make_viewer("blackwell")
    poll = make_poll(osler, "Gout", "Lyme disease")

    _run_at_once(
        *[lambda label=label: answer(blackwell, poll, label) for label in ("Gout", "Lyme disease")]
    )

    assert Answer.objects.count() == RankedOption.objects.count() == 1
    assert CaseStats.objects.get(case=case_of(poll)).n_answers == 1
    assert Event.objects.count() == 1


@pytest.mark.django_db(transaction=True, databases=["default", "identity"])
def test_a_new_diagnosis_typed_by_several_members_at_once_is_one_concept() -> None:
    osler = make_viewer("osler")
    poll = make_poll(osler, "Gout")
    viewers = [make_viewer(f"colleague-{number}") for number in range(4)]

    _run_at_once(*[lambda who=who: answer(who, poll, added="Pseudogout") for who in viewers])

    assert Concept.objects.filter(name="Pseudogout").count() == 1
    assert AnswerOption.objects.filter(poll=poll, label="Pseudogout").count() == 1
    assert CaseStats.objects.get(case=case_of(poll)).n_answers == 4


@pytest.mark.django_db(transaction=True, databases=["default", "identity"])
def test_of_two_simultaneous_changes_one_is_stored_completely() -> None:
    osler, blackwell = make_viewer("osler"), make_viewer("blackwell")
    poll = make_poll(osler, *"ABCD")
    answer(blackwell, poll, "A")

    def change(*labels: str) -> None:
        # On a busy machine the second may come so late that it is refused.
        with suppress(AnswerAlreadyChanged):
            answer(blackwell, poll, *labels, is_change=True)

    _run_at_once(lambda: change("B", "C"), lambda: change("D", "A"))

    later = Answer.objects.get(round=AnswerRound.LATER)
    assert _ranks(later) in (["B", "C"], ["D", "A"])
