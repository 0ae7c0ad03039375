from __future__ import annotations

import pytest
from django.db import connections
from django.test import Client

from sermo.members.services import suspend_member
from tests.accounts.conftest import EnteredMember, sign_in

pytestmark = pytest.mark.django_db(databases=["default", "identity"])


def _identity_rows() -> list[str]:
    rows = []
    with connections["identity"].cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{table}" t')  # noqa: S608
            rows += [f"{table} {row}" for (row,) in cursor.fetchall()]
    return sorted(rows)


def test_the_identity_store_hears_nothing_of_a_suspension(casey: EnteredMember) -> None:
    client = Client()
    sign_in(client, casey.user.email)
    client.post("/accounts/logout/")
    before = _identity_rows()

    suspend_member(casey.credential.member_id)
    sign_in(client, casey.user.email)

    assert client.get("/cases/").status_code == 403
    assert client.get("/me/data/").status_code == 200
    assert _identity_rows() == before
