"""One row of slots for each user; what the old tables hold of a person moves into it."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import sermo.core.fields
from accounts.models import SLOT_TABLE, CustodianSlots, DeviceSlot, PasswordSlot, SlotContents
from accounts.models.slot_contents import MAX_DEVICES

CHUNK_USERS = 2000


def convert(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """In random order: the place of a row must not tell whose it is."""
    user_model = apps.get_model("accounts", "User")
    slot_model = apps.get_model("accounts", "CredentialSlot")
    user_ids = list(user_model.objects.values_list("pk", flat=True))
    random.SystemRandom().shuffle(user_ids)
    for start in range(0, len(user_ids), CHUNK_USERS):
        users = user_model.objects.in_bulk(user_ids[start : start + CHUNK_USERS])
        slots: dict[Any, list[Any]] = {user_id: [] for user_id in users}
        for slot in slot_model.objects.filter(user_id__in=users).order_by("-last_used_month"):
            slots[slot.user_id].append(slot)
        SLOT_TABLE.insert_all(
            {
                user_id.bytes: contents(user, slots[user_id]).encode()
                for user_id, user in users.items()
            }
        )


def contents(user: Any, slots: Iterable[Any]) -> SlotContents:
    """What the old rows of one user become. Devices come with the one used last first."""
    by_kind: dict[str, list[Any]] = {}
    for slot in slots:
        by_kind.setdefault(slot.kind, []).append(slot)
    password = next(iter(by_kind.get("password", ())), None)
    recovery = next(iter(by_kind.get("recovery", ())), None)
    custodians = by_kind.get("custodians", [])
    return SlotContents(
        is_issued=user.membership_issued_month is not None,
        password=password and PasswordSlot(bytes(password.salt), _wrapped(password)),
        recovery=_wrapped(recovery) if recovery else b"",
        custodians=CustodianSlots(
            bytes(custodians[0].custodian_key_versions),
            {bytes(slot.locator).decode(): _wrapped(slot) for slot in custodians},
        )
        if custodians
        else None,
        devices=tuple(
            DeviceSlot(_wrapped(slot), slot.last_used_month)
            for slot in by_kind.get("device", [])[:MAX_DEVICES]
        ),
    )


def _wrapped(slot: Any) -> bytes:
    return bytes(slot.wrapped_credential)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_table_properties"),
        ("blinded_rows", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="CredentialSlots",
            fields=[
                (
                    "locator",
                    sermo.core.fields.BytesField(
                        editable=False, max_length=16, primary_key=True, serialize=False
                    ),
                ),
                ("epoch", models.PositiveIntegerField(editable=False)),
                ("ciphertext", sermo.core.fields.BytesField()),
            ],
            options={"abstract": False},
        ),
        migrations.RunPython(convert, migrations.RunPython.noop),
    ]
