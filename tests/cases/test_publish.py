"""A draft becomes a case once, whole, and tells nothing of an anonymous author."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.postgres.search import SearchQuery
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases.drafts import encryption
from cases.drafts.content import (
    DiagnosisPollContent,
    DraftContent,
    OpinionPollContent,
    OutcomeContent,
)
from cases.errors import DraftNotFound, DraftNotReady
from cases.imaging import storage as image_storage
from cases.models import (
    AskedSpecialty,
    Case,
    CasePurpose,
    CaseSearchEntry,
    CaseStats,
    CaseStatus,
    CaseViewCount,
    Draft,
    Image,
    ImageState,
    Outcome,
)
from cases.services.publish import publish_case
from cases.services.search_index import index_case
from sermo.core import coarse
from sermo.core.storage import storage_for
from sermo.members.models import Member, PrivateState, ShownAs
from sermo.members.viewer import Viewer
from tests.factories_cases import make_case, make_draft, make_image, make_ready_image
from tests.waiting import MAX_WAIT_SECONDS

pytestmark = pytest.mark.django_db(databases=["default", "identity"])


def publish(viewer: Viewer, draft: encryption.DecryptedDraft, **changes: Any) -> Case:
    values: dict[str, Any] = {"shown_as": ShownAs.HANDLE, "idempotency_key": uuid.uuid4()} | changes
    return publish_case(viewer=viewer, draft_id=draft.id, **values)


def calls(**named: Any) -> None:
    """What an app above would do; noted by the tests."""
    CALLED.append(named)


CALLED: list[dict[str, Any]] = []


@pytest.fixture(autouse=True)
def _nobody_listens(settings: Any) -> None:
    """The polls have tests of their own."""
    settings.CASE_PUBLISHED = []


def test_a_published_case_has_all_its_listing_rows(osler: Viewer) -> None:
    draft = make_draft(
        osler, specialties=["dermatology", "infectious"], tags=["rings"], urgency="soon"
    )

    case = publish(osler, draft)

    assert case.author == osler.member
    assert case.byline == "osler"
    assert not Draft.objects.exists()
    stats = CaseStats.objects.get(case=case)
    assert (stats.specialty, stats.status, stats.urgency) == ("dermatology", "unsolved", "soon")
    assert stats.is_listed
    assert set(AskedSpecialty.objects.values_list("specialty", flat=True)) == {
        "dermatology",
        "infectious",
    }
    assert CaseViewCount.objects.get(case=case).n_views == 0
    assert CaseSearchEntry.objects.get(case=case).is_listed


def test_pictures_move_to_the_case_and_encrypted_files_are_deleted(
    osler: Viewer, django_capture_on_commit_callbacks: Any
) -> None:
    draft = make_draft(osler)
    image = make_ready_image(osler, draft)
    closed = image_storage.encrypted_files(image)
    assert len(closed) == 3

    with django_capture_on_commit_callbacks(execute=True):
        case = publish(osler, draft)

    image.refresh_from_db()
    assert (image.case, image.draft) == (case, None)
    assert (image.original, image.working, image.preview) == ("", "", "")
    assert not any(storage_for(where).exists(name) for where, name in closed)
    assert all(storage_for("images").exists(name) for name, _w, _h in image.renditions.values())
    assert CaseStats.objects.get(case=case).n_images == 1


@pytest.mark.parametrize("state", [s for s in ImageState.values if s != ImageState.READY])
def test_no_case_with_an_unready_picture(osler: Viewer, state: str) -> None:
    draft = make_draft(osler)
    image = make_image(osler, draft)
    Image.objects.filter(pk=image.pk).update(state=state)

    with pytest.raises(DraftNotReady):
        publish(osler, draft)

    assert not Case.objects.exists()
    assert Draft.objects.filter(pk=draft.id).exists()


@pytest.mark.parametrize(
    "lacking",
    [
        {"preset": ""},
        {"preset": "own", "question": ""},
        {"specialties": []},
        {"complaint": ""},
        {"history": "Seen on 3 March 2024"},
        {"diagnosis_poll": DiagnosisPollContent(options=("only one",))},
        {"opinion_poll": OpinionPollContent(options=("a", "b"))},
    ],
)
def test_a_missing_part_prevents_publishing(osler: Viewer, lacking: dict[str, Any]) -> None:
    draft = make_draft(osler, **lacking)

    with pytest.raises(DraftNotReady):
        publish(osler, draft)


def test_publishing_twice_gives_one_case(osler: Viewer) -> None:
    draft, key = make_draft(osler), uuid.uuid4()

    first = publish(osler, draft, idempotency_key=key)
    again = publish(osler, draft, idempotency_key=key)
    other_key = publish(osler, draft)

    assert first.pk == again.pk == other_key.pk
    assert Case.objects.count() == 1


def test_a_case_of_somebody_else_is_not_published_again(osler: Viewer, blackwell: Viewer) -> None:
    draft = make_draft(osler)
    with pytest.raises(DraftNotFound):
        publish(blackwell, draft)
    publish(osler, draft)

    with pytest.raises(DraftNotFound):
        publish(blackwell, draft)


@pytest.mark.django_db(databases=["default", "identity"], transaction=True)
def test_publishing_twice_at_once_makes_one_case(osler: Viewer) -> None:
    draft = make_draft(osler)
    start = threading.Barrier(2)
    made: list[Any] = []

    def press() -> None:
        try:
            start.wait(MAX_WAIT_SECONDS)
            made.append(publish(osler, draft).pk)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(MAX_WAIT_SECONDS)

    assert made == [draft.id, draft.id]
    assert Case.objects.count() == CaseStats.objects.count() == 1


def test_the_last_page_publishes_and_a_second_click_leads_to_the_case(
    osler: Viewer, client_for: Callable[[Viewer], Client]
) -> None:
    client, draft = client_for(osler), make_draft(osler)
    url = reverse("cases:publish", args=[draft.public_id])
    data = {"shown_as": "handle", "consent": "on", "idempotency_key": uuid.uuid4()}

    first = client.post(url, data)
    second = client.post(url, data)

    case = Case.objects.get()
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"] == f"/cases/{case.public_id}/"
    assert case.public_id != draft.public_id


def test_without_consent_nothing_is_published(
    osler: Viewer, client_for: Callable[[Viewer], Client]
) -> None:
    draft = make_draft(osler)

    answer = client_for(osler).post(
        reverse("cases:publish", args=[draft.public_id]), {"shown_as": "handle"}
    )

    assert answer.status_code == 422
    assert "Tick this before you publish" in answer.content.decode()
    assert not Case.objects.exists()


def test_a_real_name_nobody_verified_is_not_on_offer(
    osler: Viewer, client_for: Callable[[Viewer], Client]
) -> None:
    client, draft = client_for(osler), make_draft(osler)

    page = client.get(reverse("cases:check", args=[draft.public_id])).content.decode()
    answer = client.post(
        reverse("cases:publish", args=[draft.public_id]), {"shown_as": "real", "consent": "on"}
    )

    assert "Your real name" not in page
    assert answer.status_code == 422


def test_the_identity_option_shows_the_anonymous_name_of_the_case(
    osler: Viewer, client_for: Callable[[Viewer], Client]
) -> None:
    draft = make_draft(osler)
    page = client_for(osler).get(reverse("cases:check", args=[draft.public_id])).content.decode()

    case = publish(osler, draft, shown_as=ShownAs.ANONYMOUS)

    assert case.byline in page


def test_an_anonymous_case_names_nobody_and_writes_no_row_of_the_member(osler: Viewer) -> None:
    draft = make_draft(osler)
    member = Member.objects.values().get(pk=osler.member.pk)
    shelves = list(PrivateState.objects.values_list("locator", "ciphertext"))

    with CaptureQueriesContext(connections["default"]) as asked:
        case = publish(osler, draft, shown_as=ShownAs.ANONYMOUS)

    assert case.author is None
    assert case.pseudonym is not None
    assert case.posted_at == coarse.to_mark(case.posted_at)
    assert Member.objects.values().get(pk=osler.member.pk) == member
    assert list(PrivateState.objects.values_list("locator", "ciphertext")) == shelves
    written = " ".join(q["sql"] for q in asked if not q["sql"].startswith("SELECT"))
    assert str(osler.member.pk) not in written
    assert osler.member.handle not in written


def test_a_shared_case_is_a_case_study_whose_diagnosis_is_not_searchable(osler: Viewer) -> None:
    outcome = OutcomeContent("Zebrosis", "certain", "test", "x")

    case = make_case(osler, purpose=CasePurpose.SHARE, outcome=outcome)

    assert case.status == CaseStatus.CASE_STUDY
    assert Outcome.objects.get(case=case).diagnosis == "Zebrosis"
    assert not CaseSearchEntry.objects.filter(
        vector=SearchQuery("zebrosis", config="english")
    ).exists()


def test_search_finds_title_tags_and_text_and_the_diagnosis_once_solved(osler: Viewer) -> None:
    case = make_case(osler, title="Rings on arms", tags=["annular"], history="a cat at home")

    def found(word: str) -> bool:
        return CaseSearchEntry.objects.filter(vector=SearchQuery(word, config="english")).exists()

    assert found("rings")
    assert found("annular")
    assert found("cats")
    assert not found("granuloma")
    Outcome.objects.create(
        case=case,
        diagnosis="Granuloma annulare",
        certainty="certain",
        established_by="test",
        recorded_at=timezone.now(),
    )
    Case.objects.filter(pk=case.pk).update(status=CaseStatus.SOLVED)
    index_case(case=case)
    assert found("granuloma")


def test_the_hooks_are_called_in_the_same_transaction(osler: Viewer, settings: Any) -> None:
    settings.CASE_PUBLISHED = [f"{__name__}.calls"]
    CALLED.clear()
    poll = DiagnosisPollContent(("Tinea", "Psoriasis"), own_answer=("Tinea",), confidence=3)

    case = make_case(osler, diagnosis_poll=poll)

    (call,) = CALLED
    assert call["case"] == case
    assert call["viewer"] == osler
    assert call["content"].diagnosis_poll == poll


def fails(**_named: Any) -> None:
    raise RuntimeError("synthetic")


def test_nothing_is_half_published(osler: Viewer, settings: Any) -> None:
    settings.CASE_PUBLISHED = [f"{__name__}.fails"]
    draft = make_draft(osler)

    with pytest.raises(RuntimeError):
        publish(osler, draft)

    assert not Case.objects.exists()
    assert Draft.objects.filter(pk=draft.id).exists()


def test_a_case_without_a_title_gets_one() -> None:
    assert (
        DraftContent(preset="diagnosis", specialties=("dermatology",)).title_text
        == "Dermatology: What is the diagnosis?"
    )
    assert DraftContent(title=" Given ", preset="diagnosis").title_text == "Given"


def test_the_check_page_needs_no_more_queries_for_many_pictures(
    osler: Viewer,
    client_for: Callable[[Viewer], Client],
    django_assert_max_num_queries: Any,
) -> None:
    client, draft = client_for(osler), make_draft(osler)
    for _ in range(3):
        make_image(osler, draft)

    with django_assert_max_num_queries(8):
        client.get(reverse("cases:check", args=[draft.public_id]))
