"""Later answers, decisive tests, risk flags, and what the results show of them."""

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
from polls.consult import RankedAnswer, pool_by_record_weight
from polls.models import (
    Answer,
    ConditionalChange,
    DecisiveTest,
    Poll,
    RiskFlag,
)
from polls.selectors import poll_page
from polls.services import flag_risk
from sermo.members.models import ShownAs
from sermo.members.viewer import Viewer
from tests.factories import make_viewer
from tests.factories_polls import answer, case_of, fill_step, make_opinion_poll, make_poll, option

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
ClientFor = Callable[[Viewer | None], Client]


def update(author: Viewer, poll: Poll, text: str = "News.") -> None:
    add_update(viewer=author, case=case_of(poll), text=text, idempotency_key=uuid.uuid4())


def page(client: Client, poll: Poll) -> str:
    return client.get(case_of(poll).get_absolute_url()).content.decode()


def test_record_weights_give_a_second_ranking_with_ties_as_in_the_first() -> None:
    answers = [
        RankedAnswer(("A",), order=0, record_weight=Fraction(1, 2)),
        RankedAnswer(("A",), order=1, record_weight=Fraction(1, 2)),
        RankedAnswer(("B",), order=2, record_weight=Fraction(2)),
    ]

    assert pool_by_record_weight(answers) == [("B", Fraction(2, 3)), ("A", Fraction(1, 3))]
    assert pool_by_record_weight([]) == []
    plain = [RankedAnswer(answer.ranked, order=answer.order) for answer in answers]
    assert [key for key, _ in pool_by_record_weight(plain)] == ["A", "B"]


def test_the_results_compare_the_own_answer_with_the_group_ranking(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease", "Lupus")
    for number in range(3):
        answer(make_viewer(f"other-{number}"), poll, "Lupus", "Gout")
    answer(blackwell, poll, "Gout", "Lyme disease")

    results = poll_page(viewer=blackwell, poll=poll).results

    assert results is not None
    assert [(row.rank, row.own, row.group, row.rank_in_group) for row in results.comparison] == [
        (1, "Gout", "Lupus", 2),
        (2, "Lyme disease", "Gout", 3),
    ]
    assert "Your list beside the pooled one" in page(client_for(blackwell), poll)


def test_later_answers_are_shown_apart_from_blind_answers(osler: Viewer, blackwell: Viewer) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease")
    other = make_viewer("other")
    answer(blackwell, poll, "Gout")
    answer(other, poll, "Gout")
    before = poll_page(viewer=other, poll=poll).results
    assert before is not None
    assert before.latest == []

    answer(blackwell, poll, "Lyme disease", is_change=True)
    fill_step(poll, "Gout", n=3)

    results = poll_page(viewer=other, poll=poll).results
    assert results is not None
    assert [(row.name, row.share) for row in results.bars] == [("Gout", 100)]
    assert {(row.name, row.share) for row in results.latest} == {("Gout", 80), ("Lyme disease", 20)}


def test_weighted_shares_need_five_answers_and_a_weight_other_than_one(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease")
    for number in range(4):
        answer(make_viewer(f"other-{number}"), poll, "Gout" if number else "Lyme disease")
    Answer.objects.filter(poll=poll).update(record_weight_quarters=8)
    answer(blackwell, poll, "Lyme disease")

    results = poll_page(viewer=blackwell, poll=poll).results

    assert results is not None
    # Gout: 3 of 5; by record 6 of 9.
    assert [(row.name, row.unweighted, row.weighted) for row in results.weighted_shares] == [
        ("Gout", 60, 67),
        ("Lyme disease", 40, 33),
    ]
    assert "Weighed by record" in page(client_for(blackwell), poll)


def test_equal_weights_are_not_shown(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease")
    fill_step(poll, "Gout")
    answer(blackwell, poll, "Lyme disease")

    assert "Weighed by record" not in page(client_for(blackwell), poll)


def test_an_update_allows_one_more_change(
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
    url = reverse("polls:answer", args=[poll.public_id])
    assert [client.post(url, sent).status_code for _ in range(2)] == [302, 302]
    assert "does it move you?" not in page(client, poll)
    assert (
        client.post(url, {**sent, "choice": str(option(poll, "Lyme disease").pk)}).status_code
        == 409
    )


def test_decisive_tests_are_listed_by_how_many_members_named_them(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease")
    url = reverse("polls:answer", args=[poll.public_id])
    sent: dict[str, Any] = {
        "choice": str(option(poll, "Gout").pk),
        "decisive_test": "  Joint   aspirate ",
        "changes_to": str(option(poll, "Lyme disease").pk),
    }
    client = client_for(blackwell)
    client.post(url, sent)
    answer(make_viewer("other"), poll, "Gout", decisive_test="joint ASPIRATE")
    answer(make_viewer("third"), poll, "Gout", decisive_test="Serology")

    tests = poll_page(viewer=blackwell, poll=poll).decisive_tests

    assert [(test.text, test.n) for test in tests] == [("Joint aspirate", 2), ("Serology", 1)]
    assert tests[0].changes == []
    fill_step(poll, "Gout", n=2)
    tests = poll_page(viewer=blackwell, poll=poll).decisive_tests
    assert [(change.from_label, change.to_label, change.n) for change in tests[0].changes] == [
        ("Gout", "Lyme disease", 1)
    ]
    shown = page(client, poll)
    assert "What would change minds" in shown
    assert "would move 1 from Gout to Lyme disease" in shown
    assert "Joint aspirate" not in page(client_for(make_viewer("reader")), poll)


def test_a_reported_test_result_invites_the_members_who_named_the_test(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease", guess=["Gout"])
    answer(blackwell, poll, "Gout", decisive_test="Joint aspirate")
    test = DecisiveTest.objects.get()
    address = reverse("polls:report-test-result", args=[test.public_id])
    author, asker = client_for(osler), client_for(blackwell)
    assert "What to find out next" in page(author, poll)
    assert asker.get(address).status_code == 404
    assert author.get(address).status_code == 200
    assert author.post(address, {"text": ""}).status_code == 422

    response = author.post(address, {"text": "No crystals."})

    assert response.status_code == 302
    assert Comment.objects.get().text == "Joint aspirate: No crystals."
    assert Comment.objects.get().kind == CommentKind.UPDATE
    assert "You asked for “Joint aspirate”" in page(asker, poll)
    assert "told in an update" in page(asker, poll)
    assert "Tell the result" not in page(author, poll)


def test_a_decisive_test_with_possible_patient_details_is_refused(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease")
    url = reverse("polls:answer", args=[poll.public_id])
    sent = {"choice": str(option(poll, "Gout").pk), "decisive_test": "the film of 3 March 2024"}

    refused = client_for(blackwell).post(url, sent)

    assert refused.status_code == 422
    assert "3 March 2024" in refused.content.decode()
    assert not ConditionalChange.objects.exists()


def test_a_risk_flag_is_shown_at_the_option_and_in_the_discussion(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    poll = make_opinion_poll(osler, "Thrombolysis", "Wait")
    answer(blackwell, poll, "Wait")
    address = reverse("polls:flag-option", args=[option(poll, "Thrombolysis").pk])
    client = client_for(blackwell)
    reader = client_for(make_viewer("reader"))
    assert reader.get(address).status_code == 404
    assert client.get(address).status_code == 200
    key = str(uuid.uuid4())
    sent = {"text": "Recent surgery.", "shown_as": "handle", "idempotency_key": key}

    assert [client.post(address, sent).status_code for _ in range(2)] == [302, 302]

    assert RiskFlag.objects.count() == 1
    comment = Comment.objects.get()
    assert (comment.kind, comment.hidden_until_answer) == (CommentKind.RISK, True)
    shown = page(client, poll)
    assert shown.count("Recent surgery.") == 2
    assert "Could harm" in shown
    hide_comment(comment=comment)
    # Who wrote it reads it still, as hidden, and no longer beside the suggestion.
    assert page(client, poll).count("Recent surgery.") == 1
    assert "Recent surgery." not in page(reader, poll)


def test_a_decisive_test_can_be_flagged_as_risky(osler: Viewer, blackwell: Viewer) -> None:
    poll = make_poll(osler, "Gout")
    answer(blackwell, poll, "Gout", decisive_test="Lumbar puncture")

    flag_risk(
        viewer=blackwell,
        target=DecisiveTest.objects.get(),
        text="Raised pressure.",
        shown_as=ShownAs.HANDLE,
        idempotency_key=uuid.uuid4(),
    )

    (warning,) = poll_page(viewer=blackwell, poll=poll).warnings
    assert (warning.target, warning.text) == ("Lumbar puncture", "Raised pressure.")


def test_many_decisive_tests_and_flags_need_no_more_queries_than_one(
    osler: Viewer, blackwell: Viewer
) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease")
    answer(blackwell, poll, "Gout", decisive_test="First")
    counts = []
    for number in range(2):
        for other in range(1 + 4 * number):
            who = make_viewer(f"other-{number}-{other}")
            answer(who, poll, "Gout", decisive_test=f"Test {number} {other}")
            flag_risk(
                viewer=who,
                target=DecisiveTest.objects.latest("id"),
                text="Careful.",
                shown_as=ShownAs.HANDLE,
                idempotency_key=uuid.uuid4(),
            )
        with CaptureQueriesContext(connection) as caught:
            poll_page(viewer=blackwell, poll=poll)
        counts.append(len(caught))

    assert counts[0] == counts[1]
