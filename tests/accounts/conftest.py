from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from accounts import services
from accounts.credential_wrapping.slots import MemberCredential
from accounts.email_outbox import delivery
from accounts.models import EncryptedEmail, User
from tests.factories import PASSWORD, make_user

NEW_PASSWORD = "another-long-synthetic-phrase"
CODE = re.compile(r"^([A-Z0-9]{3,}(?:-[A-Z0-9]{3,})*)$", re.MULTILINE)


@dataclass(frozen=True)
class Inside:
    """A physician who has entered the community."""

    user: User
    pair: MemberCredential
    code: str


@dataclass(frozen=True)
class Letter:
    to: str
    subject: str
    body: str

    @property
    def code(self) -> str:
        found = CODE.search(self.body)
        assert found, self.body
        return found[1]


def letters() -> list[Letter]:
    """What waits for the mailer, opened with the mailer's key, oldest first."""
    opened = (
        delivery.decrypt_message(row.box) for row in EncryptedEmail.objects.order_by("next_at")
    )
    return [Letter(one.to[0], str(one.subject), str(one.body)) for one in opened]


def make_verified(name: str = "casey", **values: str) -> User:
    user = make_user(name)
    facts = {
        "member_class": "physician",
        "specialty": "internal",
        "country": "US",
        "years": "11-20",
        "real_name": "Casey Sampleton",
        **values,
    }
    services.save_verified_person(user=user, **facts)
    return user


def make_inside(name: str = "casey", handle: str = "teal-heron-482") -> Inside:
    user = make_verified(name)
    pair, code = services.enter_community(
        user=user, password=PASSWORD, handle=handle, wants_mail=False
    )
    user.refresh_from_db()
    return Inside(user, pair, code)


def sign_in(client: Client, email: str, password: str = PASSWORD) -> Any:
    return client.post("/accounts/login/", {"login": email, "password": password})


def pair_in(client: Client) -> dict[str, str] | None:
    """What the sealed session says of the member, as the server reads it."""
    pair: dict[str, str] | None = client.session.get("member_credential")
    return pair


@pytest.fixture(autouse=True)
def _sealed_mail(settings: Any) -> None:
    """Django's test runner puts a mailbox in the place of ours."""
    settings.EMAIL_BACKEND = "accounts.email_outbox.delivery.EncryptedEmailBackend"


@pytest.fixture
def verified(db: Any) -> User:
    return make_verified()


@pytest.fixture
def inside(db: Any) -> Inside:
    return make_inside()


@pytest.fixture
def browser() -> Callable[[], Client]:
    """Another device: no cookie of any earlier one."""
    return Client
