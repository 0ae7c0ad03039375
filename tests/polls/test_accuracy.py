"""After the outcome: feedback, accuracy, quizzes, the library and community statistics."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from cases.drafts.content import DiagnosisPollContent, OutcomeContent
from cases.models import Case, CasePurpose, Outcome
from polls.consult import ScoredAnswer, calibrate, record_weight
from polls.consult.calibration import calibrate_by_specialty
from polls.models import Answer, Concept, Poll, QuizAnswer
from polls.selectors.quiz_answers import quiz_answers
from polls.selectors.statistics import community_statistics
from polls.selectors.track_record import record_weight_quarters, track_record
from polls.services.quiz import answer_quiz
from sermo.members.models import PrivateState
from sermo.members.services import earlier_state
from sermo.members.viewer import Viewer, private_state
from tests.factories import make_viewer
from tests.factories_cases import make_case as publish
from tests.factories_cases import solve
from tests.factories_polls import answer, case_of, make_concept, make_poll

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
ClientFor = Callable[[Viewer | None], Client]
GOUT = OutcomeContent("Gout")
GOUT_OR_LUPUS = DiagnosisPollContent(("Gout", "Lupus"))
RANKS = st.lists(st.sampled_from([None, 1, 2, 3, 4, 5]), max_size=40)


def closed_poll(
    author: Viewer, *answers: tuple[Viewer, tuple[str, ...], int | None], was: str = "Gout"
) -> Poll:
    """A case answered by these and then solved as gout."""
    poll = make_poll(author, "Gout", "Lyme disease", "Sarcoidosis")
    for viewer, labels, confidence in answers:
        answer(viewer, poll, *labels, confidence=confidence)
    solve(author, case_of(poll), was)
    return poll


def share(author: Viewer) -> Case:
    """A solved case of gout, shared as a quiz."""
    return publish(author, purpose=CasePurpose.SHARE, outcome=GOUT, diagnosis_poll=GOUT_OR_LUPUS)


def test_the_accuracy_of_always_right_and_of_never_right() -> None:
    sure = [ScoredAnswer(("gout",), "gout", confidence=5, specialty="a") for _ in range(10)]
    wrong = [
        ScoredAnswer(("lupus", "gout"), "gout", confidence=5, specialty="b") for _ in range(10)
    ]

    assert calibrate(sure).top_1_accuracy == 1
    assert calibrate(sure).brier == pytest.approx(0.01)
    assert calibrate(wrong).top_1_accuracy == 0
    assert calibrate(wrong).top_3_accuracy == 1
    assert calibrate(wrong).brier == pytest.approx(0.81)
    both = calibrate_by_specialty([*sure, *wrong])
    assert list(both) == ["a", "b"]
    assert [
        (calibration_bin.confidence, calibration_bin.n, calibration_bin.n_right)
        for calibration_bin in calibrate([*sure, *wrong]).bins
    ] == [(5, 20, 10)]


def test_without_stated_confidence_there_is_no_brier_score() -> None:
    assert calibrate([ScoredAnswer(("gout",), "gout")]).brier is None
    assert calibrate([]).n == 0
    assert calibrate([ScoredAnswer((), "gout")]).n == 0


@given(RANKS)
def test_a_record_weight_is_between_a_half_and_two_in_quarters(ranks: list[int | None]) -> None:
    weight = record_weight(ranks)

    assert Fraction(1, 2) <= weight <= 2
    assert (weight * 4).denominator == 1
    assert record_weight([*ranks, 1]) >= record_weight([*ranks, None])
    assert record_weight(reversed(ranks)) == weight


def test_newcomers_and_average_colleagues_have_weight_one() -> None:
    assert record_weight([]) == 1
    assert record_weight([None]) == 1
    # 45 of 100 right at once, 17 or 18 more within three.
    assert record_weight([1] * 45 + [2] * 17 + [None] * 38) == 1
    assert record_weight([1] * 100) > Fraction(3, 2)
    assert record_weight([None] * 100) == Fraction(1, 2)


def test_a_track_record_is_found_with_the_members_own_secret_only(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    closed_poll(osler, (blackwell, ("Gout",), 5))
    closed_poll(osler, (blackwell, ("Lyme disease", "Gout"), 5))
    closed_poll(osler, (blackwell, ("Sarcoidosis",), None))

    own = track_record(blackwell)

    assert (own.n, own.top_1_accuracy, own.top_3_accuracy, own.n_stated) == (3, 33, 67, 2)
    assert own.brier == "0.41"
    assert [entry.rank_of_truth for entry in own.entries].count(None) == 1
    assert track_record(osler).n == 0
    page = client_for(blackwell).get(reverse("polls:accuracy")).content.decode()
    assert "33 %" in page
    assert "1 / 2" in page
    assert "No closed case yet" in client_for(osler).get(reverse("polls:accuracy")).content.decode()


def test_answering_changes_no_private_state(osler: Viewer, blackwell: Viewer) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease")
    before = dict(PrivateState.objects.values_list("locator", "ciphertext"))

    answer(blackwell, poll, "Gout")

    assert dict(PrivateState.objects.values_list("locator", "ciphertext")) == before


def test_uncertain_outcomes_give_feedback_but_do_not_count(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease")
    answer(blackwell, poll, "Gout")
    solve(osler, case_of(poll), "Gout", certainty="probable")

    assert track_record(blackwell).n == 0
    page = client_for(blackwell).get(case_of(poll).get_absolute_url()).content.decode()
    assert "it was your first diagnosis" in page


def test_only_blind_answers_count(osler: Viewer, blackwell: Viewer) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease")
    answer(blackwell, poll, "Lyme disease")
    answer(blackwell, poll, "Gout", is_change=True)
    solve(osler, case_of(poll), "Gout")

    assert [entry.rank_of_truth for entry in track_record(blackwell).entries] == [None]


def test_synonyms_and_merged_concepts_count_as_the_diagnosis(
    osler: Viewer, blackwell: Viewer
) -> None:
    make_concept("Myocardial infarction", "MI", "Heart attack")
    other = make_concept("Coronary event")
    poll = make_poll(osler, "Coronary event", "Gout")
    answer(blackwell, poll, "Coronary event")
    solve(osler, case_of(poll), "heart attack")
    assert [entry.rank_of_truth for entry in track_record(blackwell).entries] == [None]

    Concept.objects.filter(pk=other.pk).update(
        merged_into=Concept.objects.get(name="Myocardial infarction")
    )

    assert [entry.rank_of_truth for entry in track_record(blackwell).entries] == [1]


def test_the_next_answer_in_the_specialty_gets_the_record_weight(
    osler: Viewer, blackwell: Viewer
) -> None:
    for _ in range(6):
        closed_poll(osler, (blackwell, ("Gout",), 5))
    assert record_weight_quarters(blackwell, "cardiology") == 4
    slug = case_of(Poll.objects.latest("opened_at")).specialties[0]
    assert record_weight_quarters(blackwell, slug) == 6

    poll = make_poll(osler, "Gout")
    answer(blackwell, poll, "Gout")
    newcomer = make_viewer("newcomer")
    answer(newcomer, poll, "Gout")

    assert sorted(
        Answer.objects.filter(poll=poll).values_list("record_weight_quarters", flat=True)
    ) == [
        4,
        6,
    ]


def test_each_member_gets_feedback_on_their_own_answer(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    third = make_viewer("third")
    poll = closed_poll(
        osler, (blackwell, ("Lyme disease", "Gout"), 4), (third, ("Sarcoidosis",), None)
    )
    url = case_of(poll).get_absolute_url()

    assert "at place 2 of your list" in client_for(blackwell).get(url).content.decode()
    assert "It was not on your list" in client_for(third).get(url).content.decode()
    assert "How your list did" not in client_for(osler).get(url).content.decode()
    assert "How your list did" not in client_for(make_viewer("reader")).get(url).content.decode()


def test_a_quiz_answer_counts_for_the_own_accuracy_and_not_in_the_poll(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    make_concept("Gout", "Podagra")
    third = make_viewer("third")
    poll = closed_poll(osler, (third, ("Gout",), 5))
    case = case_of(poll)
    client = client_for(blackwell)

    sent = client.get(reverse("polls:quizzes"), {"start": "1"})
    assert sent["Location"] == reverse("polls:quiz", args=[case.public_id])
    quiz_page = client.get(sent["Location"]).content.decode()
    assert "What it was" not in quiz_page
    assert "What colleagues first thought" not in quiz_page
    refused = client.post(sent["Location"], {"first": "qqqqq zzzzz"})
    assert refused.status_code == 422
    assert "qqqqq zzzzz" in refused.content.decode()
    assert client.post(sent["Location"], {"first": ""}).status_code == 422

    done = client.post(sent["Location"], {"first": "podagra", "confidence": "4"})
    again = client.post(sent["Location"], {"first": "Lyme disease"})

    assert (done.status_code, again.status_code) == (302, 302)
    feedback = client.get(sent["Location"]).content.decode()
    assert "it was your first diagnosis" in feedback
    assert "This was it" in feedback
    assert [(entry.rank_of_truth, entry.is_quiz) for entry in track_record(blackwell).entries] == [
        (1, True)
    ]
    assert Answer.objects.filter(poll=poll).count() == 1
    assert len(quiz_answers(blackwell, [case.pk])) == 1
    none_left = client.get(reverse("polls:quizzes"), {"start": "1"}).content.decode()
    assert "Nothing left to try here" in none_left


def test_a_quiz_answer_tells_neither_member_nor_case_and_the_first_counts(
    osler: Viewer, blackwell: Viewer
) -> None:
    concept = make_concept("Gout").pk
    cases = [uuid.uuid4(), uuid.uuid4()]
    for case_id in (cases[0], cases[1], cases[1]):
        answer_quiz(viewer=osler, case_id=case_id, ranked=[concept], confidence=None)
    answer_quiz(viewer=osler, case_id=cases[0], ranked=[], confidence=5)

    rows = [(bytes(row.pk), bytes(row.ciphertext)) for row in QuizAnswer.objects.all()]

    assert len(rows) == 2
    assert len({len(ciphertext) for _locator, ciphertext in rows}) == 1
    text = b"".join(part for row in rows for part in row)
    assert not any(value.bytes in text for value in (*cases, concept, osler.member.pk))
    assert quiz_answers(osler, cases) == {case: ([concept], None) for case in cases}
    assert quiz_answers(blackwell, cases) == {}


def test_quiz_answers_from_before_they_were_rows_still_count(osler: Viewer) -> None:
    concept, case_id = uuid.uuid4(), uuid.uuid4()
    answer = {"ranked": [concept.hex], "confidence": 4}
    private_state.update_section(
        osler, "quizzes", lambda state: state.update({case_id.hex: answer})
    )

    earlier = earlier_state(member_id=osler.member.pk, secret=osler.secret)
    viewer = replace(osler, has_earlier_quizzes=earlier["earlier_quizzes"])

    assert quiz_answers(viewer, [case_id]) == {case_id: ([concept], 4)}
    assert quiz_answers(osler, [case_id]) == {}


def test_own_unsolved_and_shared_cases_are_no_quiz(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    solved = case_of(closed_poll(osler))
    unsolved = case_of(make_poll(osler, "Gout"))
    shared = publish(
        osler,
        purpose=CasePurpose.SHARE,
        outcome=GOUT,
        diagnosis_poll=GOUT_OR_LUPUS,
    )

    def status(viewer: Viewer, case: Case) -> int:
        address = reverse("polls:quiz", args=[case.public_id])
        return client_for(viewer).get(address).status_code

    assert status(osler, solved) == 404
    assert status(blackwell, unsolved) == 404
    assert status(blackwell, shared) == 404
    assert client_for(osler).get(reverse("polls:quizzes"), {"start": "1"}).status_code == 200


def test_the_library_shows_the_group_ranking(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    third = make_viewer("third")
    poll = closed_poll(osler, (third, ("Lyme disease", "Gout"), None))
    concept = Outcome.objects.get(case=case_of(poll)).concept_id
    client = client_for(blackwell)

    page = client.get(reverse("polls:library")).content.decode()
    assert "Gout" in page
    assert "1 solved case." in page
    assert "Gout" in client.get(reverse("polls:library"), {"q": "gou"}).content.decode()
    nothing = client.get(reverse("polls:library"), {"q": "zzz", "page": "x"}).content.decode()
    assert "No solved case like that" in nothing
    diagnosis = client.get(reverse("polls:library-diagnosis", args=[concept])).content.decode()
    assert case_of(poll).title in diagnosis
    assert "had it at place 2" in diagnosis
    assert "67 %" in diagnosis
    assert client.get(reverse("polls:library-diagnosis", args=[uuid.uuid4()])).status_code == 404


def test_the_library_leaves_out_shared_cases(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    publish(
        osler,
        purpose=CasePurpose.SHARE,
        outcome=GOUT,
        diagnosis_poll=GOUT_OR_LUPUS,
    )
    concept = Outcome.objects.get().concept_id
    client = client_for(blackwell)

    assert concept is not None
    assert "No case is solved yet" in client.get(reverse("polls:library")).content.decode()
    assert client.get(reverse("polls:library-diagnosis", args=[concept])).status_code == 404


@pytest.mark.parametrize("name", ["polls:accuracy", "polls:library"])
def test_many_closed_cases_need_no_more_queries_than_one(
    name: str, osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    client = client_for(blackwell)
    counts = []
    for n in (1, 4):
        for _ in range(n):
            closed_poll(osler, (blackwell, ("Gout",), 3))
        with CaptureQueriesContext(connection) as caught:
            client.get(reverse(name))
        counts.append(len(caught))

    assert counts[0] == counts[1]


def test_statistics_leave_out_groups_below_five_cases(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    client = client_for(blackwell)
    closed_poll(osler, (blackwell, ("Gout",), 3))
    assert "Too few cases to say" in client.get("/numbers/").content.decode()
    for _ in range(3):
        closed_poll(osler, (blackwell, ("Gout",), 3))
    make_poll(osler, "Gout")

    statistics = community_statistics()

    assert statistics.whole is not None
    assert (
        statistics.whole.n,
        statistics.whole.with_outcome,
        statistics.whole.within_24_hours,
    ) == (5, 80, 80)
    assert statistics.whole.answers_per_case == "0.8"
    assert statistics.whole.median == ""
    page = client.get("/numbers/").content.decode()
    assert "80 % in 24 h" in page
