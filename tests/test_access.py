"""Requests every URL as every role and compares the status with tests/access_table.py.

A URL without a row in the table fails. Add a row for each new URL; review a changed number as a
change of what a role may do.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts.models import User
from cases.models import Draft, Image, ImageState
from polls.models import Poll, PollKind
from sermo.core.admin import community_site, identity_site
from sermo.members.pseudonyms import draft_scope
from sermo.members.services import suspend_member
from sermo.members.viewer import Viewer
from sermo.moderation.models import Sanction
from tests.access_table import ROLES, TABLE
from tests.factories import client_for, make_case, make_comment, make_user, make_viewer
from verification.models import Application, ApplicationState

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
PUBLIC_ID = "0" * 12
# Views of allauth have no audience decorator, but the table has rows for them.
ALLAUTH_PREFIXES = ("account_", "mfa_")


def _names(
    resolver: URLResolver, namespace: str = "", keys: tuple[str, ...] = ()
) -> Iterator[tuple[str, tuple[URLPattern, tuple[str, ...]]]]:
    """Each URL name, with its pattern and the names of its parameters."""
    for pattern in resolver.url_patterns:
        parameters = (*keys, *pattern.pattern.converters)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _names(pattern, inner, parameters)
        else:
            yield f"{namespace}{pattern.name}", (pattern, parameters)


NAMES = {
    name: pattern
    for name, pattern in _names(get_resolver())
    if not name.startswith(("identity_admin:", "community_admin:"))
}


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
def people(db: Any) -> dict[str, Viewer | User | None]:
    suspended = make_viewer("suspended")
    suspend_member(suspended.member.pk)
    return {
        "visitor": None,
        "applicant": make_user("applicant"),
        "member": make_viewer("member"),
        "author": make_viewer("author"),
        "moderator": make_viewer("moderator", role="moderator"),
        "admin": make_viewer("admin", role="admin"),
        "reviewer": make_user("reviewer", role="reviewer"),
        "registrar": make_user("registrar", role="registrar"),
        "suspended": suspended,
    }


@pytest.fixture
def things(people: dict[str, Any]) -> dict[str, Any]:
    """A value for each URL parameter; the case, comment and poll belong to the author."""
    author: Viewer = people["author"]
    case = make_case(author)
    comment = make_comment(author, case)
    poll = Poll.objects.create(
        case=case, kind=PollKind.OPINION, question="Which?", opened_at=case.posted_at
    )
    poll.options.create(label="One")
    draft = _draft(author)
    image = Image.objects.create(
        draft=draft,
        state=ImageState.AWAITING_REVIEW,
        received_at=timezone.now(),
        width=10,
        height=10,
    )
    sanction = Sanction.objects.create(
        target_kind="case",
        target_id=case.pk,
        reason="abuse",
        requested_by=people["admin"].member,
        requested_at=timezone.now(),
    )
    application = Application.objects.create(
        user=make_user("somebody-else"),
        state=ApplicationState.DRAFT,
        opened_month=dt.date(2026, 1, 1),
        expires_at=timezone.now() + dt.timedelta(days=7),
    )
    return {
        "case_id": case.public_id,
        "comment_id": comment.public_id,
        "poll_id": poll.public_id,
        "concept_id": uuid.uuid4(),
        "option_id": uuid.uuid4(),
        "test_id": PUBLIC_ID,
        "merge_id": PUBLIC_ID,
        "provider": "nppes",
        "draft_id": draft.public_id,
        "image_id": image.public_id,
        "sanction_id": sanction.public_id,
        "report_id": PUBLIC_ID,
        "application_id": application.public_id,
        "document_id": PUBLIC_ID,
        "item_id": case.public_id,
        "kind": "case",
        "subject": case.pk,
        "number": 1,
        "frame": 0,
        "direction": "up",
        "size": "480",
        "token": "no-such-token",
        "pk": 1,
    }


def _draft(author: Viewer) -> Draft:
    import uuid

    from cases.drafts import encryption
    from cases.drafts.content import DraftContent

    draft_id = uuid.uuid4()
    return Draft.objects.create(
        id=draft_id,
        owner_pseudonym=author.pseudonym(draft_scope(draft_id)),
        ciphertext=encryption.encrypt_content(author, draft_id, DraftContent()),
        expires_on=dt.date(2030, 1, 1),
    )


@pytest.mark.parametrize("name", sorted(NAMES))
def test_each_role_gets_what_the_table_says(
    name: str, people: dict[str, Any], things: dict[str, Any]
) -> None:
    method, *expected = TABLE[name].split()
    address = reverse(name, kwargs={key: things[key] for key in NAMES[name][1]})

    statuses = [str(_status(people[role], method, address)) for role in ROLES]

    assert dict(zip(ROLES, statuses, strict=True)) == dict(zip(ROLES, expected, strict=True))


def _status(person: Any, method: str, address: str) -> int:
    """The status of one request; its changes are rolled back."""
    client: Client = client_for(person)
    client.raise_request_exception = False
    with transaction.atomic(), transaction.atomic(using="identity"):
        response = getattr(client, method.lower())(address)
        transaction.set_rollback(True)
        transaction.set_rollback(True, using="identity")
    return int(response.status_code)


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
    names = [name for name, _ in _names(get_resolver()) if "admin:" not in name]
    assert len(names) == len(set(names))
