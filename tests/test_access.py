"""Requests every URL as every role with every method and compares the status with the tables.

A URL without a row in tests/access_table.py fails. Add a row for each new URL; review a changed
number as a change of what a role may do.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse

from sermo.core.access import Audience
from sermo.core.admin import community_site, identity_site
from tests.access_cast import (
    NAMES,
    address_of,
    make_people,
    make_people_in_states,
    make_things,
    url_names,
)
from tests.access_states import BY_AUDIENCE, OTHER_METHODS, STATE_TABLE, STATES
from tests.access_table import ROLES, TABLE
from tests.factories import client_for

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
# Views of allauth have no audience decorator, but the tables have rows for them.
ALLAUTH_PREFIXES = ("account_", "mfa_")
# A method is refused before anybody is asked who they are.
SOME_ROLES = ("visitor", "member", "registrar")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


def test_every_url_has_a_row_and_every_row_a_url() -> None:
    assert sorted(NAMES) == sorted(TABLE)


def test_every_view_of_this_project_has_an_audience() -> None:
    without = [
        name
        for name, (pattern, _) in NAMES.items()
        if not hasattr(pattern.callback, "audience") and not name.startswith(ALLAUTH_PREFIXES)
    ]

    assert without == []


@pytest.fixture
def people(db: Any) -> dict[str, Any]:
    return make_people()


@pytest.fixture
def things(people: dict[str, Any]) -> dict[str, Any]:
    return make_things(people)


@pytest.fixture
def people_in_states(people: dict[str, Any]) -> dict[str, Any]:
    return make_people_in_states()


def rows_of(name: str) -> dict[str, list[str]]:
    """The statuses by method, in the order of ROLES."""
    rows = [TABLE[name].split(), *(row.split() for row in OTHER_METHODS.get(name, ()))]
    return {method: statuses for method, *statuses in rows}


@pytest.mark.parametrize("name", sorted(NAMES))
def test_each_role_gets_what_the_table_says(
    name: str, people: dict[str, Any], things: dict[str, Any]
) -> None:
    address = address_of(name, things)

    for method, expected in rows_of(name).items():
        got = [str(_status(people[role], method, address)) for role in ROLES]
        assert dict(zip(ROLES, got, strict=True)) == dict(zip(ROLES, expected, strict=True)), method


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_method_without_a_row_is_refused(
    name: str, people: dict[str, Any], things: dict[str, Any]
) -> None:
    address, rows = address_of(name, things), rows_of(name)

    for method in METHODS:
        if method in rows:
            continue
        for role in SOME_ROLES:
            expected = {"405"}
            if method == "HEAD" and "GET" in rows:  # as GET, where the view takes it
                expected.add(rows["GET"][ROLES.index(role)])
            assert str(_status(people[role], method, address)) in expected, (method, role)


@pytest.mark.parametrize("name", sorted(NAMES))
def test_somebody_in_each_state_gets_what_the_table_says(
    name: str, people_in_states: dict[str, Any], things: dict[str, Any]
) -> None:
    expected = expected_in_states(name)
    address = address_of(name, things)

    for method, statuses in expected.items():
        got = [str(_status(people_in_states[state], method, address)) for state in STATES]
        assert dict(zip(STATES, got, strict=True)) == dict(zip(STATES, statuses, strict=True)), (
            method
        )


def expected_in_states(name: str) -> dict[str, list[str]]:
    """The statuses by method: the rows of the address, else those of its audience."""
    who: Audience | None = getattr(NAMES[name][0].callback, "audience", None)
    if name in STATE_TABLE:
        return {method: statuses for method, *statuses in map(str.split, STATE_TABLE[name])}
    assert who in BY_AUDIENCE, f"{name}: add rows to STATE_TABLE"
    statuses = BY_AUDIENCE[who].split()
    return {method: statuses for method in rows_of(name) if method in {"GET", "POST"}}


def _status(person: Any, method: str, address: str) -> int:
    """The status of one request; its changes are rolled back."""
    cache.clear()
    client: Client = client_for(person)
    client.raise_request_exception = False
    with transaction.atomic(), transaction.atomic(using="identity"):
        response = client.generic(method, address, **_form(method))
        transaction.set_rollback(True)
        transaction.set_rollback(True, using="identity")
    return int(response.status_code)


def _form(method: str) -> dict[str, Any]:
    """The content type of an empty form."""
    return {"content_type": "application/x-www-form-urlencoded"} if method == "POST" else {}


@pytest.mark.parametrize(
    ("site", "role"), [(identity_site, "registrar"), (community_site, "admin")]
)
def test_each_admin_site_is_open_only_to_its_own_role(
    site: Any, role: str, people: dict[str, Any]
) -> None:
    addresses = [reverse(f"{site.name}:index")]
    for model in site._registry:
        label = f"{model._meta.app_label}_{model._meta.model_name}"
        addresses.append(reverse(f"{site.name}:{label}_changelist"))

    for other_role in ROLES:
        client = client_for(people[other_role])
        for address in addresses:
            status = client.get(address).status_code
            if other_role == role:
                assert status == 200, address
            else:
                assert status in (302, 403, 404), (other_role, address)


def test_every_model_is_registered_in_exactly_one_admin_site() -> None:
    from django.apps import apps

    models = [
        model
        for model in apps.get_models()
        if model.__module__.split(".")[0] in {"sermo", "accounts", "verification", "cases", "polls"}
        and not model._meta.auto_created
    ]

    for model in models:
        sites = [site.name for site in (identity_site, community_site) if model in site._registry]
        assert len(sites) == 1, model


def test_writes_without_csrf_token_or_from_another_site_are_refused(
    people: dict[str, Any],
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies = client_for(people["member"]).cookies

    for headers in ({}, {"Sec-Fetch-Site": "cross-site"}):
        assert client.post(reverse("members:mail"), headers=headers).status_code == 403


def test_an_unknown_url_name_is_an_error() -> None:
    with pytest.raises(NoReverseMatch):
        reverse("no-such-name")
    names = [name for name, _ in url_names(get_resolver()) if "admin:" not in name]
    assert len(names) == len(set(names))
