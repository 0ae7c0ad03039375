"""Slots that were stored one to a row, before each person had one row, open afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from accounts import selectors, services
from accounts.credential_wrapping import custodians, passwords, tokens
from accounts.credential_wrapping.member_credential import MemberCredential
from accounts.models import CredentialSlots, SlotContents, User
from sermo.core import crypto
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db(databases=["default", "identity"], transaction=True)
BEFORE = [("accounts", "0002_table_properties")]
# The last one, because the models that read afterwards are those of today.
AFTER = [("accounts", "0006_renewed_columns")]
CODE = "0000-1111-2222-3333-4444-5555-6666-7777"


def _migrate(target: list[tuple[str, str]]) -> Any:
    executor = MigrationExecutor(connections["identity"])
    executor.migrate(target)
    return executor.loader.project_state(target).apps


@pytest.fixture
def old_apps() -> Iterator[Any]:
    """The models as they were, on the tables as they were."""
    yield _migrate(BEFORE)
    _migrate(AFTER)


def _store_as_before(slot_model: Any, user: User, credential: MemberCredential) -> list[str]:
    """Slots as the version before wrote them; the tokens of the devices, the oldest first."""
    salt, wrapped = passwords.wrap_with_password(credential, PASSWORD)
    rows: list[dict[str, Any]] = [
        {"kind": "password", "salt": salt, "wrapped_credential": wrapped},
        {
            "kind": "recovery",
            "locator": b"r" * 16,
            "wrapped_credential": tokens.wrap_with_token(credential, CODE, "recovery"),
        },
    ]
    for pair, text in custodians.encrypt_for_custodian_pairs(credential.to_bytes()).items():
        rows.append(
            {
                "kind": "custodians",
                "locator": pair.encode(),
                "custodian_key_versions": custodians.custodian_key_versions(),
                "wrapped_credential": text,
            }
        )
    devices = [f"token-{number}-of-a-device" for number in range(3)]
    for month, token in enumerate(devices, start=1):
        rows.append(
            {
                "kind": "device",
                "locator": token.encode()[:16],
                "wrapped_credential": tokens.wrap_with_token(credential, token, "device"),
                "last_used_month": dt.date(2026, month, 1),
            }
        )
    for row in rows:
        slot_model.objects.create(user_id=user.pk, **row)
    return devices


def test_every_slot_of_the_old_tables_opens_after_the_migration(old_apps: Any) -> None:
    user_model = old_apps.get_model("accounts", "User")
    slot_model = old_apps.get_model("accounts", "CredentialSlot")
    names = ("member", "applicant", "reviewer")
    old = {
        name: user_model.objects.create(
            email=f"{name}@mail.example",
            password="",
            membership_issued_month=dt.date(2026, 3, 1) if name == "member" else None,
            role="reviewer" if name == "reviewer" else "",
            is_suspended=name == "member",
        )
        for name in names
    }
    credential = MemberCredential(old["member"].pk, crypto.new_secret())
    devices = _store_as_before(slot_model, old["member"], credential)

    _migrate(AFTER)

    member = User.objects.get(pk=old["member"].pk)
    assert services.unwrap_with_password(member, PASSWORD) == credential
    assert services.unwrap_with_recovery_code(member, CODE) == credential
    assert [services.unwrap_with_device(member, token) for token in devices] == [credential] * 3
    contents = selectors.read_slots(member.pk)
    assert contents.is_issued
    assert contents.custodians
    assert sorted(contents.custodians.by_pair) == ["1-2", "1-3", "2-3"]
    assert {device.used_month.month for device in contents.devices} == {1, 2, 3}
    for name in ("applicant", "reviewer"):
        assert selectors.read_slots(old[name].pk) == SlotContents()
    assert CredentialSlots.objects.count() == len(names)


def test_a_fresh_installation_has_nothing_to_convert(old_apps: Any) -> None:
    _migrate(AFTER)

    user = make_user("newcomer")

    assert selectors.read_slots(user.pk) == SlotContents()
