"""A form that a rule refuses comes back with its words and the sentence, on every such page."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Case, Comment
from polls.models import Poll
from sermo.core.errors import TooMany
from sermo.members.viewer import Viewer
from sermo.moderation.models import ModerationDecision
from tests.core.test_unsent_forms import SCENES, form_at, written
from tests.factories import client_for, make_case
from tests.html_forms import forms_of

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
SENT_BEFORE = "You sent this form before, with other words."


def send_twice(client: Client, address: str, *texts: dict[str, Any]) -> list[Any]:
    key = str(uuid.uuid4())
    return [client.post(address, {**text, "idempotency_key": key}) for text in texts]


def test_a_second_comment_with_the_same_key_keeps_its_words_and_gets_a_new_key(
    osler: Viewer, blackwell: Viewer
) -> None:
    case = make_case(osler)
    address = reverse("cases:comment", args=[case.public_id])
    both = [{"text": text, "shown_as": "handle"} for text in ("First words.", "Second words.")]

    first, second = send_twice(client_for(blackwell), address, *both)

    assert (first.status_code, second.status_code) == (302, 409)
    assert SENT_BEFORE in second.content.decode()
    form = next(one for one in forms_of(second.content.decode(), "") if one.sends_to(address))
    assert form.values("text") == ["Second words."]
    again = client_for(blackwell).post(address, dict(form.fields) | {"shown_as": "handle"})
    assert again.status_code == 302
    assert set(Comment.objects.values_list("text", flat=True)) == {"First words.", "Second words."}


def test_the_same_comment_sent_twice_is_one(osler: Viewer, blackwell: Viewer) -> None:
    address = reverse("cases:comment", args=[make_case(osler).public_id])
    one = {"text": "Words.", "shown_as": "handle"}

    statuses = [
        answer.status_code for answer in send_twice(client_for(blackwell), address, one, one)
    ]

    assert statuses == [302, 302]
    assert Comment.objects.count() == 1


def test_a_second_poll_with_the_same_key_keeps_its_words(osler: Viewer) -> None:
    both = [{"question": text, "options": "Yes\nNo", "days": 7} for text in ("One?", "Another?")]

    _first, second = send_twice(client_for(osler), reverse("polls:new"), *both)

    assert second.status_code == 409
    assert SENT_BEFORE in second.content.decode()
    assert 'value="Another?"' in second.content.decode()
    assert Poll.objects.count() == 1


def test_a_second_decision_with_the_same_key_keeps_its_words(
    osler: Viewer, moderator: Viewer
) -> None:
    address = reverse("moderation:hide", args=["case", make_case(osler).public_id])
    both = [{"reason": "abuse", "note": note} for note in ("A note.", "Another note.")]

    _first, second = send_twice(client_for(moderator), address, *both)

    assert second.status_code == 409
    assert "Another note." in second.content.decode()
    assert ModerationDecision.objects.count() == 1


@pytest.mark.parametrize("name", sorted(SCENES))
def test_words_stay_in_every_form_that_a_rule_refuses(
    name: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.STAFF_SECOND_FACTOR = False
    scene = SCENES[name]()
    client = client_for(scene.who)
    data = written(form_at(client, scene.page, scene.form), seed=name)
    refuse_posts(monkeypatch)

    page = client.post(scene.form, data)

    assert page.status_code == 429
    assert "That was too often." in page.content.decode()
    form = next(
        one for one in forms_of(page.content.decode(), scene.page) if one.sends_to(scene.form)
    )
    for field in form.texts:
        if data.get(field, [""])[0]:
            assert form.values(field) == data[field], field


@pytest.mark.parametrize("name", sorted(SCENES))
def test_words_stay_in_every_form_whose_token_is_of_an_earlier_sign_in(
    name: str, settings: Any
) -> None:
    settings.STAFF_SECOND_FACTOR = False
    scene = SCENES[name]()
    data = written(form_at(client_for(scene.who), scene.page, scene.form), seed=name)
    client = Client(enforce_csrf_checks=True)
    client.cookies = client_for(scene.who).cookies

    page = client.post(
        scene.form,
        data | {"csrfmiddlewaretoken": "0" * 64},
        headers={"Sec-Fetch-Site": "same-origin"},
    )

    assert page.status_code == 403
    assert "This page was open for too long." in page.content.decode()
    form = next(
        one for one in forms_of(page.content.decode(), scene.page) if one.sends_to(scene.form)
    )
    token = form.values("csrfmiddlewaretoken")[0]
    for field in form.texts:
        if data.get(field, [""])[0]:
            assert form.values(field) == data[field], field
    assert client.post(scene.form, data | {"csrfmiddlewaretoken": token}).status_code != 403


def test_a_script_with_an_old_token_gets_the_new_one(osler: Viewer) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies = client_for(osler).cookies
    address = reverse("cases:follow", args=[make_case(osler).public_id])
    headers = {"X-Requested-With": "background", "Accept": "application/json"}

    own = client.post(address, headers=headers | {"Sec-Fetch-Site": "same-origin"})
    other = client.post(address, headers=headers)

    assert own.status_code == other.status_code == 403
    assert "sentence" in own.json()
    token = own["X-CSRFToken"]
    assert "X-CSRFToken" not in other
    sent = client.post(
        address,
        {"csrfmiddlewaretoken": token},
        headers=headers | {"Sec-Fetch-Site": "same-origin"},
    )
    assert sent.status_code == 302


def test_a_rule_that_refuses_where_the_form_is_gone_gives_the_words_to_copy(
    osler: Viewer, blackwell: Viewer
) -> None:
    case = make_case(osler)
    Case.objects.update(closed_to_comments_at=case.posted_at)

    page = client_for(blackwell).post(
        reverse("cases:comment", args=[case.public_id]),
        {"text": "Late words.", "shown_as": "handle"},
    )

    assert page.status_code == 409
    assert "This discussion has been closed by a moderator." in page.content.decode()
    assert "Late words." in page.content.decode()


def refuse_posts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every view refuses each POST, as a limit does, and goes on showing its page."""
    from django.core.handlers.base import BaseHandler

    original = BaseHandler.make_view_atomic

    def make(handler: Any, view: Callable[..., Any]) -> Callable[..., Any]:
        atomic = original(handler, view)

        def call(request: Any, *args: Any, **kwargs: Any) -> Any:
            if request.method == "POST":
                raise TooMany
            return atomic(request, *args, **kwargs)

        return call

    monkeypatch.setattr(BaseHandler, "make_view_atomic", make)
