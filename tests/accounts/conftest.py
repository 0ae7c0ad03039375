from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from accounts import services
from accounts.credential_wrapping.member_credential import MemberCredential
from accounts.email_outbox import delivery
from accounts.models import EncryptedEmail, User
from sermo.members.records import load_member
from sermo.members.viewer import Viewer
from tests.factories import PASSWORD, make_user

NEW_PASSWORD = "another-long-synthetic-phrase"
CODE = re.compile(r"^([A-Z0-9]{3,}(?:-[A-Z0-9]{3,})*)$", re.MULTILINE)


@dataclass(frozen=True)
class EnteredMember:
    """A physician who has entered the community."""

    user: User
    credential: MemberCredential
    recovery_code: str

    @property
    def viewer(self) -> Viewer:
        """The member as a request finds them; unsaved until the first word under a name."""
        found = load_member(self.credential.member_id)
        assert found is not None
        return Viewer(found.member, self.credential.secret)


@dataclass(frozen=True)
class SentEmail:
    to: str
    subject: str
    body: str

    @property
    def code(self) -> str:
        match = CODE.search(self.body)
        assert match, self.body
        return match[1]


def sent_emails() -> list[SentEmail]:
    """What waits for the mailer, decrypted with the mailer's key, oldest first."""
    messages = (
        delivery.decrypt_message(row.encrypted_message)
        for row in EncryptedEmail.objects.order_by("next_attempt_at")
    )
    return [
        SentEmail(message.to[0], str(message.subject), str(message.body)) for message in messages
    ]


def make_verified(name: str = "casey", **values: str) -> User:
    user = make_user(name)
    answers = {
        "member_class": "physician",
        "specialty": "internal",
        "country": "US",
        "years": "11-20",
        "real_name": "Casey Sampleton",
        **values,
    }
    services.save_verified_person(user=user, **answers)
    return user


def make_entered_member(name: str = "casey", handle: str = "teal-heron-482") -> EnteredMember:
    user = make_verified(name)
    credential, recovery_code = services.enter_community(
        user=user, password=PASSWORD, handle=handle, wants_mail=False
    )
    user.refresh_from_db()
    return EnteredMember(user, credential, recovery_code)


def sign_in(client: Client, email: str, password: str = PASSWORD) -> Any:
    return client.post("/accounts/login/", {"login": email, "password": password})


def credential_in_session(client: Client) -> dict[str, str] | None:
    """What the encrypted session holds of the member, as the server reads it."""
    credential: dict[str, str] | None = client.session.get("member_credential")
    return credential


WRITES = re.compile(r"^(?:INSERT INTO|UPDATE|DELETE FROM|COPY)|FOR (?:NO KEY )?(?:UPDATE|SHARE)")
NAMED_TABLE = re.compile(r'(?:INSERT INTO|UPDATE|FROM) "?([a-z_]+)')


def assert_only_slots_are_written(executed: Iterable[str], user: User) -> None:
    """Of the identity store, only the row of slots is written or locked, by a blinded locator."""
    written = [sql for sql in executed if WRITES.search(sql)]
    tables = {table[1] for sql in written if (table := NAMED_TABLE.search(sql))}
    of_identity = {table for table in tables if table.startswith(("account", "mfa", "verif"))}
    assert of_identity == {"accounts_credentialslots"}, tables
    assert tables <= of_identity | {"blinded_rows_identityepoch", "blinded_rows_communityepoch"} | {
        table for table in tables if table.startswith("members_")
    }, tables
    assert not [sql for sql in written if user.pk.hex in sql or str(user.pk) in sql]


@pytest.fixture(autouse=True)
def _encrypted_email(settings: Any) -> None:
    """Django's test runner replaces the e-mail backend; put ours back."""
    settings.EMAIL_BACKEND = "accounts.email_outbox.backend.EncryptedEmailBackend"


@pytest.fixture
def verified(db: Any) -> User:
    return make_verified()


@pytest.fixture
def casey(db: Any) -> EnteredMember:
    return make_entered_member()


@pytest.fixture
def browser() -> Callable[[], Client]:
    """Another device: no cookie of any earlier one."""
    return Client
