"""Every address that writes counts its acts by a quota, or has a reason not to.

The first tests follow the functions that a view can call, so that a new view or service without a
quota fails here. The others send each form when its quota is used up.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Iterator
from typing import Any, TypeGuard

from django.urls import URLPattern

from sermo.core.access import Audience
from sermo.core.quotas import spend
from tests.access_cast import NAMES
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
