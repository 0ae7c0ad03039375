"""Merging two names and undoing it: no answer is lost or changed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from polls.errors import InvalidMerge
from polls.models import Concept, ConceptMerge, Poll, RankedOption
from polls.selectors import poll_page
from polls.services import get_or_create_concept, merge_concepts, undo_merge
from sermo.audit.models import CommunityAuditEvent
from sermo.members.models import Member
from sermo.members.viewer import Viewer
from tests.factories import make_viewer
from tests.factories_polls import answer, make_concept, make_poll

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
ClientFor = Callable[[Viewer | None], Client]


@pytest.fixture
def moderator() -> Viewer:
    viewer = make_viewer("moderator")
    Member.objects.filter(pk=viewer.member.pk).update(role="moderator")
    viewer.member.refresh_from_db()
    return viewer


def shares(viewer: Viewer, poll: Poll) -> dict[str, int]:
    results = poll_page(viewer=viewer, poll=poll).results
    assert results is not None
    return {row.name: row.share for row in results.bars}


def test_merged_concepts_count_as_one_until_the_merge_is_undone(
    osler: Viewer, blackwell: Viewer, garrett: Viewer, moderator: Viewer
) -> None:
    poll = make_poll(osler, "Gout")
    answer(blackwell, poll, added="Rich man's foot")
    answer(garrett, poll, "Gout")
    free = Concept.objects.get(name="Rich man's foot")
    ranks = list(RankedOption.objects.order_by("id").values_list("answer", "option", "rank"))
    separate = shares(blackwell, poll)

    first = merge_concepts(
        moderator=moderator, concept=free, target=get_or_create_concept(label="Gout")
    )
    again = merge_concepts(
        moderator=moderator, concept=free, target=get_or_create_concept(label="Gout")
    )

    assert first == again
    assert shares(blackwell, poll) == {"Gout": 100}
    assert (
        list(RankedOption.objects.order_by("id").values_list("answer", "option", "rank")) == ranks
    )
    undo_merge(moderator=moderator, merge=first)
    undo_merge(moderator=moderator, merge=first)
    assert shares(blackwell, poll) == separate == {"Gout": 50, "Rich man's foot": 50}
    assert CommunityAuditEvent.objects.filter(action__startswith="moderation.").count() == 2


def test_a_chain_of_merges_has_one_step_and_is_undone_step_by_step(moderator: Viewer) -> None:
    first_concept, second_concept, third_concept = (
        make_concept(name) for name in ("One", "Two", "Three")
    )
    merge_concepts(moderator=moderator, concept=first_concept, target=second_concept)

    second = merge_concepts(moderator=moderator, concept=second_concept, target=third_concept)

    assert set(third_concept.merged_concepts.all()) == {first_concept, second_concept}
    with pytest.raises(InvalidMerge):
        merge_concepts(moderator=moderator, concept=third_concept, target=first_concept)
    with pytest.raises(InvalidMerge):
        merge_concepts(moderator=moderator, concept=third_concept, target=third_concept)
    undo_merge(moderator=moderator, merge=second)
    assert set(second_concept.merged_concepts.all()) == {first_concept}
    assert not third_concept.merged_concepts.exists()


def test_a_moderator_merges_and_undoes_on_the_page(
    osler: Viewer, blackwell: Viewer, moderator: Viewer, client_for: ClientFor
) -> None:
    make_concept("Gout", "Podagra")
    free = get_or_create_concept(label="Rich man's foot")
    client = client_for(moderator)
    address = reverse("polls:merge-concepts", args=[free.pk])
    assert "Rich man&#x27;s foot" in client.get(reverse("polls:concept-names")).content.decode()
    assert client_for(blackwell).post(address, {"into": "Gout"}).status_code == 404

    refused = client.post(address, {"into": "Gaut"})
    assert refused.status_code == 422
    assert 'value="Gaut"' in refused.content.decode()
    assert client.post(address, {"into": "podagra"}).status_code == 302

    page = client.get(reverse("polls:concept-names")).content.decode()
    assert "Nothing to merge" in page
    active = ConceptMerge.objects.get()
    assert client.post(reverse("polls:undo-merge", args=[active.public_id])).status_code == 302
    free.refresh_from_db()
    assert free.merged_into is None
