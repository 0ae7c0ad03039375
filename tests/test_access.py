"""Every address, for every role, with the status it answers. An address without a row fails.

A row is: method, then the status for each of ROLES in order. Rows are read by people: whoever adds
an address writes down here what each role gets; a changed number is a changed promise.
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
from sermo.members.viewer import Viewer
from sermo.moderation.models import Sanction
from tests.access_table import ROLES, TABLE
from tests.factories import client_for, make_case, make_comment, make_user, make_viewer
from verification.models import Application, ApplicationState

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
PUBLIC_ID = "0" * 12
# allauth's own views carry no audience of ours; their rows stand in the table all the same.
THEIRS = ("account_", "mfa_")


def _names(
    resolver: URLResolver, space: str = "", keys: tuple[str, ...] = ()
) -> Iterator[tuple[str, tuple[URLPattern, tuple[str, ...]]]]:
    """Each address by name, with its view and the names of what stands in it."""
    for one in resolver.url_patterns:
        here = (*keys, *one.pattern.converters)
        if isinstance(one, URLResolver):
            inner = f"{space}{one.namespace}:" if one.namespace else space
            yield from _names(one, inner, here)
        else:
            yield f"{space}{one.name}", (one, here)


NAMES = {
    name: pattern
    for name, pattern in _names(get_resolver())
    if not name.startswith(("identity_admin:", "community_admin:"))
}


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    assert sorted(NAMES) == sorted(TABLE)


def test_every_view_of_ours_says_its_audience() -> None:
    silent = [
        name
        for name, (pattern, _) in NAMES.items()
        if not hasattr(pattern.callback, "audience") and not name.startswith(THEIRS)
    ]

    assert silent == []


@pytest.fixture
def people(db: Any) -> dict[str, Viewer | User | None]:
    suspended = make_viewer("suspended")
    suspended.member.suspended_at = dt.date(2026, 1, 1)
    suspended.member.save()
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
    """One of everything an address can name; all of the community's belongs to the author."""
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
        encrypted_author_id=b"x",
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
        "application_id": application.public_id,
        "document_id": PUBLIC_ID,
        "item_id": case.public_id,
        "kind": "case",
        "subject": case.pk,
        "number": 1,
        "frame": 0,
        "way": "up",
        "size": "480",
        "token": "no-such-token",
        "pk": 1,
    }


def _draft(author: Viewer) -> Draft:
    import uuid

    from cases.drafts import encryption

    draft_id = uuid.uuid4()
    return Draft.objects.create(
        id=draft_id,
        owner_pseudonym=author.pseudonym(draft_scope(draft_id)),
        ciphertext=encryption.encrypt_content(author, draft_id, {"purpose": "ask"}),
        expires_on=dt.date(2030, 1, 1),
    )


@pytest.mark.parametrize("name", sorted(NAMES))
def test_each_role_gets_what_the_table_says(
    name: str, people: dict[str, Any], things: dict[str, Any]
) -> None:
    method, *expected = TABLE[name].split()
    address = reverse(name, kwargs={key: things[key] for key in NAMES[name][1]})

    got = [str(_status(people[role], method, address)) for role in ROLES]

    assert dict(zip(ROLES, got, strict=True)) == dict(zip(ROLES, expected, strict=True))


def _status(who: Any, method: str, address: str) -> int:
    """The answer to one request, whose changes are undone."""
    client: Client = client_for(who)
    client.raise_request_exception = False
    with transaction.atomic(), transaction.atomic(using="identity"):
        answer = getattr(client, method.lower())(address)
        transaction.set_rollback(True)
        transaction.set_rollback(True, using="identity")
    return int(answer.status_code)


@pytest.mark.parametrize(
    ("site", "role"), [(identity_site, "registrar"), (community_site, "admin")]
)
def test_each_admin_site_opens_to_its_own_role_alone(
    site: Any, role: str, people: dict[str, Any]
) -> None:
    addresses = [reverse(f"{site.name}:index")]
    for model in site._registry:
        label = f"{model._meta.app_label}_{model._meta.model_name}"
        addresses.append(reverse(f"{site.name}:{label}_changelist"))

    for who in ROLES:
        client = client_for(people[who])
        for address in addresses:
            status = client.get(address).status_code
            if who == role:
                assert status == 200, address
            else:
                assert status in (302, 403, 404), (who, address)


def test_every_model_of_ours_can_be_read_in_one_admin_site_and_in_one_only() -> None:
    from django.apps import apps

    ours = [
        model
        for model in apps.get_models()
        if model.__module__.split(".")[0] in {"sermo", "accounts", "verification", "cases", "polls"}
        and not model._meta.auto_created
    ]

    for model in ours:
        homes = [site.name for site in (identity_site, community_site) if model in site._registry]
        assert len(homes) == 1, model


def test_writes_without_a_token_or_from_elsewhere_are_refused(people: dict[str, Any]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies = client_for(people["member"]).cookies

    for headers in ({}, {"Sec-Fetch-Site": "cross-site"}):
        assert client.post(reverse("members:mail"), headers=headers).status_code == 403


def test_no_address_is_named_twice() -> None:
    with pytest.raises(NoReverseMatch):
        reverse("no-such-name")
    names = [name for name, _ in _names(get_resolver()) if "admin:" not in name]
    assert len(names) == len(set(names))
