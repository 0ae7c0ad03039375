"""Two looks at a poll never differ by what one member answered, where more than a rank shows."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.urls import reverse

from polls.models import Answer, Poll, ReleasedAnswers
from polls.selectors import export_answers, poll_page
from polls.selectors.released_answers import RELEASE_STEP
from polls.services.release import release_answers
from sermo.members.viewer import Viewer
from tests.factories import make_viewer
from tests.factories_polls import answer, fill_step, make_opinion_poll, make_poll, option

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
ClientFor = Callable[[Viewer], Client]


def downloads(client: Client, poll: Poll) -> list[bytes]:
    return [
        client.get(reverse(f"polls:answers-{form}", args=[poll.public_id])).content
        for form in ("csv", "json")
    ]


def breakdowns(viewer: Viewer, poll: Poll) -> dict[str, Any]:
    """What tells more of one answer than its place in the ranking, by name."""
    page = poll_page(viewer=viewer, poll=Poll.objects.get(pk=poll.pk))
    results = page.results
    assert results is not None
    return {
        "by specialty": results.groups,
        "weighed by record": results.weighted_shares,
        "kept": results.n_unchanged,
        "moved": results.changed_to,
        "after seeing each other": results.latest,
        "would move": [test.changes for test in page.decisive_tests],
    }


@pytest.mark.parametrize("make", [make_poll, make_opinion_poll])
def test_a_download_does_not_change_until_five_more_have_answered(
    make: Callable[..., Poll], osler: Viewer, client_for: ClientFor
) -> None:
    poll = make(osler, "Gout", "Lyme disease")
    reader = make_viewer("reader")
    fill_step(poll, "Gout", n=RELEASE_STEP - 1)
    answer(reader, poll, "Gout")
    client = client_for(reader)

    looks = [downloads(client, poll)]
    for number in range(RELEASE_STEP):
        answer(make_viewer(f"one-more-{number}"), poll, "Lyme disease")
        looks.append(downloads(client, poll))

    assert [look == looks[0] for look in looks] == [True] * RELEASE_STEP + [False]
    rows = list(csv.reader(io.StringIO(looks[-1][0].decode())))
    assert len(rows) == 1 + 2 * RELEASE_STEP


def test_fewer_than_five_answers_are_in_no_list(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease")
    fill_step(poll, "Gout", n=RELEASE_STEP - 2)
    answer(blackwell, poll, "Lyme disease", "Gout", confidence=5)

    page = client_for(blackwell).get(f"/cases/{poll.case.public_id}/").content.decode()  # type: ignore[union-attr]

    assert export_answers(Poll.objects.get()) == []
    assert reverse("polls:answers-csv", args=[poll.public_id]) not in page
    assert "five answers at a time" in page


def test_one_more_answer_changes_no_breakdown_and_the_fifth_all_of_them(osler: Viewer) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease")
    reader = make_viewer("reader", specialty="surgery")
    fill_step(poll, "Gout", n=RELEASE_STEP - 1)
    answer(reader, poll, "Gout", decisive_test="Aspirate")
    newcomers = [make_viewer(f"new-{n}", specialty="cardiology") for n in range(RELEASE_STEP)]

    looks = [breakdowns(reader, poll)]
    for newcomer in newcomers:
        answer(
            newcomer,
            poll,
            "Lyme disease",
            decisive_test="Aspirate",
            changes_to=option(poll, "Gout"),
        )
        Answer.objects.update(record_weight_quarters=6)
        looks.append(breakdowns(reader, poll))

    assert [look == looks[0] for look in looks] == [True] * RELEASE_STEP + [False]
    changed = {name for name in looks[0] if looks[0][name] != looks[-1][name]}
    assert changed == {"by specialty", "weighed by record", "would move"}


def test_one_changed_answer_changes_no_breakdown_and_the_fifth_says_what_moved(
    osler: Viewer,
) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease")
    people = [make_viewer(f"member-{n}") for n in range(RELEASE_STEP)]
    for member in people:
        answer(member, poll, "Gout")

    looks = [breakdowns(people[0], poll)]
    for member in people:
        answer(member, poll, "Lyme disease", is_change=True)
        looks.append(breakdowns(people[0], poll))

    assert [look == looks[0] for look in looks] == [True] * RELEASE_STEP + [False]
    assert looks[-1]["moved"] == [("Lyme disease", RELEASE_STEP)]


def test_a_released_copy_holds_no_pseudonym_and_follows_no_key(osler: Viewer) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease", guess=["Gout"])
    for number in range(RELEASE_STEP):
        labels = ["Gout", "Lyme disease"] if number % 2 else ["Lyme disease"]
        answer(make_viewer(f"member-{number}"), poll, *labels)
    members = ReleasedAnswers.objects.get().members

    assert len(members) == RELEASE_STEP
    stored = str(members)
    for row in Answer.objects.all():
        assert bytes(row.pseudonym).hex() not in stored
        assert str(row.pk) not in stored
    ranks = [len(member["rounds"][0]["ranked"]) for member in members]
    assert ranks in (sorted(ranks), sorted(ranks, reverse=True))


def test_releasing_again_does_nothing(osler: Viewer) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease")
    fill_step(poll, "Gout")

    assert not release_answers(poll=poll)
    assert len(ReleasedAnswers.objects.get().members) == RELEASE_STEP


@pytest.mark.django_db(transaction=True, databases=["default", "identity"])
def test_the_migration_releases_what_polls_have_and_leaves_small_ones_out() -> None:
    osler = make_viewer("osler")
    large, small = (make_poll(osler, "Gout", "Lyme disease") for _ in range(2))
    for number in range(RELEASE_STEP + 1):
        answer(make_viewer(f"member-{number}"), large, "Gout", decisive_test="Aspirate")
    release_answers(poll=large)
    fill_step(small, "Gout", n=RELEASE_STEP - 1)
    executor = MigrationExecutor(connection)
    executor.migrate([("polls", "0004_waiting_answers")])

    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())

    assert [released.poll_id for released in ReleasedAnswers.objects.all()] == [large.pk]
    rows = export_answers(Poll.objects.get(pk=large.pk))
    assert len(rows) == RELEASE_STEP + 1
    assert {tuple(row["ranked"]) for row in rows} == {("Gout",)}
