"""Back after publishing, a bookmarked draft, a deleted draft: what became of it, for its author."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.drafts.addresses import is_address_of
from cases.models import Draft
from cases.services.drafts import delete_draft_rows
from cases.services.publish import publish_case
from sermo.members.models import ShownAs
from sermo.members.viewer import Viewer
from tests.access_cast import NAMES
from tests.factories_cases import make_draft

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
OF_DRAFTS = sorted(name for name in NAMES if NAMES[name][1] and NAMES[name][1][0] == "draft_id")
HAVE_WORDS = {"cases:draft", "cases:autosave", "cases:upload", "cases:image-confirm"}
WORDS = {"history": "Words that came too late.", "caption": "Words that came too late."}


def address_of(name: str, draft_id: str) -> str:
    values = {"draft_id": draft_id, "image_id": "0" * 12, "frame": 0, "direction": "up"}
    return reverse(name, kwargs={key: values[key] for key in NAMES[name][1]})


def published(author: Viewer, shown_as: ShownAs = ShownAs.HANDLE) -> tuple[str, str]:
    """The public id of the draft, and the address of the case."""
    draft = make_draft(author)
    case = publish_case(
        viewer=author, draft_id=draft.id, shown_as=shown_as, idempotency_key=uuid.uuid4()
    )
    return draft.public_id, case.get_absolute_url()


@pytest.mark.parametrize("shown_as", [ShownAs.HANDLE, ShownAs.ANONYMOUS])
@pytest.mark.parametrize("name", OF_DRAFTS)
def test_each_address_of_a_published_draft_leads_its_author_to_the_case(
    name: str, shown_as: ShownAs, osler: Viewer, client_for: Callable[[Viewer], Client]
) -> None:
    draft_id, case_url = published(osler, shown_as)
    client, address = client_for(osler), address_of(name, draft_id)

    opened, sent = client.get(address), client.post(address, WORDS)

    assert opened.status_code == 405 or opened["Location"] == case_url
    if name in HAVE_WORDS:
        assert sent.status_code == 409
        assert "You published this draft." in sent.content.decode()
    else:
        assert sent.status_code == 405 or sent["Location"] == case_url


@pytest.mark.parametrize("name", OF_DRAFTS)
def test_each_address_of_a_deleted_draft_says_so_to_its_author(
    name: str, osler: Viewer, client_for: Callable[[Viewer], Client]
) -> None:
    draft = make_draft(osler)
    delete_draft_rows(draft.id)
    client, address = client_for(osler), address_of(name, draft.public_id)

    answers = [client.get(address), client.post(address, WORDS)]

    assert {answer.status_code for answer in answers} <= {405, 410}
    assert 410 in {answer.status_code for answer in answers}
    for answer in answers:
        assert answer.status_code == 405 or "This draft was deleted" in answer.content.decode()


@pytest.mark.parametrize("name", OF_DRAFTS)
def test_others_find_nothing_at_either(
    name: str, osler: Viewer, blackwell: Viewer, client_for: Callable[[Viewer], Client]
) -> None:
    deleted = make_draft(osler)
    delete_draft_rows(deleted.id)
    client = client_for(blackwell)

    for draft_id in (deleted.public_id, published(osler)[0], "0" * 12):
        address = address_of(name, draft_id)
        answers = [client.get(address), client.post(address, WORDS)]
        assert {answer.status_code for answer in answers} <= {404, 405}


def test_words_sent_to_a_published_draft_are_given_back(
    osler: Viewer, client_for: Callable[[Viewer], Client]
) -> None:
    draft_id, _case_url = published(osler)

    page = client_for(osler).post(address_of("cases:draft", draft_id), WORDS)

    assert WORDS["history"] in page.content.decode()


def test_a_script_is_told_in_json(osler: Viewer, client_for: Callable[[Viewer], Client]) -> None:
    draft_id, _case_url = published(osler)
    headers = {"X-Requested-With": "background", "Accept": "application/json"}

    answer = client_for(osler).post(address_of("cases:autosave", draft_id), WORDS, headers=headers)

    assert answer.status_code == 409
    assert answer.json()["sentence"].startswith("You published this draft.")


def test_a_new_draft_takes_the_key_of_a_deleted_one_but_not_its_address(
    osler: Viewer, client_for: Callable[[Viewer], Client]
) -> None:
    deleted = make_draft(osler)
    delete_draft_rows(deleted.id)
    again = make_draft(osler)

    assert (again.id, again.public_id) != (deleted.id, deleted.public_id)
    assert client_for(osler).get(address_of("cases:draft", deleted.public_id)).status_code == 410
    assert client_for(osler).get(address_of("cases:draft", again.public_id)).status_code == 200


def test_only_the_member_secret_joins_an_address_and_a_case(
    osler: Viewer, blackwell: Viewer
) -> None:
    draft = make_draft(osler)

    assert is_address_of(osler, draft.id, draft.public_id)
    assert not is_address_of(blackwell, draft.id, draft.public_id)
    assert Draft.objects.get().public_id == draft.public_id


def test_what_became_of_a_draft_costs_three_statements_more(
    osler: Viewer, client_for: Callable[[Viewer], Client], django_assert_max_num_queries: Any
) -> None:
    draft_id, case_url = published(osler)
    client = client_for(osler)
    client.get(reverse("cases:new"))

    with django_assert_max_num_queries(12):
        answer = client.get(address_of("cases:draft", draft_id))

    assert answer["Location"] == case_url
