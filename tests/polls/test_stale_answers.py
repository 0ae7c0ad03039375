"""A page that is older than one's answer, a poll that closed, an option that is gone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Comment
from polls.models import Answer, Poll, RankedOption
from sermo.members.viewer import Viewer
from tests.factories_cases import solve
from tests.factories_polls import answer, case_of, make_poll, option

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
REASONS = "Because the joint was hot, and the crystals were seen."


def sent(client: Client, poll: Poll, label: str, **headers: str) -> Any:
    chosen = {"choice": option(poll, label).pk, "reasoning": REASONS, "decisive_test": "A smear"}
    return client.post(reverse("polls:answer", args=[poll.public_id]), chosen, headers=headers)


def labels() -> list[str]:
    return list(RankedOption.objects.values_list("option__label", flat=True))


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_an_older_page_says_that_one_has_answered_and_keeps_the_words(
    osler: Viewer,
    blackwell: Viewer,
    client_for: Callable[[Viewer], Client],
    headers: dict[str, str],
) -> None:
    poll = make_poll(osler, "Gout", "Sepsis")
    client = client_for(blackwell)
    answer(blackwell, poll, "Gout")

    page = sent(client, poll, "Sepsis", **headers)

    html = page.content.decode()
    assert page.status_code == 409
    assert "You have answered already, in another window." in html
    assert REASONS in html
    assert "A smear" in html
    assert 'name="change" value="1"' in html
    assert labels() == ["Gout"]
    assert Comment.objects.count() == 0


def test_the_same_form_sent_twice_is_one_answer(
    osler: Viewer, blackwell: Viewer, client_for: Callable[[Viewer], Client]
) -> None:
    poll = make_poll(osler, "Gout", "Sepsis")
    client = client_for(blackwell)

    statuses = [sent(client, poll, "Gout").status_code for _n in range(2)]

    assert statuses == [302, 302]
    assert Answer.objects.count() == 1


def test_a_poll_that_closed_gives_the_words_back(
    osler: Viewer, blackwell: Viewer, client_for: Callable[[Viewer], Client]
) -> None:
    poll = make_poll(osler, "Gout", "Sepsis")
    solve(osler, case_of(poll))

    page = sent(client_for(blackwell), poll, "Gout")

    assert page.status_code == 422
    assert "This poll has closed." in page.content.decode()
    assert REASONS in page.content.decode()
    assert "A smear" in page.content.decode()


def test_an_option_that_is_gone_says_so_and_keeps_the_words(
    osler: Viewer, blackwell: Viewer, client_for: Callable[[Viewer], Client]
) -> None:
    poll, other = make_poll(osler, "Gout", "Sepsis"), make_poll(osler, "Lupus", "Lyme")

    page = client_for(blackwell).post(
        reverse("polls:answer", args=[poll.public_id]),
        {"choice": option(other, "Lupus").pk, "reasoning": REASONS},
    )

    assert page.status_code == 422
    assert "no longer offered" in page.content.decode()
    assert REASONS in page.content.decode()
