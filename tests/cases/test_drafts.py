"""A draft is its author's alone, saves by version, and loses nothing."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.drafts import encryption
from cases.drafts.content import DiagnosisPollContent, OpinionPollContent, OutcomeContent
from cases.errors import StaleDraft
from cases.forms.drafts import DraftForm, initial_values
from cases.jobs import purge
from cases.models import CasePurpose, Draft
from cases.selectors.drafts import own_draft, own_drafts
from cases.services import drafts
from sermo.core.crypto import DecryptionError
from sermo.members.models import Member, PrivateState
from sermo.members.viewer import Viewer
from tests.factories_cases import make_draft
from tests.html_forms import forms_of

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
SECRET_WORDS = "zebra-striped synthetic history"


def posted(draft: encryption.DecryptedDraft, **changes: Any) -> dict[str, Any]:
    """What a browser sends for this draft, with these fields typed over."""
    fields = initial_values(draft.content, draft.version)
    return {name: value for name, value in (fields | changes).items() if value not in (None, False)}


def test_a_double_click_creates_one_draft(osler: Viewer) -> None:
    key = uuid.uuid4()

    first = drafts.create_draft(viewer=osler, purpose=CasePurpose.ASK, idempotency_key=key)
    second = drafts.create_draft(viewer=osler, purpose=CasePurpose.ASK, idempotency_key=key)

    assert first.id == second.id
    assert Draft.objects.count() == 1


def test_the_row_of_a_draft_has_neither_text_nor_author(osler: Viewer) -> None:
    draft = make_draft(osler, history=SECRET_WORDS)

    row = Draft.objects.values().get(pk=draft.id)

    everything = repr(row).encode() + bytes(row["ciphertext"])
    assert SECRET_WORDS.encode() not in everything
    assert osler.member.pk.hex not in repr(row)
    assert str(osler.member.pk) not in repr(row)


def test_two_drafts_of_one_author_share_no_value(osler: Viewer) -> None:
    first_draft, second_draft = make_draft(osler), make_draft(osler)

    assert first_draft.row.owner_pseudonym != second_draft.row.owner_pseudonym
    assert len(first_draft.row.ciphertext) == len(second_draft.row.ciphertext)


def test_another_member_cannot_decrypt_a_draft(osler: Viewer, blackwell: Viewer) -> None:
    draft = make_draft(osler)

    with pytest.raises(DecryptionError):
        encryption.decrypt_draft(blackwell, draft.row)


def test_saving_over_a_newer_version_is_refused(osler: Viewer) -> None:
    draft = make_draft(osler)
    drafts.save_draft(
        viewer=osler, draft=draft, content=replace(draft.content, title="newer"), version=1
    )

    with pytest.raises(StaleDraft):
        drafts.save_draft(
            viewer=osler, draft=draft, content=replace(draft.content, title="stale"), version=1
        )

    assert own_draft(osler, draft.public_id).title == "newer"


def test_a_form_is_unchanged_after_saving_and_loading(osler: Viewer) -> None:
    draft = make_draft(osler, purpose=CasePurpose.SHARE)
    data = {
        "version": "1",
        "preset": "own",
        "question": "Which ring is it?",
        "specialty_1": "dermatology",
        "specialty_2": "infectious",
        "urgency": "soon",
        "history": "line one\nline two\t3",
        "tags": "Rash, #rings , rash,",
        "own_answer_1": "Tinea",
        "own_answer_3": "Psoriasis",
        "option_1": "Tinea",
        "option_2": "tinea ",
        "option_3": "Granuloma annulare",
        "confidence": "4",
        "opinion_question": "Biopsy?",
        "opinion_1": "Yes",
        "opinion_2": "No",
        "opinion_multiple": "on",
        "outcome_diagnosis": "Erythema annulare",
        "outcome_certainty": "certain",
        "outcome_established_by": "test",
    }
    form = DraftForm(data, purpose=CasePurpose.SHARE)
    assert form.is_valid(), form.errors

    content = form.as_content(draft.content)

    assert content.specialties == ("dermatology", "infectious")
    assert content.tags == ("rash", "rings")
    assert content.diagnosis_poll == DiagnosisPollContent(
        options=("Tinea", "Granuloma annulare"), own_answer=("Tinea", "Psoriasis"), confidence=4
    )
    assert content.opinion_poll == OpinionPollContent("Biopsy?", ("Yes", "No"), is_multiple=True)
    assert content.outcome == OutcomeContent("Erythema annulare", "certain", "test")
    again = DraftForm(
        posted(encryption.DecryptedDraft(draft.row, content)), purpose=CasePurpose.SHARE
    )
    assert again.is_valid(), again.errors
    assert again.as_content(content) == content


def test_both_purposes_create_a_draft_with_its_own_address(
    osler: Viewer, client_for: Callable[[Viewer], Client]
) -> None:
    client = client_for(osler)
    assert client.get(reverse("cases:new")).status_code == 200

    for purpose in CasePurpose.values:
        answer = client.post(
            reverse("cases:new"),
            {"purpose": purpose, "idempotency_key": str(uuid.uuid4())},
            follow=True,
        )

        assert answer.status_code == 200
        assert answer.redirect_chain[0][0].startswith("/cases/drafts/")


def test_saving_and_coming_back_shows_what_was_typed(
    osler: Viewer, client_for: Callable[[Viewer], Client]
) -> None:
    client, draft = client_for(osler), make_draft(osler)
    url = reverse("cases:draft", args=[draft.public_id])

    answer = client.post(url, posted(draft, history=SECRET_WORDS, do="save"))

    assert answer.status_code == 302
    page = client.get(url)
    assert SECRET_WORDS in page.content.decode()
    assert page.headers["Cache-Control"] == "no-store"
    assert "Your drafts" in client.get(reverse("cases:new")).content.decode()


def test_autosave_counts_versions_and_gives_a_stale_tab_both_texts(
    osler: Viewer, client_for: Callable[[Viewer], Client]
) -> None:
    client, draft = client_for(osler), make_draft(osler)
    url = reverse("cases:autosave", args=[draft.public_id])

    first = client.post(url, posted(draft, history="from the first tab"))
    second = client.post(url, posted(draft, history="from the second tab"))

    assert (first.json()["version"], first.json()["fields"]) == (2, {})
    assert second.status_code == 409
    conflict = second.json()
    assert conflict["version"] == 2
    assert conflict["fields"] == {"history": "from the first tab"}
    saved_content = own_draft(osler, draft.public_id).content
    assert saved_content.history == "from the first tab"


def test_autosave_without_a_change_writes_nothing(
    osler: Viewer, client_for: Callable[[Viewer], Client]
) -> None:
    client, draft = client_for(osler), make_draft(osler)
    url = reverse("cases:autosave", args=[draft.public_id])
    client.post(url, posted(draft, urgency="routine"))
    saved = own_draft(osler, draft.public_id)

    again = client.post(url, posted(saved))

    assert (again.json()["version"], again.json()["fields"]) == (saved.version, {})


def test_a_stale_form_shows_both_texts_and_saves_when_sent_again(
    osler: Viewer, client_for: Callable[[Viewer], Client]
) -> None:
    client, draft = client_for(osler), make_draft(osler)
    url = reverse("cases:draft", args=[draft.public_id])
    client.post(url, posted(draft, history="written on the telephone"))

    answer = client.post(url, posted(draft, history="written on the desk"))

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "written on the telephone" in page
    assert "written on the desk" in page
    form = next(one for one in forms_of(page, url) if one.sends_to(url))
    client.post(url, {name: value for name, value in form.fields if value})
    saved_content = own_draft(osler, draft.public_id).content
    assert saved_content.history == "written on the desk"


def test_deleting_a_draft_leaves_no_row_and_no_private_state(
    osler: Viewer, client_for: Callable[[Viewer], Client]
) -> None:
    client, draft = client_for(osler), make_draft(osler)

    answer = client.post(reverse("cases:draft-delete", args=[draft.public_id]))

    assert answer.status_code == 302
    assert not Draft.objects.exists()
    assert own_drafts(osler) == []


@pytest.mark.parametrize(
    ("method", "name"),
    [
        ("get", "draft"),
        ("post", "draft"),
        ("post", "autosave"),
        ("post", "upload"),
        ("get", "check"),
        ("post", "check"),
        ("post", "publish"),
        ("post", "draft-delete"),
    ],
)
def test_a_draft_of_another_member_is_not_found(
    osler: Viewer,
    blackwell: Viewer,
    moderator: Viewer,
    client_for: Callable[[Viewer], Client],
    method: str,
    name: str,
) -> None:
    draft = make_draft(osler)
    url = reverse(f"cases:{name}", args=[draft.public_id])

    for other in (blackwell, moderator):
        assert getattr(client_for(other), method)(url).status_code == 404

    assert Draft.objects.filter(pk=draft.id).exists()


def test_expired_drafts_are_deleted(osler: Viewer) -> None:
    saved_content, old = make_draft(osler), make_draft(osler)
    Draft.objects.filter(pk=old.id).update(expires_on="2026-01-01")

    purge.purge()
    purge.purge()

    assert list(Draft.objects.values_list("pk", flat=True)) == [saved_content.id]


def test_the_list_of_drafts_needs_no_more_queries_for_many(
    osler: Viewer,
    client_for: Callable[[Viewer], Client],
    django_assert_max_num_queries: Any,
) -> None:
    client = client_for(osler)
    for number in range(8):
        make_draft(osler, title=f"Synthetic draft {number}")

    with django_assert_max_num_queries(8):
        client.get(reverse("cases:new"))


def test_saving_a_draft_writes_no_row_of_the_member(
    osler: Viewer, client_for: Callable[[Viewer], Client], django_capture_on_commit_callbacks: Any
) -> None:
    client, draft = client_for(osler), make_draft(osler)
    before = Member.objects.values().get(pk=osler.member.pk)
    shelves = list(PrivateState.objects.values_list("locator", "ciphertext"))

    client.post(reverse("cases:autosave", args=[draft.public_id]), posted(draft, history="more"))

    assert Member.objects.values().get(pk=osler.member.pk) == before
    assert list(PrivateState.objects.values_list("locator", "ciphertext")) == shelves
