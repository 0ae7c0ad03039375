"""Merging two names and taking it back: no answer is lost, moved or falsified."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from polls.errors import CannotMerge
from polls.models import Concept, Merge, Poll, Rank
from polls.selectors import page_of
from polls.services import merge, resolve_concept, unmerge
from sermo.audit.models import CommunityAuditEvent
from sermo.members.models import Member
from sermo.members.viewer import Viewer
from tests.factories import make_viewer
from tests.factories_polls import answer, make_concept, make_poll

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
ClientFor = Callable[[Viewer | None], Client]


@pytest.fixture
def moderator() -> Viewer:
    viewer = make_viewer("keeper")
    Member.objects.filter(pk=viewer.member.pk).update(role="moderator")
    viewer.member.refresh_from_db()
    return viewer


def shares(viewer: Viewer, poll: Poll) -> dict[str, int]:
    results = page_of(viewer=viewer, poll=poll).results
    assert results is not None
    return {row.name: row.share for row in results.rows}


def test_merged_names_count_as_one_and_apart_again(
    osler: Viewer, blackwell: Viewer, garrett: Viewer, moderator: Viewer
) -> None:
    poll = make_poll(osler, "Gout")
    answer(blackwell, poll, added="Rich man's foot")
    answer(garrett, poll, "Gout")
    free = Concept.objects.get(name="Rich man's foot")
    ranks = list(Rank.objects.order_by("id").values_list("ballot", "option", "rank"))
    apart = shares(blackwell, poll)

    done = merge(moderator=moderator, concept=free, into=resolve_concept(label="Gout"))
    again = merge(moderator=moderator, concept=free, into=resolve_concept(label="Gout"))

    assert done == again
    assert shares(blackwell, poll) == {"Gout": 100}
    assert list(Rank.objects.order_by("id").values_list("ballot", "option", "rank")) == ranks
    unmerge(moderator=moderator, merge=done)
    unmerge(moderator=moderator, merge=done)
    assert shares(blackwell, poll) == apart == {"Gout": 50, "Rich man's foot": 50}
    assert CommunityAuditEvent.objects.filter(action__startswith="moderation.").count() == 2


def test_a_chain_is_one_step_long_and_comes_apart_as_it_was(moderator: Viewer) -> None:
    one, two, three = (make_concept(name) for name in ("One", "Two", "Three"))
    merge(moderator=moderator, concept=one, into=two)

    second = merge(moderator=moderator, concept=two, into=three)

    assert set(three.merged.all()) == {one, two}
    with pytest.raises(CannotMerge):
        merge(moderator=moderator, concept=three, into=one)
    with pytest.raises(CannotMerge):
        merge(moderator=moderator, concept=three, into=three)
    unmerge(moderator=moderator, merge=second)
    assert set(two.merged.all()) == {one}
    assert not three.merged.exists()


def test_a_moderator_merges_on_the_page(
    osler: Viewer, blackwell: Viewer, moderator: Viewer, client_for: ClientFor
) -> None:
    make_concept("Gout", "Podagra")
    free = resolve_concept(label="Rich man's foot")
    client = client_for(moderator)
    address = reverse("polls:merge", args=[free.pk])
    assert "Rich man&#x27;s foot" in client.get(reverse("polls:names")).content.decode()
    assert client_for(blackwell).post(address, {"into": "Gout"}).status_code == 404

    refused = client.post(address, {"into": "Gaut"})
    assert refused.status_code == 422
    assert 'value="Gaut"' in refused.content.decode()
    assert client.post(address, {"into": "podagra"}).status_code == 302

    page = client.get(reverse("polls:names")).content.decode()
    assert "Nothing to merge" in page
    done = Merge.objects.get()
    assert client.post(reverse("polls:unmerge", args=[done.public_id])).status_code == 302
    free.refresh_from_db()
    assert free.merged_into is None
