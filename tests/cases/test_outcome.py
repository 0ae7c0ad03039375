"""What it really was: recorded once, by the author, with whom it credits."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.postgres.search import SearchQuery
from django.test import Client

from cases.errors import NotCaseAuthor
from cases.models import (
    Case,
    CaseSearchEntry,
    CaseStats,
    CaseStatus,
    Comment,
    Outcome,
)
from cases.services import add_comment
from cases.services.outcomes import mark_solved
from sermo.members.models import ShownAs
from sermo.members.viewer import Viewer
from sermo.notifications.models import Event
from tests.factories import make_case

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
Browser = Callable[[Viewer | None], Client]
SAID: dict[str, Any] = {
    "diagnosis": "Synthetic fever",
    "certainty": "certain",
    "established_by": "test",
    "text": "Look at the hands.",
}


def say(viewer: Viewer, case: Case, text: str = "A synthetic comment.") -> Comment:
    return add_comment(
        viewer=viewer, case=case, text=text, shown_as=ShownAs.HANDLE, idempotency_key=uuid.uuid4()
    )


@pytest.mark.parametrize("anonymous", [False, True])
def test_the_author_solves_once_and_credits_several(
    osler: Viewer, blackwell: Viewer, garrett: Viewer, anonymous: bool
) -> None:
    case, other = make_case(osler, anonymous=anonymous), make_case(osler)
    helped = [say(blackwell, case), say(garrett, case)]
    elsewhere = say(blackwell, other)

    mark_solved(viewer=osler, case=case, credited=[*helped, elsewhere], **SAID)
    again = mark_solved(viewer=osler, case=case, **(SAID | {"diagnosis": "Another"}))

    case.refresh_from_db()
    assert case.status == CaseStats.objects.get(case=case).status == CaseStatus.SOLVED
    assert again.diagnosis == "Synthetic fever"
    assert set(Outcome.objects.get().credited_comments.all()) == set(helped)
    assert Event.objects.filter(kind="outcome").count() == 1
    assert CaseSearchEntry.objects.filter(
        vector=SearchQuery("synthetic & fever", search_type="raw")
    ).exists()


def test_only_the_author_solves(osler: Viewer, blackwell: Viewer, client_for: Browser) -> None:
    case = make_case(osler)

    with pytest.raises(NotCaseAuthor):
        mark_solved(viewer=blackwell, case=case, **SAID)
    assert client_for(blackwell).get(case.get_absolute_url() + "solve/").status_code == 404


def test_a_case_study_stays_one(osler: Viewer) -> None:
    case = make_case(osler, purpose="share", status=CaseStatus.CASE_STUDY)

    mark_solved(viewer=osler, case=case, **SAID)

    case.refresh_from_db()
    assert case.status == CaseStatus.CASE_STUDY


def test_the_whole_way_by_browser(
    osler: Viewer, blackwell: Viewer, garrett: Viewer, client_for: Browser
) -> None:
    case = make_case(osler)
    helped = say(blackwell, case, "Have you thought of synthetic fever?")
    author, reader = client_for(osler), client_for(garrett)
    address = case.get_absolute_url() + "solve/"
    asked = author.get(address).content.decode()
    missing = author.post(address, {"diagnosis": ""})

    sent = [
        author.post(address, SAID | {"credited": [helped.public_id]}).status_code for _ in range(2)
    ]

    page = reader.get(case.get_absolute_url()).content.decode()
    assert "Have you thought of synthetic fever?" in asked
    assert missing.status_code == 422
    assert sent == [302, 302]
    assert Outcome.objects.count() == 1
    assert "Synthetic fever" in page
    assert f"#c-{helped.public_id}" in page
    assert "Helped to solve it" in page
    assert "Mark as solved" not in author.get(case.get_absolute_url()).content.decode()


def test_an_outcome_is_scanned_before_it_is_kept(osler: Viewer, client_for: Browser) -> None:
    case = make_case(osler)

    response = client_for(osler).post(
        case.get_absolute_url() + "solve/", SAID | {"text": "Biopsy on 3 March 2024."}
    )

    assert response.status_code == 422
    assert b'class="finding-mark' in response.content
    assert not Outcome.objects.exists()


def test_the_answer_to_a_study_is_hidden_until_one_has_answered(
    osler: Viewer, blackwell: Viewer, client_for: Browser
) -> None:
    case = make_case(osler, purpose="share", status=CaseStatus.CASE_STUDY, hides_answers=True)
    mark_solved(viewer=osler, case=case, **SAID)
    reader = client_for(blackwell)

    before = reader.get(case.get_absolute_url()).content.decode()
    reader.post(case.get_absolute_url() + "read/")
    after = reader.get(case.get_absolute_url()).content.decode()

    assert "Synthetic fever" not in before
    assert "Look at the hands" not in before
    assert "Synthetic fever" in after
    assert "Synthetic fever" in client_for(osler).get(case.get_absolute_url()).content.decode()
