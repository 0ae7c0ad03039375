"""What it really was: recorded once, by the author, with whom it credits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace

import pytest
from django.contrib.postgres.search import SearchQuery
from django.test import Client

from cases.drafts.content import OutcomeContent
from cases.errors import NotCaseAuthor
from cases.models import (
    CaseSearchEntry,
    CaseStats,
    CaseStatus,
    Outcome,
)
from cases.services.outcomes import mark_solved
from sermo.members.viewer import Viewer
from sermo.notifications.models import Event
from tests.factories import make_case
from tests.factories_cases import post_comment

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
Browser = Callable[[Viewer | None], Client]
OUTCOME = OutcomeContent("Synthetic fever", "certain", "test", "Look at the hands.")


@pytest.mark.parametrize("anonymous", [False, True])
def test_the_author_solves_once_and_credits_several(
    osler: Viewer, blackwell: Viewer, garrett: Viewer, anonymous: bool
) -> None:
    case, other = make_case(osler, anonymous=anonymous), make_case(osler)
    helped = [post_comment(blackwell, case), post_comment(garrett, case)]
    elsewhere = post_comment(blackwell, other)

    mark_solved(viewer=osler, case=case, credited=[*helped, elsewhere], outcome=OUTCOME)
    again = mark_solved(viewer=osler, case=case, outcome=replace(OUTCOME, diagnosis="Another"))

    case.refresh_from_db()
    assert case.status == CaseStats.objects.get(case=case).status == CaseStatus.SOLVED
    assert again is not None
    assert again.diagnosis == "Synthetic fever"
    assert set(Outcome.objects.get().credited_comments.all()) == set(helped)
    assert Event.objects.filter(kind="outcome").count() == 1
    assert CaseSearchEntry.objects.filter(
        vector=SearchQuery("synthetic & fever", search_type="raw")
    ).exists()


def test_only_the_author_solves(osler: Viewer, blackwell: Viewer, client_for: Browser) -> None:
    case = make_case(osler)

    with pytest.raises(NotCaseAuthor):
        mark_solved(viewer=blackwell, case=case, outcome=OUTCOME)
    assert client_for(blackwell).get(case.get_absolute_url() + "solve/").status_code == 404


def test_a_case_study_stays_a_case_study(osler: Viewer) -> None:
    case = make_case(osler, purpose="share", status=CaseStatus.CASE_STUDY)

    mark_solved(viewer=osler, case=case, outcome=OUTCOME)

    case.refresh_from_db()
    assert case.status == CaseStatus.CASE_STUDY


def test_solving_a_case_by_its_form(
    osler: Viewer, blackwell: Viewer, garrett: Viewer, client_for: Browser
) -> None:
    case = make_case(osler)
    helped = post_comment(blackwell, case, "Have you thought of synthetic fever?")
    author, reader = client_for(osler), client_for(garrett)
    address = case.get_absolute_url() + "solve/"
    page = author.get(address).content.decode()
    missing = author.post(address, {"diagnosis": ""})

    sent = [
        author.post(address, asdict(OUTCOME) | {"credited": [helped.public_id]}).status_code
        for _ in range(2)
    ]

    page = reader.get(case.get_absolute_url()).content.decode()
    assert "Have you thought of synthetic fever?" in page
    assert missing.status_code == 422
    assert sent == [302, 302]
    assert Outcome.objects.count() == 1
    assert "Synthetic fever" in page
    assert f"#c-{helped.public_id}" in page
    assert "Helped to solve it" in page
    assert "Mark as solved" not in author.get(case.get_absolute_url()).content.decode()


def test_an_outcome_is_scanned_before_it_is_saved(osler: Viewer, client_for: Browser) -> None:
    case = make_case(osler)

    response = client_for(osler).post(
        case.get_absolute_url() + "solve/",
        asdict(OUTCOME) | {"learning_point": "Biopsy on 3 March 2024."},
    )

    assert response.status_code == 422
    assert b'class="finding-mark' in response.content
    assert not Outcome.objects.exists()


def test_the_diagnosis_of_a_case_study_is_hidden_until_the_reader_answers(
    osler: Viewer, blackwell: Viewer, client_for: Browser
) -> None:
    case = make_case(osler, purpose="share", status=CaseStatus.CASE_STUDY, hides_answers=True)
    mark_solved(viewer=osler, case=case, outcome=OUTCOME)
    reader = client_for(blackwell)

    before = reader.get(case.get_absolute_url()).content.decode()
    reader.post(case.get_absolute_url() + "read/")
    after = reader.get(case.get_absolute_url()).content.decode()

    assert "Synthetic fever" not in before
    assert "Look at the hands" not in before
    assert "Synthetic fever" in after
    assert "Synthetic fever" in client_for(osler).get(case.get_absolute_url()).content.decode()
