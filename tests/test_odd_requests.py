"""No request makes a page fail: every address, its parameters and methods, with odd values.

Seeded, so that a failure comes again. Forms are filled with the fields that they have, most of them
plausible and some odd, because a form of which nothing is right is refused at its first field.
"""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from random import Random
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django import forms
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from tests.access_cast import NAMES, address_of, make_people, make_people_in_states, make_things
from tests.access_states import OTHER_METHODS
from tests.access_table import ROLES, TABLE
from tests.factories import client_for
from tests.odd_values import BODIES, FORM, HEADERS, PARTS, RAW_BYTES, VALUES

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
# ODD_REQUESTS_SEED=7 tries other requests.
SEED = os.environ.get("ODD_REQUESTS_SEED", "1")
PRODUCT = ("accounts", "cases", "polls", "sermo", "verification")
FIELD_PATTERN = re.compile(r"(?:GET|POST)(?:\.get|\.getlist)?[(\[]\s*\"([\w-]+)\"")
# Statuses of a role that gets past the audience.
INSIDE = {"200", "400", "409", "422", "286"}
STATES = ("paused", "locked", "draft", "in_review")


@dataclass
class OddRequest:
    method: str
    path: str
    body: bytes = b""
    content_type: str = FORM
    headers: dict[str, str] = field(default_factory=dict)


def parameter_names() -> list[str]:
    """What views read from queries and forms, by their source."""
    names: set[str] = {"q", "next", "order", "comment"}
    for folder in PRODUCT:
        for path in (settings.BASE_DIR / folder).rglob("*.py"):
            names |= set(FIELD_PATTERN.findall(path.read_text()))
    return sorted(names)


def form_fields() -> dict[str, forms.Field]:
    """Every field of every form of the product and of allauth, by its name."""
    fields: dict[str, forms.Field] = {}
    waiting: list[Any] = [forms.BaseForm]
    while waiting:
        form = waiting.pop()
        waiting += form.__subclasses__()
        if form.__module__.split(".")[0] in {*PRODUCT, "allauth"}:
            fields |= getattr(form, "base_fields", {})
    return fields


def plausible(name: str, field_: forms.Field | None, things: dict[str, Any], random: Random) -> str:
    """A value that the field may accept."""
    if name in things:
        return str(things[name])
    choices = [str(key) for key, _ in getattr(field_, "choices", ()) if not isinstance(key, list)]
    if choices:
        return random.choice(choices)
    if isinstance(field_, forms.DateField):
        return "1970-02-03"
    if isinstance(field_, forms.IntegerField):
        return str(random.randint(0, 9))
    if isinstance(field_, forms.EmailField):
        return "somebody@mail.example"
    if isinstance(field_, forms.BooleanField):
        return "on"
    if isinstance(field_, forms.UUIDField):
        return str(uuid.uuid4())
    return {"idempotency_key": str(uuid.UUID(int=7)), "version": "0"}.get(name, "Synthetic words.")


class Requests:
    """The requests for one address; `names` are those of all parameters and fields."""

    def __init__(self, name: str, things: dict[str, Any], random: Random) -> None:
        self.name, self.things, self.random = name, things, random
        self.path = address_of(name, things)
        self.fields = form_fields()
        self.names = sorted({*self.fields, *parameter_names()})
        rows = [TABLE[name], *OTHER_METHODS.get(name, ())]
        self.methods = {row.split()[0] for row in rows}

    def plausible_value(self, name: str) -> str:
        return plausible(name, self.fields.get(name), self.things, self.random)

    def __iter__(self) -> Iterator[OddRequest]:
        if NAMES[self.name][1]:
            yield from self.addresses()
        if "GET" in self.methods:
            yield from self.queries()
        if "POST" in self.methods:
            yield from self.posts()
        method = "GET" if "GET" in self.methods else "POST"
        for headers in self.random.sample(HEADERS, 3):
            yield OddRequest(method, self.path, headers=headers)

    def addresses(self) -> Iterator[OddRequest]:
        method = "GET" if "GET" in self.methods else "POST"
        own = [str(self.things[key]) for key in NAMES[self.name][1]]
        for part in self.random.sample(PARTS, 4):
            value = self.random.choice(own)
            before, _, after = self.path.rpartition(f"/{value}")
            yield OddRequest(method, f"{before}/{part}{after}")

    def queries(self) -> Iterator[OddRequest]:
        read = parameter_names()
        for value in self.random.sample(VALUES, 4):
            yield OddRequest("GET", f"{self.path}?{urlencode(dict.fromkeys(read, value))}")
        for name in self.random.sample(read, 4):
            value = self.random.choice(VALUES)
            query = urlencode([(name, value), (name, value), (f"{name}[]", "1")])
            yield OddRequest("GET", f"{self.path}?{query}")
        raw = self.random.choice(RAW_BYTES)
        yield OddRequest("GET", f"{self.path}?" + "&".join(f"{name}={raw}" for name in read))

    def posts(self) -> Iterator[OddRequest]:
        for n_odd in (0, 1, 1, 2, 3, len(self.names)):
            odd = set(self.random.sample(self.names, n_odd))
            sent = {
                name: self.random.choice(VALUES) if name in odd else self.plausible_value(name)
                for name in self.names
                if name in odd or self.random.random() < 0.9
            }
            yield OddRequest("POST", self.path, urlencode(sent).encode())
        raw = self.random.choice(RAW_BYTES)
        yield OddRequest("POST", self.path, "&".join(f"{n}={raw}" for n in self.names).encode())
        for content_type, body in self.random.sample(BODIES, 3):
            yield OddRequest("POST", self.path, body, content_type)


def role_of(name: str, random: Random) -> str:
    """Mostly a role that gets past the audience, sometimes any."""
    statuses = dict(zip(ROLES, TABLE[name].split()[1:], strict=True))
    inside = [role for role, status in statuses.items() if status in INSIDE]
    if inside and random.random() < 0.75:
        return random.choice(inside)
    return random.choice([*ROLES, *STATES])


def status_of(client: Client, request: OddRequest) -> tuple[int, str]:
    """The status and the error, if there was one; what was written is rolled back."""
    client.raise_request_exception = False
    with transaction.atomic(), transaction.atomic(using="identity"):
        response = client.generic(
            request.method,
            request.path,
            request.body,
            content_type=request.content_type,
            **request.headers,  # type: ignore[arg-type]  # WSGI names
        )
        transaction.set_rollback(True)
        transaction.set_rollback(True, using="identity")
    error = getattr(response, "exc_info", None)
    return response.status_code, repr(error[1])[:300] if error else ""


AREAS = [area for area, _ in groupby(sorted(NAMES), key=lambda name: re.split("[:_]", name)[0])]


@pytest.mark.parametrize("area", AREAS)
def test_no_odd_request_makes_a_page_fail(area: str) -> None:
    random = Random(f"{SEED} {area}")
    people = make_people()
    things = make_things(people)
    people |= make_people_in_states()
    failed, n_sent = [], 0

    for name in sorted(name for name in NAMES if re.split("[:_]", name)[0] == area):
        cache.clear()
        for request in Requests(name, things, random):
            role = role_of(name, random)
            status, error = status_of(client_for(people[role]), request)
            n_sent += 1
            if status >= 500:
                failed.append((name, role, request, status, error))

    assert n_sent > 0
    assert failed == []


def test_words_in_a_form_lose_a_nul_character_and_nothing_else(osler: Any) -> None:
    from cases.models import Comment
    from tests.factories import make_case

    case = make_case(osler)
    sent = {
        "text": "Pasted\0 from a letter.",
        "shown_as": "handle",
        "idempotency_key": uuid.uuid4(),
    }

    response = client_for(osler).post(f"/cases/{case.public_id}/comments/", sent)

    assert response.status_code == 302
    assert Comment.objects.get().text == "Pasted from a letter."


@pytest.mark.parametrize("address", ["/cases/?after=%00", "/search/?q=a%00b", "/cases/%00/"])
def test_an_address_with_a_nul_character_is_a_bad_request(address: str, osler: Any) -> None:
    assert client_for(osler).get(address).status_code == 400


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
@pytest.mark.parametrize(
    "address",
    ["/search/?q=", "/search/?sort=best&after=", "/cases/?sort=hot&after=", "/polls/?page="],
)
def test_search_and_cursors_take_every_odd_value(address: str, value: str, osler: Any) -> None:
    response = client_for(osler).get(f"{address}{quote(value)}")

    assert response.status_code < 500
