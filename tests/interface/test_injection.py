"""What members and applicants typed runs on no page of any role, without any policy to stop it.

Every text column of every table, and every field of every form and query, holds a string that runs
where it is not escaped. The pages are opened in a real Chromium without the Content Security
Policy, so that escaping alone is tested; tests/interface/test_policy.py tests the policy.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator
from random import Random
from typing import Any
from urllib.parse import urlencode

import pytest
from django import forms
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.core.cache import cache
from django.db import DatabaseError, models, transaction
from django.urls import reverse
from playwright.sync_api import Browser, Page

from cases.drafts import encryption
from cases.models import Draft, Outcome
from polls.models import DecisiveTest
from sermo.core.admin import community_site, identity_site
from sermo.routers import IDENTITY
from tests.access_cast import NAMES, address_of, make_people, make_things
from tests.access_table import ROLES, TABLE
from tests.factories import client_for, make_comment
from tests.factories_polls import make_poll
from tests.injection_payloads import LONG, SHORT
from tests.interface.injection import executed
from tests.test_odd_requests import Requests

pytestmark = [pytest.mark.browser, pytest.mark.django_db(databases=["default", "identity"])]
PRODUCT = {"accounts", "cases", "polls", "sermo", "verification"}
# Names that an address or the database looks up, and columns that only code writes.
LOOKED_UP = {"public_id", "handle_key", "folded", "path", "password", "session_salt", "email"}
# Shorter columns hold codes. Those of names are short as well.
MIN_LENGTH, NAMES_OF_PEOPLE = 60, {"handle", "byline"}
MIN_COLUMNS, MIN_PAGES, MIN_SHOWN = 20, 150, 20
SHOWN = {"200", "422"}


@pytest.fixture
def empty_page(chromium: Browser) -> Iterator[Page]:
    """A page without any policy, in which each request is answered with 404."""
    context = chromium.new_context()
    page = context.new_page()
    page.route("**/*", lambda route: route.fulfill(status=404))
    yield page
    context.close()


def text_columns(model: type[models.Model]) -> list[Any]:
    """Columns in which a person's words could be."""
    return [
        column
        for column in model._meta.concrete_fields
        if isinstance(column, models.CharField | models.TextField | ArrayField)
        and not column.choices
        and not column.primary_key
        and column.name not in LOOKED_UP
        and "Encrypted" not in type(column).__name__
        and (
            (getattr(column, "max_length", None) or MIN_LENGTH) >= MIN_LENGTH
            or column.name in NAMES_OF_PEOPLE
        )
    ]


def plant(row: models.Model, column: Any, number: int) -> bool:
    """Write the string into one column of one row. False if the database refuses it."""
    length = getattr(column, "max_length", None) or len(LONG)
    text = LONG if length > len(LONG) + 4 else SHORT
    value: Any = f"{text}{number}"[:length]
    if isinstance(column, ArrayField):
        value = [value[: getattr(column.base_field, "max_length", None) or length]]
    try:
        with transaction.atomic(using=row._state.db):
            type(row)._default_manager.using(row._state.db).filter(pk=row.pk).update(
                **{column.name: value}
            )
    except (DatabaseError, TypeError, ValueError):
        return False
    return True


def plant_everywhere() -> set[str]:
    """Fill every text column of every row; the names of the columns that took it."""
    numbers, planted = itertools.count(), set()
    for model in apps.get_models():
        if model.__module__.split(".")[0] not in PRODUCT:
            continue
        for row in model._default_manager.all()[:20]:
            for column in text_columns(model):
                if plant(row, column, next(numbers)):
                    planted.add(f"{model._meta.label}.{column.name}")
    return planted


def make_world() -> tuple[dict[str, Any], dict[str, Any]]:
    """The people and things of the table of access, with what they lack: a poll, an outcome."""
    people = make_people()
    things = make_things(people)
    author = people["author"]
    poll = make_poll(author, "Gout", "Lyme disease", status="solved")  # type: ignore[arg-type]
    assert poll.case is not None
    Outcome.objects.create(
        case=poll.case, diagnosis="Gout", certainty="certain", established_by="test",
        recorded_at=poll.case.posted_at,
    )  # fmt: skip
    DecisiveTest.objects.create(poll=poll, text="Aspirate", folded="aspirate")
    make_comment(people["member"], poll.case, anonymous=True)  # type: ignore[arg-type]
    return people, things


def plant_in_draft(author: Any, things: dict[str, Any]) -> None:
    row = Draft.objects.get(public_id=things["draft_id"])
    content = encryption.decrypt_draft(author, row).content
    texts = {
        part.name: LONG
        for part in dataclasses.fields(content)
        if part.type in {"str", str} and part.name not in {"preset", "purpose", "status"}
    }
    planted = dataclasses.replace(content, **texts)  # type: ignore[arg-type]
    Draft.objects.filter(pk=row.pk).update(
        ciphertext=encryption.encrypt_content(author, row.pk, planted)
    )


def run_on(page: Page, response: Any) -> int:
    if not response.get("Content-Type", "").startswith("text/html"):
        return 0
    return executed(page, response.content.decode(errors="replace"))


def test_what_is_stored_runs_on_no_page_of_any_role(empty_page: Page) -> None:
    people, things = make_world()
    plant_in_draft(people["author"], things)
    planted = plant_everywhere()
    shown, ran = 0, []

    for name, row in TABLE.items():
        if not row.startswith("GET"):
            continue
        for role, status in zip(ROLES, row.split()[1:], strict=True):
            if status != "200":
                continue
            cache.clear()
            response = client_for(people[role]).get(address_of(name, things))
            shown += "ran()" in response.content.decode(errors="replace") if response.content else 0
            ran += [(name, role)] * run_on(empty_page, response)

    assert ran == []
    assert len(planted) >= MIN_COLUMNS
    assert shown >= MIN_SHOWN


@pytest.mark.parametrize(
    ("site", "role"),
    [(identity_site, "registrar"), (community_site, "admin")],
    ids=["identity", "community"],
)
def test_what_is_stored_runs_on_no_page_of_the_admin_sites(
    site: Any, role: str, empty_page: Page
) -> None:
    people, _things = make_world()
    plant_everywhere()
    client, ran, opened = client_for(people[role]), [], 0

    for model in site._registry:
        label = f"{site.name}:{model._meta.app_label}_{model._meta.model_name}"
        addresses = [reverse(f"{label}_changelist")]
        row = model._default_manager.first()
        if row is not None:
            addresses.append(reverse(f"{label}_change", args=[row.pk]))
        for address in addresses:
            response = client.get(address)
            opened += response.status_code == 200
            ran += [address] * run_on(empty_page, response)

    assert ran == []
    assert opened > 20


def odd_forms(name: str, things: dict[str, Any]) -> Iterator[tuple[str, str, bytes]]:
    """Method, address and body: all parameters, then all fields, hold the string."""
    requests = Requests(name, things, Random(name))
    if "GET" in requests.methods:
        query = urlencode(dict.fromkeys(requests.names, LONG))
        yield "GET", f"{requests.path}?{query}", b""
    if "POST" in requests.methods:
        chosen = {
            key: field
            for key, field in requests.fields.items()
            if isinstance(field, forms.ChoiceField | forms.BooleanField)
        }
        sent = {
            key: requests.plausible_value(key) if key in chosen else LONG for key in requests.names
        }
        yield "POST", requests.path, urlencode(sent).encode()
        yield "POST", requests.path, urlencode(dict.fromkeys(requests.names, LONG)).encode()


def test_what_is_sent_runs_on_no_page_that_answers(empty_page: Page) -> None:
    people, things = make_world()
    ran, shown = [], 0

    for name in sorted(NAMES):
        statuses = dict(zip(ROLES, TABLE[name].split()[1:], strict=True))
        roles = [role for role in ROLES if statuses[role] in SHOWN][:2] or ["member"]
        for role, (method, address, body) in itertools.product(roles, odd_forms(name, things)):
            cache.clear()
            with transaction.atomic(), transaction.atomic(using=IDENTITY):
                response = client_for(people[role]).generic(
                    method, address, body, content_type="application/x-www-form-urlencoded"
                )
                transaction.set_rollback(True)
                transaction.set_rollback(True, using=IDENTITY)
            shown += 1
            ran += [(name, role, method)] * run_on(empty_page, response)

    assert ran == []
    assert shown >= MIN_PAGES


def test_the_strings_run_where_nothing_escapes_them(empty_page: Page) -> None:
    for text in (SHORT, LONG):
        for place in ("<p>{}</p>", "<p title='{}'>x</p>", '<input value="{}">'):
            assert executed(empty_page, place.replace("{}", text))
