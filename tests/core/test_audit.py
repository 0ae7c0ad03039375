"""The audit tables: append-only, with a hash chain."""

from __future__ import annotations

from typing import Literal

import pytest
from django.db import DatabaseError, connections, transaction

from sermo.audit.models import AuditAction, CommunityAuditEvent, IdentityAuditEvent
from sermo.audit.services import first_broken_position, record_audit_event

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
STORES: list[Literal["community", "identity"]] = ["community", "identity"]


@pytest.mark.parametrize("store", STORES)
def test_a_changed_row_breaks_the_chain(
    store: Literal["community", "identity"],
) -> None:
    for number in range(4):
        record_audit_event(
            AuditAction.POST_HIDDEN, store=store, actor="member:x", target=f"case:{number}"
        )
    assert first_broken_position(store) is None
    model = CommunityAuditEvent if store == "community" else IdentityAuditEvent
    second = model._default_manager.order_by("position")[1]
    second.target = "case:other"

    with _disabled_triggers(store):
        second.save()

    assert first_broken_position(store) == second.position


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("statement", ["UPDATE {} SET target = 'x'", "DELETE FROM {}"])
def test_the_database_refuses_to_change_or_delete_an_audit_event(
    store: Literal["community", "identity"], statement: str
) -> None:
    record_audit_event(AuditAction.POST_HIDDEN, store=store, actor="member:x", target="case:1")
    alias = "default" if store == "community" else "identity"

    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(using=alias),
        connections[alias].cursor() as cursor,
    ):
        cursor.execute(statement.format(f"audit_{store}auditevent"))


class _disabled_triggers:
    """Disable the triggers of the audit table, as only the owner of the database can."""

    def __init__(self, store: str) -> None:
        self.alias = "default" if store == "community" else "identity"
        self.table = f"audit_{store}auditevent"

    def _do(self, verb: str) -> None:
        with connections[self.alias].cursor() as cursor:
            cursor.execute(f"ALTER TABLE {self.table} {verb} TRIGGER USER")

    def __enter__(self) -> None:
        self._do("DISABLE")

    def __exit__(self, *_: object) -> None:
        self._do("ENABLE")
