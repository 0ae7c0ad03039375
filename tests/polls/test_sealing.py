"""Two worlds that differ only in what others answered, on every channel, for everybody.

Whoever has not answered gets the same bytes in both; whoever has gets others, or the comparison
would show nothing.
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
from cases.services import add_comment, follows, index_case, reveal_answers
from polls.models import Poll
from polls.services import decline_guess
from sermo.data_rights.export import PARTS
from sermo.members.models import ShownAs
from sermo.members.services import encrypt_contact_email
from sermo.members.viewer import Viewer
from sermo.notifications import services as notifications
from sermo.notifications.models import SealedMail
from tests.factories import make_viewer
from tests.factories_polls import answer, case_of, make_concept, make_opinion, make_poll, option

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
ClientFor = Callable[[Viewer | None], Client]
Channel = tuple[str, object]
WORDS = ("Zebra stripes", "Hepatolenticular haze", "ceruloplasmin", "copper")
# Random in every answer: nonces, tokens, keys of forms.
_RANDOM = (
    r'name="(csrfmiddlewaretoken|idempotency_key)" value="[^"]+"',
    r'nonce(-|=")[\w+/=-]+',
    r'"X-CSRFToken": ?"\w+"',
)


@pytest.fixture
def polls(osler: Viewer) -> tuple[Poll, Poll]:
    """A diagnosis poll and an opinion poll; both authors' guesses are still to come."""
    make_concept("Gout", specialty="rheumatology")
    poll = make_poll(osler, "Gout", "Lyme disease", "Sarcoidosis")
    opinion = make_opinion(osler, "Wait", "Operate")
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
        reverse("polls:for-case", args=[case.public_id]),
        reverse("polls:feedback", args=[case.public_id]),
        reverse("polls:detail", args=[poll.public_id]),
        reverse("polls:detail", args=[opinion.public_id]),
        reverse("polls:results-csv", args=[poll.public_id]),
        reverse("polls:results-json", args=[poll.public_id]),
        reverse("polls:results-csv", args=[opinion.public_id]),
        reverse("polls:record"),
        reverse("polls:quizzes"),
        reverse("polls:quiz", args=[case.public_id]),
        reverse("polls:library"),
        "/numbers/",
        reverse("notifications:inbox"),
        reverse("notifications:bell"),
        "/log/",
        "/me/",
    ]


def _seen(client: Client, addresses: list[str]) -> list[Channel]:
    found: list[Channel] = []
    for address in addresses:
        for verb in (client.get, client.head):
            got = verb(address)
            headers = {k: v for k, v in got.items() if k != "Content-Security-Policy"}
            body = got.content.decode()
            for pattern in _RANDOM:
                body = re.sub(pattern, "", body)
            if body:
                headers["Content-Length"] = ""
            found.append((f"{got.request['REQUEST_METHOD']} {address}", (got.status_code, headers)))
            found.append((address, body))
    return found


def _world(
    polls: tuple[Poll, Poll],
    others: tuple[Viewer, Viewer],
    look: Callable[[], list[Channel]],
    *,
    said: tuple[str, str, str, str],
) -> list[Channel]:
    """As many answers, comments, findings and mails in each world; only what they say differs."""
    poll, opinion = polls
    first, second, added, opines = said
    one, two = others
    with transaction.atomic():
        sure = 5 if first == "Gout" else 1
        answer(
            one,
            poll,
            first,
            second,
            confidence=sure,
            finding=f"{added} under the microscope",
            moves_to=option(poll, second),
        )
        answer(two, poll, added=added)
        answer(two, opinion, opines)
        add_comment(
            viewer=one,
            case=case_of(poll),
            text=f"Surely {added}, for the ceruloplasmin of it",
            shown_as=ShownAs.HANDLE,
            kind=CommentKind.ANSWER,
            hidden_until_answer=True,
            idempotency_key=uuid.uuid4(),
        )
        found = look()
        transaction.set_rollback(True)
    return found


ONE = ("Gout", "Lyme disease", "Zebra stripes", "Wait")
OTHER = ("Sarcoidosis", "Gout", "Hepatolenticular haze", "Operate")


def _both(
    polls: tuple[Poll, Poll],
    others: tuple[Viewer, Viewer],
    viewer: Viewer | None,
    client: Client,
) -> tuple[list[Channel], list[Channel]]:
    def look() -> list[Channel]:
        found = _seen(client, _addresses(*polls))
        if viewer is not None:
            found.append(("export", str([part(viewer) for _name, part in PARTS])))
        found.append(("mails", sorted(SealedMail.objects.values_list("kind", "attempt"))))
        return found

    # "2 min" in one world must not be "3 min" in the other.
    with time_machine.travel(timezone.now(), tick=False):
        return (
            _world(polls, others, look, said=ONE),
            _world(polls, others, look, said=OTHER),
        )


def _differing(one: list[Channel], other: list[Channel]) -> list[str]:
    return [a[0] for a, b in zip(one, other, strict=True) if a != b]


@pytest.mark.parametrize("who", ["visitor", "reader", "follower", "author"])
def test_who_has_not_answered_gets_the_same_bytes(
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
        notifications.watch(viewer=viewer, subject=case_of(polls[0]).pk, capsule=capsule)
    client = client_for(viewer)

    one, other = _both(polls, (blackwell, garrett), viewer, client)

    # The opinion poll's own author sees its answers, which is no diagnosis.
    allowed = {
        case_of(polls[1]).get_absolute_url(),
        reverse("polls:detail", args=[polls[1].public_id]),
        reverse("polls:results-csv", args=[polls[1].public_id]),
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
def test_who_has_answered_or_given_it_up_gets_others(
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
        decline_guess(viewer=viewer, case=case_of(poll))
    else:
        answer(viewer, poll, "Lyme disease")

    one, other = _both(polls, (blackwell, garrett), viewer, client_for(viewer))

    differing = _differing(one, other)
    assert case_of(poll).get_absolute_url() in differing
    assert reverse("polls:results-json", args=[poll.public_id]) in differing
    # What is opened is this case: lists, search and the inbox still tell nobody's answer.
    quiet = {reverse("cases:feed"), reverse("notifications:inbox"), "/numbers/", "export", "mails"}
    assert not quiet & set(differing)
