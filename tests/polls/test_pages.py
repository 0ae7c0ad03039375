"""What the pages of a poll show, and to whom: answers are hidden until you answer."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import AnswerReveal, Case, Comment, CommentKind
from cases.services import index_case, reveal_answers
from polls.models import Answer, AnswerOption, Poll
from polls.services import create_site_poll
from sermo.members.models import ShownAs
from sermo.members.viewer import Viewer
from tests.factories import make_viewer
from tests.factories_cases import post_comment, solve
from tests.factories_polls import (
    answer,
    case_of,
    fill_step,
    make_concept,
    make_opinion_poll,
    make_poll,
    option,
)

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
ClientFor = Callable[[Viewer | None], Client]
HTMX = {"HX-Request": "true"}


def _case_page(client: Client, poll: Poll) -> str:
    return client.get(case_of(poll).get_absolute_url()).content.decode()


def _answer(client: Client, poll: Poll, **sent: Any) -> Any:
    return client.post(reverse("polls:answer", args=[poll.public_id]), sent)


def _stable_text(page: bytes) -> str:
    """A page without what is new on every showing: tokens, nonces and keys of forms."""
    text = page.decode()
    text = re.sub(r'name="(csrfmiddlewaretoken|idempotency_key)" value="[^"]+"', "", text)
    return re.sub(r'nonce(-|=")[\w+/=-]+|"X-CSRFToken": ?"\w+"', "", text)


def test_one_chosen_option_is_a_complete_answer(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease")
    client = client_for(blackwell)
    assert "sealed until you give yours" in _case_page(client, poll)

    sent = _answer(client, poll, choice=str(option(poll, "Gout").pk))

    assert sent.status_code == 302
    page = _case_page(client, poll)
    assert "1 answer given blind" in page
    assert "Your answer" in page
    assert "100 %" in page


def test_ranks_confidence_reasons_and_an_added_diagnosis_are_stored(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease")
    client = client_for(blackwell)

    _answer(
        client,
        poll,
        choice="typed",
        added="Pseudogout",
        rank_2=str(option(poll, "Gout").pk),
        rank_3=str(option(poll, "Gout").pk),
        confidence="4",
        reasoning="Chondrocalcinosis on the film.",
        shown_as="handle",
    )

    row = Answer.objects.get()
    assert row.confidence == 4
    ranks = row.ranked_options.order_by("rank").values_list("rank", "option__label")
    assert list(ranks) == [(1, "Pseudogout"), (2, "Gout")]
    comment = Comment.objects.get()
    assert comment.hidden_until_answer
    assert comment.kind == CommentKind.ANSWER
    assert "Chondrocalcinosis" in _case_page(client, poll)


def test_an_added_diagnosis_without_a_rank_comes_last_or_alone(
    osler: Viewer, blackwell: Viewer, garrett: Viewer, client_for: ClientFor
) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease")

    _answer(client_for(blackwell), poll, added="Pseudogout")
    _answer(client_for(garrett), poll, added="Sarcoidosis", choice=str(option(poll, "Gout").pk))

    lists = [
        [rank.option.label for rank in row.ranked_options.order_by("rank")]
        for row in Answer.objects.all()
    ]
    assert sorted(lists) == [["Gout", "Sarcoidosis"], ["Pseudogout"]]


def test_reasons_of_an_anonymous_author_are_anonymous_by_default(
    osler: Viewer, client_for: ClientFor
) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease", anonymous=True)

    _answer(
        client_for(osler), poll, choice=str(option(poll, "Gout").pk), reasoning="The toe is red."
    )

    assert Comment.objects.get().shown_as == ShownAs.ANONYMOUS


def test_pages_are_byte_equal_whatever_others_answered(
    osler: Viewer, blackwell: Viewer, garrett: Viewer, client_for: ClientFor
) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease", "Sarcoidosis", guess=["Gout"])
    opinion = make_opinion_poll(osler, "Wait", "Operate")
    index_case(case=case_of(poll))
    client = client_for(make_viewer("reader"))
    addresses = [
        case_of(poll).get_absolute_url(),
        reverse("cases:feed"),
        f"{reverse('search:search')}?q=synthetic",
        f"{reverse('search:search')}?q=hepatolenticular",
        f"{reverse('polls:concepts')}?q=hepato",
        f"{reverse('polls:concepts')}?q=zebra",
        reverse("polls:case-polls", args=[case_of(poll).public_id]),
        reverse("polls:detail", args=[opinion.public_id]),
        reverse("polls:answers-csv", args=[poll.public_id]),
        reverse("notifications:inbox"),
    ]

    def read_all(first: str, second: str, added: str, opinion_label: str) -> list[tuple[Any, ...]]:
        with transaction.atomic():
            answer(blackwell, poll, first, second, confidence=5 if first == "Gout" else 1)
            answer(garrett, poll, added=added)
            answer(garrett, opinion, opinion_label)
            post_comment(
                blackwell,
                case_of(poll),
                text=f"Surely {added}",
                kind=CommentKind.ANSWER,
                hidden_until_answer=True,
                idempotency_key=opinion.pk,
            )
            seen = []
            for address in addresses:
                answered = client.get(address)
                headers = {
                    name: value
                    for name, value in answered.items()
                    if name not in ("Content-Security-Policy", "Content-Length")
                }
                seen.append(
                    (address, answered.status_code, headers, _stable_text(answered.content))
                )
            transaction.set_rollback(True)
        return seen

    first_pages = read_all("Gout", "Lyme disease", "Zebra stripes", "Wait")
    second_pages = read_all("Sarcoidosis", "Gout", "Hepatolenticular haze", "Operate")

    assert first_pages == second_pages
    assert "Zebra" not in str(first_pages)


def test_options_are_shuffled_once_for_each_member(osler: Viewer, client_for: ClientFor) -> None:
    poll = make_poll(osler, *"ABCDEF")
    orders = set()
    for number in range(6):
        client = client_for(make_viewer(f"reader-{number}"))
        choice_orders = [
            tuple(re.findall(r'name="choice"\s+value="([^"]+)"', _case_page(client, poll)))
            for _ in range(2)
        ]
        assert choice_orders[0] == choice_orders[1]
        orders.add(choice_orders[0])

    assert len(orders) > 1


def test_added_options_are_hidden_until_you_answer(
    osler: Viewer, blackwell: Viewer, garrett: Viewer, client_for: ClientFor
) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease")
    answer(blackwell, poll, added="Zebra stripes")
    client = client_for(garrett)
    hidden = str(option(poll, "Zebra stripes").pk)
    assert "Zebra" not in _case_page(client, poll)
    assert _answer(client, poll, choice=hidden).status_code == 422

    _answer(client, poll, choice=str(option(poll, "Gout").pk))

    assert "Zebra" in _case_page(client, poll)


def test_skipping_the_answer_shows_the_answers(
    osler: Viewer, blackwell: Viewer, garrett: Viewer, client_for: ClientFor
) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease")
    answer(blackwell, poll, "Gout")
    reveal_answers(viewer=garrett, case=case_of(poll), skipped_answer=True)
    client = client_for(garrett)
    assert "Answer after reading" in _case_page(client, poll)

    _answer(client, poll, choice=str(option(poll, "Gout").pk), change="1")

    page = _case_page(client, poll)
    assert "1 answer given blind" in page
    assert "1 more answered only after reading" in page


def test_changed_answers_are_counted_apart(
    osler: Viewer, blackwell: Viewer, garrett: Viewer, client_for: ClientFor
) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease")
    for who in (blackwell, garrett):
        answer(who, poll, "Gout")
    answer(garrett, poll, "Gout", is_change=True)
    client = client_for(blackwell)

    _answer(client, poll, choice=str(option(poll, "Lyme disease").pk), change="1")
    fill_step(poll, "Gout", n=3)

    page = re.sub(r"\s+", " ", _case_page(client, poll))
    assert "After seeing the others, 1 kept the answer, 1 moved to Lyme disease." in page
    assert "5 answers given blind" in page


def test_specialties_with_fewer_than_three_answers_are_shown_together(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease")
    people = ["cardiology"] * 3 + ["neurology", "nephrology", "urology"]
    for number, specialty in enumerate(people):
        answer(make_viewer(f"colleague-{number}", specialty=specialty), poll, "Gout")
    answer(blackwell, poll, "Gout")

    page = _case_page(client_for(blackwell), poll)
    groups = page[page.index("By specialty") : page.index("How this is computed")]

    assert "Cardiology" in groups
    assert "Others" in groups
    assert "Neurology" not in groups
    assert "Paediatrics" not in groups


def test_a_single_specialist_of_the_diagnosis_is_in_the_minority_report(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    make_concept("Cardiac amyloidosis", specialty="heart-failure")
    poll = make_poll(osler, "Hypertension", "Cardiac amyloidosis", "Asthma")
    for number in range(6):
        answer(make_viewer(f"colleague-{number}"), poll, "Hypertension", "Asthma")
    lone = make_viewer("harvey", specialty="cardiology")
    answer(lone, poll, "Cardiac amyloidosis", confidence=5)

    page = _case_page(client_for(lone), poll)

    report = page[page.index("Minority report") : page.index("By specialty")]
    assert "Cardiac amyloidosis" in report


def test_the_page_shows_how_the_scores_are_computed(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease")
    for number in range(5):
        answer(make_viewer(f"colleague-{number}"), poll, "Gout", "Lyme disease")

    answer(blackwell, poll, "Lyme disease")

    page = _case_page(client_for(blackwell), poll)
    assert "5\u00a0\u00d7\u00a01/2" in page  # Lyme disease: 1 and five halves
    assert "3.50" in page
    assert "usable" in page


def test_answers_can_be_downloaded_without_identities(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease", guess=["Gout"])
    client = client_for(blackwell)
    addresses = [
        reverse(f"polls:answers-{form}", args=[poll.public_id]) for form in ("csv", "json")
    ]
    assert [client.get(address).status_code for address in addresses] == [404, 404]
    answer(blackwell, poll, "Gout", added="=cmd|' /C calc'!A0", added_at=1, confidence=2)
    answer(blackwell, poll, "Lyme disease", is_change=True)
    fill_step(poll, "Gout", n=4)

    table = client.get(addresses[0])
    data = client.get(addresses[1]).json()

    rows = list(csv.reader(io.StringIO(table.content.decode())))
    assert ["1", "", "2", "1.0", "Gout", "'=cmd|' /C calc'!A0"] in [row[:6] for row in rows[1:]]
    assert {row[1] for row in rows[1:]} == {"", "surgery"}
    assert {row["round"] for row in data["answers"]} == {1, 2}
    assert len(data["answers"]) == 6
    assert not re.search(blackwell.member.handle, str(data))


def test_a_specialty_is_downloaded_only_if_three_members_share_it(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease")
    for number in range(2):
        who = make_viewer(f"colleague-{number}", specialty="cardiology")
        answer(who, poll, "Gout")
        answer(who, poll, "Lyme disease", is_change=True)
    for number in range(3):
        answer(make_viewer(f"neuro-{number}", specialty="neurology"), poll, "Gout")
    answer(blackwell, poll, "Gout")

    url = reverse("polls:answers-json", args=[poll.public_id])
    data = client_for(blackwell).get(url).json()

    assert {row["specialty"] for row in data["answers"]} == {"", "neurology"}


def test_possible_patient_details_must_be_changed_or_confirmed(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease")
    client = client_for(blackwell)
    fields = {
        "choice": str(option(poll, "Gout").pk),
        "rank_2": str(option(poll, "Lyme disease").pk),
        "confidence": "3",
        "reasoning": "I saw the same on 3 March 2024, call me at +1 202 555 0143.",
        "shown_as": "anonymous",
    }

    refused = _answer(client, poll, **fields)

    page = refused.content.decode()
    assert refused.status_code == 422
    assert "<mark" in page
    assert "3 March 2024" in page
    assert not Answer.objects.exists()
    selected = re.findall(r'<option value="([^"]+)" selected', page)
    assert fields["rank_2"] in selected
    assert "3" in selected

    digest = re.search(r'name="no_patient_details"\s+value="(\w+)"', page)
    assert digest is not None
    confirmed = _answer(client, poll, **fields, no_patient_details=digest[1])

    assert confirmed.status_code == 302
    assert Answer.objects.count() == Comment.objects.count() == 1


def test_the_name_of_a_known_diagnosis_is_no_patient_detail(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    make_concept("Disease of Mr John Whipple", "Whipple")
    poll = make_poll(osler, "Gout", "Lyme disease")

    sent = _answer(client_for(blackwell), poll, added="Disease of Mr John Whipple")

    assert sent.status_code == 302


def test_without_javascript_a_spelling_can_be_looked_up(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    make_concept("Sarcoidosis")
    poll = make_poll(osler, "Gout", "Lyme disease")
    client = client_for(blackwell)

    looked = _answer(client, poll, added="Sarkoidosis", look_up="1")

    assert looked.status_code == 422
    assert 'name="suggested" value="Sarcoidosis"' in looked.content.decode()
    assert not Answer.objects.exists()
    _answer(client, poll, added="Sarkoidosis", suggested="Sarcoidosis")
    assert AnswerOption.objects.filter(label="Sarcoidosis").exists()
    assert not AnswerOption.objects.filter(label="Sarkoidosis").exists()


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"choice": "typed"},
        {"choice": "00000000-0000-4000-8000-000000000000"},
        {"choice": "\x00"},
        {"added": "?!"},
        {"added": "x" * 201},
        {"added": "Pseudogout", "confidence": "9"},
    ],
)
def test_invalid_answers_are_refused_and_shown_again(
    sent: dict[str, str], osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease")

    refused = _answer(client_for(blackwell), poll, **sent)

    assert refused.status_code == 422
    assert "Not sent yet" in refused.content.decode()
    assert not Answer.objects.exists()


def test_htmx_gets_the_poll_with_its_errors(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease")
    client = client_for(blackwell)
    url = reverse("polls:answer", args=[poll.public_id])

    refused = client.post(url, {}, headers=HTMX)
    sent = client.post(url, {"choice": str(option(poll, "Gout").pk)}, headers=HTMX)

    assert refused.status_code == 422
    assert refused["HX-Retarget"] == f"#poll-{poll.public_id}"
    assert "<html" not in refused.content.decode()
    assert sent.status_code == 302


def test_a_solved_case_shows_its_answers_to_all_and_accepts_none(
    osler: Viewer, blackwell: Viewer, garrett: Viewer, client_for: ClientFor
) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease")
    answer(blackwell, poll, "Gout")
    solve(osler, case_of(poll))
    client = client_for(garrett)

    page = _case_page(client, poll)
    late = _answer(client, poll, choice=str(option(poll, "Gout").pk))

    assert "1 answer given blind" in page
    assert 'name="choice"' not in page
    assert late.status_code == 422
    assert "This poll has closed." in late.content.decode()


def test_the_author_answers_or_declines_before_seeing_answers(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease")
    answer(blackwell, poll, "Gout")
    client, other = client_for(osler), client_for(blackwell)
    decline = reverse("polls:decline-answer", args=[case_of(poll).public_id])
    assert "Seal my guess" in _case_page(client, poll)
    assert "given blind" not in _case_page(client, poll)
    assert other.post(decline).status_code == 404

    assert client.post(decline).status_code == 302

    assert "1 answer given blind" in _case_page(client, poll)
    assert AnswerReveal.objects.count() == 2


@pytest.mark.parametrize("field", ["hidden_at", "appears_at"])
def test_polls_of_invisible_cases_are_not_found(
    field: str, osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease")
    Case.objects.update(**{field: timezone.now()})
    client = client_for(blackwell)

    answered = [
        client.get(reverse("polls:case-polls", args=[case_of(poll).public_id])),
        client.get(reverse("polls:detail", args=[poll.public_id])),
        client.get(reverse("polls:answers-csv", args=[poll.public_id])),
        client.get(reverse("polls:answers-json", args=[poll.public_id])),
        _answer(client, poll, choice=str(option(poll, "Gout").pk)),
        client.post(reverse("polls:decline-answer", args=[case_of(poll).public_id])),
    ]

    assert {response.status_code for response in answered} == {404}


def test_visitors_are_redirected_to_sign_in(osler: Viewer, client_for: ClientFor) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease")
    visitor = client_for(None)

    for answered in (
        visitor.get(reverse("polls:list")),
        visitor.get(reverse("polls:concepts"), {"q": "go"}),
        visitor.get(reverse("polls:detail", args=[poll.public_id])),
        _answer(visitor, poll),
    ):
        assert answered.status_code == 302
        assert "login" in answered["Location"]


def test_a_community_poll_shows_its_results_after_you_vote(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    client = client_for(blackwell)
    assert "No community poll yet" in client.get(reverse("polls:list")).content.decode()
    poll = create_site_poll(question="Paper at handover?", options=["Yes", "No"], is_multiple=False)
    answer(osler, poll, "No")
    url = reverse("polls:detail", args=[poll.public_id])
    assert "Paper at handover?" in client.get(reverse("polls:list")).content.decode()
    assert "100 %" not in client.get(url).content.decode()

    sent = _answer(client, poll, choice=str(option(poll, "Yes").pk))

    assert sent["Location"] == url
    page = client.get(url).content.decode()
    assert "2 answers given blind" in page
    assert page.count("50 %") == 2


def test_many_answers_need_no_more_queries_than_one(
    osler: Viewer,
    blackwell: Viewer,
    client_for: ClientFor,
    django_assert_max_num_queries: Callable[..., Any],
) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease")
    for number in range(12):
        answer(make_viewer(f"colleague-{number}"), poll, "Gout", "Lyme disease")
    answer(blackwell, poll, "Gout")
    client = client_for(blackwell)
    part = reverse("polls:case-polls", args=[case_of(poll).public_id])

    with django_assert_max_num_queries(10):
        assert "13 answers given blind" in client.get(part).content.decode()
