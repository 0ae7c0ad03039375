"""What a sign-in on a known device changes in the identity store, row by row.

Row locks count, too: PostgreSQL writes them into the row (`xmax`) and into its log.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from allauth.mfa.base.internal import flows
from allauth.mfa.models import Authenticator
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.allauth_integration.last_use import stop_recording_last_use
from tests.accounts.conftest import EnteredMember, credential_in_session, sign_in
from tests.accounts.test_second_factor import add_passkey, add_totp, sign_in_by_passkey, totp

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
_TABLE = re.compile(
    r'^(?:UPDATE|INSERT INTO) "(\w+)"|FROM "(\w+)" .*FOR (?:NO KEY )?(?:UPDATE|SHARE)'
)


@pytest.fixture(autouse=True)
def _early_in_a_step(time_machine: Any) -> None:
    """A code holds 30 seconds: the clock stands still, so that no test runs over the edge."""
    time_machine.move_to(dt.datetime(2030, 3, 14, 9, 26, 1, tzinfo=dt.UTC), tick=False)


def versions_of_rows() -> dict[str, list[str]]:
    """Each row of the identity store with its place and the transactions that touched it."""
    with connections["identity"].cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        rows = {}
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT ctid, xmin, xmax, t::text FROM "{table}" t ORDER BY ctid')  # noqa: S608
            rows[table] = [str(row) for row in cursor.fetchall()]
        return rows


def changed_tables(sign_in_now: Callable[[], object]) -> set[str]:
    """The tables in which the sign-in changed, added, deleted or locked a row."""
    before = versions_of_rows()
    with CaptureQueriesContext(connections["identity"]) as captured:
        sign_in_now()
    after = versions_of_rows()
    changed = {table for table in before if before[table] != after[table]}
    matches = (_TABLE.search(query["sql"]) for query in captured.captured_queries)
    written = {match[1] or match[2] for match in matches if match}
    assert written == changed
    return changed


def signed_out(client: Client, casey: EnteredMember) -> Client:
    """The browser after a sign-out; it is a known device."""
    client.post("/accounts/logout/")
    assert credential_in_session(client) is None
    return client


def test_a_password_changes_no_row(client: Client, casey: EnteredMember) -> None:
    sign_in(client, casey.user.email)
    signed_out(client, casey)

    changed = changed_tables(lambda: sign_in(client, casey.user.email))

    assert credential_in_session(client) is not None
    assert changed == set()


def test_an_authenticator_app_changes_no_row(client: Client, casey: EnteredMember) -> None:
    sign_in(client, casey.user.email)
    secret = add_totp(client)
    signed_out(client, casey)

    changed = changed_tables(
        lambda: client.post(sign_in(client, casey.user.email)["Location"], {"code": totp(secret)})
    )

    assert credential_in_session(client) is not None
    assert changed == set()


def test_a_passkey_changes_no_row(client: Client, casey: EnteredMember) -> None:
    sign_in(client, casey.user.email)
    passkey = add_passkey(client)
    signed_out(client, casey)

    changed = changed_tables(lambda: sign_in_by_passkey(client, passkey))

    assert credential_in_session(client) is not None
    assert changed == set()


def test_a_backup_code_is_used_up_and_changes_nothing_else(
    client: Client, casey: EnteredMember
) -> None:
    sign_in(client, casey.user.email)
    add_totp(client)
    code = client.get("/accounts/2fa/recovery-codes/").context["unused_codes"][0]
    signed_out(client, casey)

    changed = changed_tables(
        lambda: client.post(sign_in(client, casey.user.email)["Location"], {"code": code})
    )

    assert credential_in_session(client) is not None
    assert changed == {"mfa_authenticator"}


def test_migration_deletes_the_last_use_that_is_stored(
    client: Client, casey: EnteredMember
) -> None:
    sign_in(client, casey.user.email)
    add_totp(client)
    Authenticator.objects.update(last_used_at=dt.datetime(2030, 3, 1, tzinfo=dt.UTC))
    migration = import_module("accounts.migrations.0005_forget_last_use_of_second_factors")

    with connections["identity"].cursor() as cursor:
        cursor.execute(migration.FORGET)

    assert not Authenticator.objects.exclude(last_used_at=None).exists()


def test_another_way_of_recording_the_last_use_stops_the_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(flows, "post_authentication", lambda request, authenticator: None)

    with pytest.raises(ImproperlyConfigured, match="last_use so that nothing records it"):
        stop_recording_last_use()

    assert Authenticator.record_usage.__name__ == "_record_nothing"
