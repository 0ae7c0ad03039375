"""Every address that writes counts its acts by a quota, or has a reason not to.

The first tests follow the functions that a view can call, so that a new view or service without a
quota fails here. The others send each form when its quota is used up.
"""

from __future__ import annotations

import html
import inspect
import types
import uuid
from collections.abc import Callable, Iterator
from typing import Any, TypeGuard

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, reverse

from cases.models import Comment
from sermo.core import quotas
from sermo.core.access import Audience
from sermo.core.quotas import Quota, spend
from tests.access_cast import NAMES
from tests.factories import client_for, make_viewer
from tests.factories_cases import make_photograph
from tests.privacy import test_anonymous_acts as acts
from tests.quotas import use_up
from tests.test_access import ALLAUTH_PREFIXES

STAFF = {Audience.MODERATOR, Audience.ADMIN, Audience.REVIEWER, Audience.REGISTRAR}
# Addresses that take POST and are not counted. Those of staff are left out: what staff do is
# recorded under their name, and a limit would leave reports and applicants waiting.
UNCOUNTED = {
    "core:theme": "sets a cookie; nothing is stored",
    "core:discard-unsent": "deletes only",
    "cases:skip-answer": "one row for each case and member, ever",
    "polls:decline-answer": "one row for each case, ever",
    "cases:draft-delete": "deletes only; drafts are counted when they are begun",
    "accounts:sign-out-everywhere": "ends the session that sends it",
    "cases:solve": "once for each case",
    "cases:show-name": "changes only what the member wrote in one case, and cannot be undone",
    "moderation:withdraw": "undoes one report; reports are counted when they are sent",
    "moderation:correct": "ends what a report hides; reports are counted when they are sent",
    "verification:remove-document": "deletes only; documents are counted when they are sent",
    "verification:not-me": "denies one admission; the link is counted by address",
}
# Services that a counted view calls and that need no quota of their own.
UNCOUNTED_SERVICES = {
    "open_identity_questions": "reads",
    "can_appeal": "reads",
    "renew_nonce": "changes at most every ten minutes",
}


def methods_of(view: Callable[..., Any]) -> set[str]:
    """The methods that the decorators of the view allow."""
    wrapped: Callable[..., Any] | None = view
    while wrapped is not None:
        variables = inspect.getclosurevars(wrapped).nonlocals
        if "request_method_list" in variables:
            return set(variables["request_method_list"])
        wrapped = getattr(wrapped, "__wrapped__", None)
    return set()


def functions_called(function: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    """Functions of this project that the function names, itself or in what is nested in it."""
    function = inspect.unwrap(function)
    names: set[str] = set()
    codes = [function.__code__]
    while codes:
        code = codes.pop()
        names.update(code.co_names)
        codes += [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]
    for name in names & function.__globals__.keys():
        value = function.__globals__[name]
        if inspect.ismodule(value):
            candidates = [getattr(value, other, None) for other in names]
        else:
            candidates = list(value.values()) if isinstance(value, dict) else [value]
        yield from (one for one in candidates if _is_ours(one))


def _is_ours(value: object) -> TypeGuard[Callable[..., Any]]:
    packages = ("accounts", "cases", "polls", "sermo", "verification")
    return inspect.isfunction(value) and value.__module__.split(".")[0] in packages


def is_service(function: Callable[..., Any]) -> bool:
    return ".services" in function.__module__


def counts(function: Callable[..., Any], *, follows_services: bool = True) -> bool:
    """Whether the function can come to `spend`."""
    seen, waiting = set(), [function]
    while waiting:
        one = waiting.pop()
        if one is spend:
            return True
        if one in seen:
            continue
        seen.add(one)
        waiting += [
            other
            for other in functions_called(one)
            if follows_services or not is_service(other) or other.__name__ == "spend_quota"
        ]
    return False


def services_of(view: Callable[..., Any]) -> set[Callable[..., Any]]:
    """The services that the view calls, also through other functions of its app."""
    found, seen, waiting = set(), set(), [view]
    while waiting:
        one = waiting.pop()
        if is_service(one):
            found.add(one)
        elif one not in seen and ".selectors" not in one.__module__:
            seen.add(one)
            waiting += functions_called(one)
    return found


def writing_views() -> dict[str, Callable[..., Any]]:
    """Views for people who are no staff, and for visitors, that take POST."""
    patterns: dict[str, URLPattern] = {name: pattern for name, (pattern, _) in NAMES.items()}
    return {
        name: pattern.callback
        for name, pattern in patterns.items()
        if not name.startswith(ALLAUTH_PREFIXES)
        and pattern.callback.audience not in STAFF  # type: ignore[attr-defined]
        and "POST" in methods_of(pattern.callback)
    }


def test_the_walk_finds_views_and_services() -> None:
    views = writing_views()

    assert len(views) > 45
    assert {"cases:comment", "polls:answer", "verification:evidence"} <= set(views)
    assert "add_comment" in {one.__name__ for one in services_of(views["polls:answer"])}


def test_every_view_that_writes_counts_or_has_a_reason() -> None:
    uncounted = {name for name, view in writing_views().items() if not counts(view)}

    assert uncounted - set(UNCOUNTED) == set()
    assert set(UNCOUNTED) - set(writing_views()) == set()


def test_every_service_that_such_a_view_calls_counts_or_has_a_reason() -> None:
    uncounted = {
        f"{name}: {service.__module__}.{service.__name__}"
        for name, view in writing_views().items()
        if name not in UNCOUNTED and not counts(view, follows_services=False)
        for service in services_of(view)
        if service.__name__ not in UNCOUNTED_SERVICES and not counts(service)
    }

    assert uncounted == set()


pytestmark = pytest.mark.django_db(databases=["default", "identity"])
Act = Callable[[Client, acts.Place], Any]


def follow(client: Client, place: acts.Place) -> Any:
    return client.post(f"{place.url}follow/", {"on": "1"})


def bookmark(client: Client, place: acts.Place) -> Any:
    return client.post(f"{place.url}bookmark/", {"on": "1"})


def mark_all_read(client: Client, _place: acts.Place) -> Any:
    return client.post(reverse("notifications:mark-all-read"))


def set_mail(client: Client, _place: acts.Place) -> Any:
    return client.post(reverse("members:mail"), {"wants_mail": "yes"})


def search(client: Client, _place: acts.Place) -> Any:
    return client.get(reverse("search:search"), {"q": "gout"})


def suggest(client: Client, _place: acts.Place) -> Any:
    return client.get(reverse("polls:concepts"), {"q": "gout"})


def ask_poll(client: Client, _place: acts.Place) -> Any:
    sent = {"question": "Which?", "options": "One\nTwo", "days": "7", **acts.key()}
    return client.post(reverse("polls:new"), sent)


def upload(client: Client, place: acts.Place) -> Any:
    picture = SimpleUploadedFile("a.jpg", make_photograph())
    url = reverse("cases:upload", args=[place.draft_id])
    return client.post(url, {"images": picture, **acts.key()}, headers={"HX-Request": "true"})


def named_comment(client: Client, place: acts.Place) -> Any:
    sent = {"text": "Hm.", "shown_as": "handle", **acts.key()}
    return client.post(f"{place.url}comments/", sent)


MEMBERS_ACTS: list[tuple[Quota, bool, Act]] = [
    (quotas.DRAFTS, False, acts.new_draft),
    (quotas.CASES, True, acts.publish),
    (quotas.COMMENTS, False, named_comment),
    (quotas.COMMENTS, True, acts.comment),
    (quotas.COMMENTS, True, acts.reply),
    (quotas.COMMENTS, True, acts.update),
    (quotas.COMMENTS, True, acts.answer),  # with a vote
    (quotas.COMMENTS, True, acts.flag_risk),
    (quotas.COMMENTS, True, acts.report_test),
    (quotas.ANSWERS, False, acts.vote),
    (quotas.ANSWERS, False, acts.answer),
    (quotas.ANSWERS, False, acts.quiz),
    (quotas.HELPFUL_MARKS, False, acts.helpful),
    (quotas.REPORTS, False, acts.report),
    (quotas.FOLLOWS, False, follow),
    (quotas.FOLLOWS, False, bookmark),
    (quotas.INBOX_CHANGES, False, mark_all_read),
    (quotas.SETTINGS, False, set_mail),
    (quotas.SEARCHES, False, search),
    (quotas.SUGGESTIONS, False, suggest),
    (quotas.POLLS, False, ask_poll),
    (quotas.UPLOADS, False, upload),
]


@pytest.mark.parametrize(
    ("quota", "anonymous", "act"),
    MEMBERS_ACTS,
    ids=[f"{quota.name}-{act.__name__}" for quota, _, act in MEMBERS_ACTS],
)
def test_an_act_beyond_its_quota_is_refused_with_a_time(
    quota: Quota, anonymous: bool, act: Act
) -> None:
    viewer = make_viewer("osler")
    place = acts.make_place(viewer, "quota")
    client = client_for(viewer)
    use_up(quota, viewer, anonymous=anonymous)

    response = act(client, place)

    text = html.unescape(response.content.decode())
    assert response.status_code == 429, text[:2000]
    assert 0 < int(response["Retry-After"]) <= 86_401
    assert str(quota.sentence) in text
    assert "You can go on in" in text


def test_sixty_comments_by_the_form_of_a_vote_are_no_more_than_by_any_other() -> None:
    """Answers of one poll were an unlimited comment box."""
    viewer = make_viewer("osler")
    client, place = client_for(viewer), acts.make_place(viewer, "votes")
    data = {"choice": str(acts.first_option(place.poll).pk), "shown_as": "handle"}
    address = reverse("polls:answer", args=[place.poll.public_id])
    before = Comment.objects.count()

    for n in range(60):
        client.post(address, {**data, "reasoning": f"Because {n}.", **acts.key()})

    assert 0 < Comment.objects.count() - before <= (quotas.COMMENTS.per_hour or 0) < 60


def test_the_same_comment_sent_again_is_no_refusal_when_the_quota_is_used_up() -> None:
    viewer = make_viewer("osler")
    client, place = client_for(viewer), acts.make_place(viewer, "twice")
    sent = {"text": "Hm.", "shown_as": "handle", "idempotency_key": str(uuid.uuid4())}
    first = client.post(f"{place.url}comments/", sent)
    use_up(quotas.COMMENTS, viewer)

    second = client.post(f"{place.url}comments/", sent)

    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"]
