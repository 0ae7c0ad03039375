"""After the outcome: feedback, the private record, quizzes, the library, the numbers."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from fractions import Fraction

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from cases.models import Case, CasePurpose, Outcome
from cases.services.outcomes import mark_solved
from polls.consult import Told, calibrate, record_weight
from polls.consult.calibration import by_specialty
from polls.models import Ballot, Concept, Poll
from polls.quizzes import quiz_answers
from polls.selectors.numbers import numbers
from polls.selectors.record import quarters, record
from sermo.members.models import PrivateState
from sermo.members.viewer import Viewer
from tests.factories import make_viewer
from tests.factories_cases import make_case as publish
from tests.factories_polls import answer, case_of, make_concept, make_poll

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
ClientFor = Callable[[Viewer | None], Client]
PLACES = st.lists(st.sampled_from([None, 1, 2, 3, 4, 5]), max_size=40)


def solve(author: Viewer, case: Case, diagnosis: str, certainty: str = "certain") -> Outcome:
    return mark_solved(
        viewer=author, case=case, diagnosis=diagnosis, certainty=certainty, established_by="test"
    )


def closed(
    author: Viewer, *answers: tuple[Viewer, tuple[str, ...], int | None], was: str = "Gout"
) -> Poll:
    """A case answered by these and then solved as gout."""
    poll = make_poll(author, "Gout", "Lyme disease", "Sarcoidosis")
    for viewer, labels, sure in answers:
        answer(viewer, poll, *labels, confidence=sure)
    solve(author, case_of(poll), was)
    return poll


def share(author: Viewer) -> Case:
    """A solved case of gout, shared as a quiz."""
    options = {"options": ["Gout", "Lupus"]}
    return publish(
        author, purpose=CasePurpose.SHARE, outcome={"diagnosis": "Gout"}, diagnosis=options
    )


def test_a_perfect_and_a_hopeless_record() -> None:
    sure = [Told(("gout",), "gout", confidence=5, specialty="a") for _ in range(10)]
    wrong = [Told(("lupus", "gout"), "gout", confidence=5, specialty="b") for _ in range(10)]

    assert calibrate(sure).hit_at_1 == 1
    assert calibrate(sure).brier == pytest.approx(0.01)
    assert calibrate(wrong).hit_at_1 == 0
    assert calibrate(wrong).hit_at_3 == 1
    assert calibrate(wrong).brier == pytest.approx(0.81)
    both = by_specialty([*sure, *wrong])
    assert list(both) == ["a", "b"]
    assert [(s.confidence, s.n, s.right) for s in calibrate([*sure, *wrong]).steps] == [(5, 20, 10)]


def test_without_a_stated_confidence_there_is_no_score() -> None:
    assert calibrate([Told(("gout",), "gout")]).brier is None
    assert calibrate([]).n == 0
    assert calibrate([Told((), "gout")]).n == 0


@given(PLACES)
def test_a_record_weighs_between_a_half_and_two_in_quarters(places: list[int | None]) -> None:
    weight = record_weight(places)

    assert Fraction(1, 2) <= weight <= 2
    assert (weight * 4).denominator == 1
    assert record_weight([*places, 1]) >= record_weight([*places, None])
    assert record_weight(reversed(places)) == weight


def test_nobody_is_hurt_for_being_new_and_an_average_colleague_stays_at_one() -> None:
    assert record_weight([]) == 1
    assert record_weight([None]) == 1
    # 45 of 100 right at once, 17 or 18 more within three.
    assert record_weight([1] * 45 + [2] * 17 + [None] * 38) == 1
    assert record_weight([1] * 100) > Fraction(3, 2)
    assert record_weight([None] * 100) == Fraction(1, 2)


def test_a_record_is_found_again_with_the_members_secret_only(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    closed(osler, (blackwell, ("Gout",), 5))
    closed(osler, (blackwell, ("Lyme disease", "Gout"), 5))
    closed(osler, (blackwell, ("Sarcoidosis",), None))

    mine = record(blackwell)

    assert (mine.n, mine.hit_at_1, mine.hit_at_3, mine.n_stated) == (3, 33, 67, 2)
    assert mine.brier == "0.41"
    assert [line.place for line in mine.lines].count(None) == 1
    assert record(osler).n == 0
    page = client_for(blackwell).get(reverse("polls:record")).content.decode()
    assert "33 %" in page
    assert "1 / 2" in page
    assert "No closed case yet" in client_for(osler).get(reverse("polls:record")).content.decode()


def test_answering_writes_no_row_that_would_tell_of_the_answerer(
    osler: Viewer, blackwell: Viewer
) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease")
    before = dict(PrivateState.objects.values_list("locator", "version"))

    answer(blackwell, poll, "Gout")

    assert dict(PrivateState.objects.values_list("locator", "version")) == before


def test_uncertain_outcomes_are_told_and_not_counted(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease")
    answer(blackwell, poll, "Gout")
    solve(osler, case_of(poll), "Gout", certainty="probable")

    assert record(blackwell).n == 0
    page = client_for(blackwell).get(case_of(poll).get_absolute_url()).content.decode()
    assert "it was your first diagnosis" in page


def test_only_what_was_said_blind_counts(osler: Viewer, blackwell: Viewer) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease")
    answer(blackwell, poll, "Lyme disease")
    answer(blackwell, poll, "Gout", is_change=True)
    solve(osler, case_of(poll), "Gout")

    assert [line.place for line in record(blackwell).lines] == [None]


def test_a_synonym_and_a_merge_count_as_the_diagnosis(osler: Viewer, blackwell: Viewer) -> None:
    make_concept("Myocardial infarction", "MI", "Heart attack")
    other = make_concept("Coronary event")
    poll = make_poll(osler, "Coronary event", "Gout")
    answer(blackwell, poll, "Coronary event")
    solve(osler, case_of(poll), "heart attack")
    assert [line.place for line in record(blackwell).lines] == [None]

    Concept.objects.filter(pk=other.pk).update(
        merged_into=Concept.objects.get(name="Myocardial infarction")
    )

    assert [line.place for line in record(blackwell).lines] == [1]


def test_the_record_goes_with_the_next_answer_in_that_specialty(
    osler: Viewer, blackwell: Viewer
) -> None:
    for _ in range(6):
        closed(osler, (blackwell, ("Gout",), 5))
    assert quarters(blackwell, "cardiology") == 4
    slug = case_of(Poll.objects.latest("opened_at")).specialties[0]
    assert quarters(blackwell, slug) == 6

    poll = make_poll(osler, "Gout")
    answer(blackwell, poll, "Gout")
    newcomer = make_viewer("newcomer")
    answer(newcomer, poll, "Gout")

    assert sorted(Ballot.objects.filter(poll=poll).values_list("record_quarters", flat=True)) == [
        4,
        6,
    ]


def test_each_answerer_learns_how_their_own_list_did(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    third = make_viewer("third")
    poll = closed(osler, (blackwell, ("Lyme disease", "Gout"), 4), (third, ("Sarcoidosis",), None))
    url = case_of(poll).get_absolute_url()

    assert "at place 2 of your list" in client_for(blackwell).get(url).content.decode()
    assert "It was not on your list" in client_for(third).get(url).content.decode()
    assert "How your list did" not in client_for(osler).get(url).content.decode()
    assert "How your list did" not in client_for(make_viewer("reader")).get(url).content.decode()


def test_a_solved_case_as_a_quiz_feeds_the_record_and_not_the_poll(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    make_concept("Gout", "Podagra")
    third = make_viewer("third")
    poll = closed(osler, (third, ("Gout",), 5))
    case = case_of(poll)
    client = client_for(blackwell)

    sent = client.get(reverse("polls:quizzes"), {"start": "1"})
    assert sent["Location"] == reverse("polls:quiz", args=[case.public_id])
    asked = client.get(sent["Location"]).content.decode()
    assert "What it was" not in asked
    assert "What colleagues first thought" not in asked
    refused = client.post(sent["Location"], {"first": "qqqqq zzzzz"})
    assert refused.status_code == 422
    assert "qqqqq zzzzz" in refused.content.decode()
    assert client.post(sent["Location"], {"first": ""}).status_code == 422

    done = client.post(sent["Location"], {"first": "podagra", "confidence": "4"})
    again = client.post(sent["Location"], {"first": "Lyme disease"})

    assert (done.status_code, again.status_code) == (302, 302)
    told = client.get(sent["Location"]).content.decode()
    assert "it was your first diagnosis" in told
    assert "This was it" in told
    assert [(line.place, line.is_quiz) for line in record(blackwell).lines] == [(1, True)]
    assert Ballot.objects.filter(poll=poll).count() == 1
    assert len(quiz_answers(blackwell)) == 1
    none_left = client.get(reverse("polls:quizzes"), {"start": "1"}).content.decode()
    assert "Nothing left to try here" in none_left


def test_no_quiz_of_ones_own_case_nor_of_one_that_is_open_or_a_shared_one(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    solved = case_of(closed(osler))
    unsolved = case_of(make_poll(osler, "Gout"))
    shared = publish(
        osler,
        purpose=CasePurpose.SHARE,
        outcome={"diagnosis": "Gout"},
        diagnosis={"options": ["Gout", "Lupus"]},
    )

    def status(viewer: Viewer, case: Case) -> int:
        address = reverse("polls:quiz", args=[case.public_id])
        return client_for(viewer).get(address).status_code

    assert status(osler, solved) == 404
    assert status(blackwell, unsolved) == 404
    assert status(blackwell, shared) == 404
    assert client_for(osler).get(reverse("polls:quizzes"), {"start": "1"}).status_code == 200


def test_the_library_shows_what_the_crowd_first_thought(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    third = make_viewer("third")
    poll = closed(osler, (third, ("Lyme disease", "Gout"), None))
    concept = Outcome.objects.get(case=case_of(poll)).concept_id
    client = client_for(blackwell)

    page = client.get(reverse("polls:library")).content.decode()
    assert "Gout" in page
    assert "1 solved case." in page
    assert "Gout" in client.get(reverse("polls:library"), {"q": "gou"}).content.decode()
    nothing = client.get(reverse("polls:library"), {"q": "zzz", "page": "x"}).content.decode()
    assert "No solved case like that" in nothing
    shelf = client.get(reverse("polls:shelf", args=[concept])).content.decode()
    assert case_of(poll).title in shelf
    assert "had it at place 2" in shelf
    assert "67 %" in shelf
    assert client.get(reverse("polls:shelf", args=[uuid.uuid4()])).status_code == 404


def test_a_shared_case_is_in_no_library_it_would_give_its_diagnosis_away(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    publish(
        osler,
        purpose=CasePurpose.SHARE,
        outcome={"diagnosis": "Gout"},
        diagnosis={"options": ["Gout", "Lupus"]},
    )
    concept = Outcome.objects.get().concept_id
    client = client_for(blackwell)

    assert concept is not None
    assert "No case is solved yet" in client.get(reverse("polls:library")).content.decode()
    assert client.get(reverse("polls:shelf", args=[concept])).status_code == 404


@pytest.mark.parametrize("name", ["polls:record", "polls:library"])
def test_one_and_many_closed_cases_cost_the_same(
    name: str, osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    client = client_for(blackwell)
    counts = []
    for n in (1, 4):
        for _ in range(n):
            closed(osler, (blackwell, ("Gout",), 3))
        with CaptureQueriesContext(connection) as caught:
            client.get(reverse(name))
        counts.append(len(caught))

    assert counts[0] == counts[1]


def test_the_numbers_hold_back_small_groups(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    client = client_for(blackwell)
    closed(osler, (blackwell, ("Gout",), 3))
    assert "Too few cases to say" in client.get("/numbers/").content.decode()
    for _ in range(3):
        closed(osler, (blackwell, ("Gout",), 3))
    make_poll(osler, "Gout")

    found = numbers()

    assert found.whole is not None
    assert (found.whole.n, found.whole.with_outcome, found.whole.within_24) == (5, 80, 80)
    assert found.whole.answers == "0.8"
    assert found.whole.median == ""
    page = client.get("/numbers/").content.decode()
    assert "80 % in 24 h" in page
