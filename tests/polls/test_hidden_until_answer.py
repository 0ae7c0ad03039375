"""What members see must not depend on others' answers until they have answered.

Two states of the database differ only in what others answered. On every channel, a member who has
not answered must get the same bytes in both. A member who has answered must get different bytes,
or the comparison would show nothing.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import CommentKind
from cases.services import follows, index_case, reveal_answers
from polls.models import Poll
from polls.services import decline_answer
from sermo.data_rights.services.export import PARTS
from sermo.members.services import encrypt_contact_email
from sermo.members.viewer import Viewer
from sermo.notifications import services as notifications
from sermo.notifications.models import NotificationEmail
from tests.factories import make_viewer
from tests.factories_cases import post_comment
from tests.factories_polls import (
    answer,
    case_of,
    make_concept,
    make_opinion_poll,
    make_poll,
    option,
)

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
ClientFor = Callable[[Viewer | None], Client]
Channel = tuple[str, object]
WORDS = ("Zebra stripes", "Hepatolenticular haze", "ceruloplasmin", "copper")
# Random in every response: nonces, tokens, keys of forms.
_RANDOM_PATTERNS = (
    r'name="(csrfmiddlewaretoken|idempotency_key)" value="[^"]+"',
    r'nonce(-|=")[\w+/=-]+',
    r'"X-CSRFToken": ?"\w+"',
)


@pytest.fixture
def polls(osler: Viewer) -> tuple[Poll, Poll]:
    """A diagnosis poll and an opinion poll; both authors' guesses are still to come."""
    make_concept("Gout", specialty="rheumatology")
    poll = make_poll(osler, "Gout", "Lyme disease", "Sarcoidosis")
    opinion = make_opinion_poll(osler, "Wait", "Operate")
    index_case(case=case_of(poll))
    return poll, opinion


def _addresses(poll: Poll, opinion: Poll) -> list[str]:
    case = case_of(poll)
    words = [f"{reverse('search:search')}?q={word.split()[0]}" for word in WORDS]
    concepts = [f"{reverse('polls:concepts')}?q={word[:5]}" for word in WORDS]
    return [
        case.get_absolute_url(),
        f"{case.get_absolute_url()}?order=helpful",
        case_of(opinion).get_absolute_url(),
        reverse("cases:feed"),
        f"{reverse('cases:feed')}?sort=hot",
        f"{reverse('cases:feed')}?status=unsolved",
        *words,
        *concepts,
        reverse("polls:list"),
        reverse("polls:case-polls", args=[case.public_id]),
        reverse("polls:feedback", args=[case.public_id]),
        reverse("polls:detail", args=[poll.public_id]),
        reverse("polls:detail", args=[opinion.public_id]),
        reverse("polls:answers-csv", args=[poll.public_id]),
        reverse("polls:answers-json", args=[poll.public_id]),
        reverse("polls:answers-csv", args=[opinion.public_id]),
        reverse("polls:accuracy"),
        reverse("polls:quizzes"),
        reverse("polls:quiz", args=[case.public_id]),
        reverse("polls:library"),
        "/numbers/",
        reverse("notifications:inbox"),
        reverse("notifications:inbox-link"),
        "/log/",
        "/me/",
    ]


def _responses(client: Client, addresses: list[str]) -> list[Channel]:
    channels: list[Channel] = []
    for address in addresses:
        for verb in (client.get, client.head):
            response = verb(address)
            headers = {k: v for k, v in response.items() if k != "Content-Security-Policy"}
            body = response.content.decode()
            for pattern in _RANDOM_PATTERNS:
                body = re.sub(pattern, "", body)
            if body:
                headers["Content-Length"] = ""
            method = response.request["REQUEST_METHOD"]
            channels.append((f"{method} {address}", (response.status_code, headers)))
            channels.append((address, body))
    return channels


def _with_answers(
    polls: tuple[Poll, Poll],
    others: tuple[Viewer, Viewer],
    read: Callable[[], list[Channel]],
    *,
    labels: tuple[str, str, str, str],
) -> list[Channel]:
    """Read all channels with two answers and a comment that use these labels, then roll back."""
    poll, opinion = polls
    first, second, added, opinion_label = labels
    one, two = others
    with transaction.atomic():
        confidence = 5 if first == "Gout" else 1
        answer(
            one,
            poll,
            first,
            second,
            confidence=confidence,
            decisive_test=f"{added} under the microscope",
            changes_to=option(poll, second),
        )
        answer(two, poll, added=added)
        answer(two, opinion, opinion_label)
        post_comment(
            one,
            case_of(poll),
            text=f"Surely {added}, for the ceruloplasmin of it",
            kind=CommentKind.ANSWER,
            hidden_until_answer=True,
            idempotency_key=uuid.uuid4(),
        )
        channels = read()
        transaction.set_rollback(True)
    return channels


FIRST_LABELS = ("Gout", "Lyme disease", "Zebra stripes", "Wait")
SECOND_LABELS = ("Sarcoidosis", "Gout", "Hepatolenticular haze", "Operate")


def _compare(
    polls: tuple[Poll, Poll],
    others: tuple[Viewer, Viewer],
    viewer: Viewer | None,
    client: Client,
) -> tuple[list[Channel], list[Channel]]:
    def read() -> list[Channel]:
        channels = _responses(client, _addresses(*polls))
        if viewer is not None:
            channels.append(("export", str([part(viewer) for _name, part in PARTS])))
        channels.append(("mails", sorted(NotificationEmail.objects.values_list("kind", "attempt"))))
        return channels

    # The clock stands still, so that relative times are the same in both.
    with time_machine.travel(timezone.now(), tick=False):
        return (
            _with_answers(polls, others, read, labels=FIRST_LABELS),
            _with_answers(polls, others, read, labels=SECOND_LABELS),
        )


def _differing(one: list[Channel], other: list[Channel]) -> list[str]:
    return [a[0] for a, b in zip(one, other, strict=True) if a != b]


@pytest.mark.parametrize("who", ["visitor", "reader", "follower", "author"])
def test_members_who_have_not_answered_get_the_same_bytes(
    who: str,
    polls: tuple[Poll, Poll],
    osler: Viewer,
    blackwell: Viewer,
    garrett: Viewer,
    client_for: ClientFor,
) -> None:
    viewer = {"visitor": None, "author": osler}.get(who)
    if who in {"reader", "follower"}:
        viewer = make_viewer("reader")
    if who == "follower" and viewer is not None:
        follows.follow(viewer=viewer, case=case_of(polls[0]), on=True)
        capsule = encrypt_contact_email("reader@mail.example")
        notifications.subscribe_by_email(
            viewer=viewer, subject=case_of(polls[0]).pk, capsule=capsule
        )
    client = client_for(viewer)

    one, other = _compare(polls, (blackwell, garrett), viewer, client)

    # The opinion poll's own author sees its answers, which is no diagnosis.
    allowed = {
        case_of(polls[1]).get_absolute_url(),
        reverse("polls:detail", args=[polls[1].public_id]),
        reverse("polls:answers-csv", args=[polls[1].public_id]),
    }
    differing = [
        name
        for name in _differing(one, other)
        if who != "author" or name.removeprefix("HEAD ").removeprefix("GET ") not in allowed
    ]
    assert differing == []
    bodies = str([body for name, body in one + other if "?q=" not in name])
    assert not [word for word in WORDS if word in bodies]


@pytest.mark.parametrize("how", ["answered", "just read", "author guessed", "author declined"])
def test_members_who_answered_or_skipped_get_different_bytes(
    how: str,
    polls: tuple[Poll, Poll],
    osler: Viewer,
    blackwell: Viewer,
    garrett: Viewer,
    client_for: ClientFor,
) -> None:
    poll, _opinion = polls
    viewer = osler if how.startswith("author") else make_viewer("reader")
    if how == "just read":
        reveal_answers(viewer=viewer, case=case_of(poll), skipped_answer=True)
    elif how == "author declined":
        decline_answer(viewer=viewer, case=case_of(poll))
    else:
        answer(viewer, poll, "Lyme disease")

    one, other = _compare(polls, (blackwell, garrett), viewer, client_for(viewer))

    differing = _differing(one, other)
    assert case_of(poll).get_absolute_url() in differing
    # So few answers are in no list, even for who may see them.
    assert reverse("polls:answers-json", args=[poll.public_id]) not in differing
    # Only this case is revealed: lists, search and the inbox still tell no answer.
    unchanged = {
        reverse("cases:feed"),
        reverse("notifications:inbox"),
        "/numbers/",
        "export",
        "mails",
    }
    assert not unchanged & set(differing)
