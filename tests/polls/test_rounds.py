"""Rounds, what would change minds, warnings of harm, and what the results show of them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import Comment, CommentKind
from cases.services.comments import add_update
from cases.services.visibility import hide_comment
from polls.consult import Answer, by_record
from polls.models import Ballot, Finding, HarmFlag, MindChange, Poll
from polls.selectors import page_of
from polls.services import flag_harm
from sermo.members.models import ShownAs
from sermo.members.viewer import Viewer
from tests.factories import make_viewer
from tests.factories_polls import answer, case_of, make_opinion, make_poll, option

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
ClientFor = Callable[[Viewer | None], Client]


def update(author: Viewer, poll: Poll, text: str = "News.") -> None:
    add_update(viewer=author, case=case_of(poll), text=text, idempotency_key=uuid.uuid4())


def page(client: Client, poll: Poll) -> str:
    return client.get(case_of(poll).get_absolute_url()).content.decode()


def test_a_list_by_record_is_a_second_column_and_moves_no_place_of_the_first() -> None:
    answers = [
        Answer(("A",), order=0, record=Fraction(1, 2)),
        Answer(("A",), order=1, record=Fraction(1, 2)),
        Answer(("B",), order=2, record=Fraction(2)),
    ]

    assert by_record(answers) == [("B", Fraction(2, 3)), ("A", Fraction(1, 3))]
    assert by_record([]) == []
    plain = [Answer(answer.ranked, order=answer.order) for answer in answers]
    assert [key for key, _ in by_record(plain)] == ["A", "B"]


def test_the_reveal_shows_ones_list_beside_the_pooled_one(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease", "Lupus")
    for number in range(3):
        answer(make_viewer(f"other-{number}"), poll, "Lupus", "Gout")
    answer(blackwell, poll, "Gout", "Lyme disease")

    results = page_of(viewer=blackwell, poll=poll).results

    assert results is not None
    assert [(row.place, row.mine, row.pooled, row.mine_at) for row in results.beside] == [
        (1, "Gout", "Lupus", 2),
        (2, "Lyme disease", "Gout", 3),
    ]
    assert "Your list beside the pooled one" in page(client_for(blackwell), poll)


def test_the_latest_answers_stand_apart_from_the_first(osler: Viewer, blackwell: Viewer) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease")
    other = make_viewer("other")
    answer(blackwell, poll, "Gout")
    answer(other, poll, "Gout")
    before = page_of(viewer=other, poll=poll).results
    assert before is not None
    assert before.final == []

    answer(blackwell, poll, "Lyme disease", is_change=True)

    results = page_of(viewer=other, poll=poll).results
    assert results is not None
    assert [(row.name, row.share) for row in results.rows] == [("Gout", 100)]
    assert {(row.name, row.share) for row in results.final} == {("Gout", 50), ("Lyme disease", 50)}


def test_the_record_column_waits_for_five_answers_and_for_a_record(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease")
    for number in range(4):
        answer(make_viewer(f"other-{number}"), poll, "Gout" if number else "Lyme disease")
    Ballot.objects.filter(poll=poll).update(record_quarters=8)
    answer(blackwell, poll, "Lyme disease")
    Ballot.objects.filter(poll=poll, record_quarters=4).update(record_quarters=2)

    results = page_of(viewer=blackwell, poll=poll).results

    assert results is not None
    # Gout: 3 of 5; by record 6 of 8.5.
    assert [(row.name, row.plain, row.by_record) for row in results.records] == [
        ("Gout", 60, 71),
        ("Lyme disease", 40, 29),
    ]
    assert "Weighed by record" in page(client_for(blackwell), poll)
    Ballot.objects.filter(poll=poll).update(record_quarters=4)
    assert "Weighed by record" not in page(client_for(blackwell), poll)


def test_an_update_invites_to_answer_again_once(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease")
    client = client_for(blackwell)
    answer(blackwell, poll, "Gout")
    assert "Change your answer" in page(client, poll)
    answer(blackwell, poll, "Lyme disease", is_change=True)
    assert "opens it again" in page(client, poll)

    update(osler, poll)

    invited = page(client, poll)
    assert "does it move you?" in invited
    assert "Change your answer" in invited
    sent = {"choice": str(option(poll, "Gout").pk), "change": "1"}
    vote = reverse("polls:vote", args=[poll.public_id])
    assert [client.post(vote, sent).status_code for _ in range(2)] == [302, 302]
    assert "does it move you?" not in page(client, poll)
    assert (
        client.post(vote, {**sent, "choice": str(option(poll, "Lyme disease").pk)}).status_code
        == 409
    )


def test_findings_become_the_list_of_what_to_ask_next(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease")
    vote = reverse("polls:vote", args=[poll.public_id])
    said: dict[str, Any] = {
        "choice": str(option(poll, "Gout").pk),
        "finding": "  Joint   aspirate ",
        "moves_to": str(option(poll, "Lyme disease").pk),
    }
    client = client_for(blackwell)
    client.post(vote, said)
    answer(make_viewer("other"), poll, "Gout", finding="joint ASPIRATE")
    answer(make_viewer("third"), poll, "Gout", finding="Serology")

    found = page_of(viewer=blackwell, poll=poll).findings

    assert [(one.text, one.n) for one in found] == [("Joint aspirate", 2), ("Serology", 1)]
    assert [(move.from_name, move.to_name, move.n) for move in found[0].moves] == [
        ("Gout", "Lyme disease", 1)
    ]
    shown = page(client, poll)
    assert "What would change minds" in shown
    assert "would move 1 from Gout to Lyme disease" in shown
    assert "Joint aspirate" not in page(client_for(make_viewer("reader")), poll)


def test_a_finding_told_invites_those_who_asked(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease", guess=["Gout"])
    answer(blackwell, poll, "Gout", finding="Joint aspirate")
    finding = Finding.objects.get()
    address = reverse("polls:tell", args=[finding.public_id])
    author, asker = client_for(osler), client_for(blackwell)
    assert "What to find out next" in page(author, poll)
    assert asker.get(address).status_code == 404
    assert author.get(address).status_code == 200
    assert author.post(address, {"text": ""}).status_code == 422

    told = author.post(address, {"text": "No crystals."})

    assert told.status_code == 302
    assert Comment.objects.get().text == "Joint aspirate: No crystals."
    assert Comment.objects.get().kind == CommentKind.UPDATE
    assert "You asked for “Joint aspirate”" in page(asker, poll)
    assert "told in an update" in page(asker, poll)
    assert "Tell the result" not in page(author, poll)


def test_a_finding_that_could_identify_is_held_back(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease")
    vote = reverse("polls:vote", args=[poll.public_id])
    sent = {"choice": str(option(poll, "Gout").pk), "finding": "the film of 3 March 2024"}

    refused = client_for(blackwell).post(vote, sent)

    assert refused.status_code == 422
    assert "3 March 2024" in refused.content.decode()
    assert not MindChange.objects.exists()


def test_a_warning_stands_beside_the_suggestion_and_in_the_discussion(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    poll = make_opinion(osler, "Thrombolysis", "Wait")
    answer(blackwell, poll, "Wait")
    address = reverse("polls:flag-option", args=[option(poll, "Thrombolysis").pk])
    client = client_for(blackwell)
    reader = client_for(make_viewer("reader"))
    assert reader.get(address).status_code == 404
    assert client.get(address).status_code == 200
    key = str(uuid.uuid4())
    sent = {"text": "Recent surgery.", "shown_as": "handle", "idempotency_key": key}

    assert [client.post(address, sent).status_code for _ in range(2)] == [302, 302]

    assert HarmFlag.objects.count() == 1
    comment = Comment.objects.get()
    assert (comment.kind, comment.hidden_until_answer) == (CommentKind.RISK, True)
    shown = page(client, poll)
    assert shown.count("Recent surgery.") == 2
    assert "Could harm" in shown
    hide_comment(comment=comment)
    # Who wrote it reads it still, as hidden, and no longer beside the suggestion.
    assert page(client, poll).count("Recent surgery.") == 1
    assert "Recent surgery." not in page(reader, poll)


def test_a_finding_can_be_warned_of_too(osler: Viewer, blackwell: Viewer) -> None:
    poll = make_poll(osler, "Gout")
    answer(blackwell, poll, "Gout", finding="Lumbar puncture")

    flag_harm(
        viewer=blackwell,
        finding=Finding.objects.get(),
        text="Raised pressure.",
        shown_as=ShownAs.HANDLE,
        idempotency_key=uuid.uuid4(),
    )

    (warning,) = page_of(viewer=blackwell, poll=poll).warnings
    assert (warning.target, warning.text) == ("Lumbar puncture", "Raised pressure.")


def test_many_findings_and_warnings_cost_no_more_statements_than_one(
    osler: Viewer, blackwell: Viewer
) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease")
    answer(blackwell, poll, "Gout", finding="First")
    counts = []
    for number in range(2):
        for other in range(1 + 4 * number):
            who = make_viewer(f"other-{number}-{other}")
            answer(who, poll, "Gout", finding=f"Finding {number} {other}")
            flag_harm(
                viewer=who,
                finding=Finding.objects.latest("id"),
                text="Careful.",
                shown_as=ShownAs.HANDLE,
                idempotency_key=uuid.uuid4(),
            )
        with CaptureQueriesContext(connection) as caught:
            page_of(viewer=blackwell, poll=poll)
        counts.append(len(caught))

    assert counts[0] == counts[1]
