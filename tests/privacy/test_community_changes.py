"""Which tables of the community store change when somebody enters, is banned or leaves."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client

from sermo.custody import nightly_pass
from sermo.data_rights import tasks
from sermo.members.models import MemberJob
from sermo.members.services import ensure_member_row, suspend_member
from tests.accounts.conftest import EnteredMember, make_entered_member, sign_in
from tests.factories import PASSWORD, make_case, make_comment, make_viewer

pytestmark = pytest.mark.django_db(databases=["default", "identity"])

DAY, NIGHT = "2030-03-12T12:00:00+00:00", "2030-03-13T04:00:00+00:00"
RECORDS = {"members_memberrecord"}
# Rewritten each night, whoever did what.
NIGHTLY = {
    *("members_memberrecord", "members_handlereservation", "members_privatestate"),
    *("members_authorcapsule", "blinded_rows_communityepoch", "blinded_rows_nightlypass"),
    *("members_linetally", "members_shownline", "members_releasedline"),
}
Dump = dict[str, set[str]]


def dump() -> Dump:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = {}
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{table}" t')  # noqa: S608
            tables[table] = {row for (row,) in cursor.fetchall()}
    return tables


def changed(before: Dump, after: Dump) -> set[str]:
    return {table for table, rows in after.items() if rows != before[table]}


def assert_nobody_is_named(before: Dump, after: Dump, member: EnteredMember) -> None:
    """No row that is new holds the member id or the handle in clear."""
    key = member.credential.member_id
    new = "\n".join(row for table in after for row in after[table] - before[table])
    for trace in (str(key), key.hex, "teal-heron-482"):
        assert trace not in new


@pytest.fixture(autouse=True)
def _by_day(time_machine: Any, settings: Any) -> None:
    settings.EMAIL_BACKEND = "accounts.email_outbox.backend.EncryptedEmailBackend"
    time_machine.move_to(DAY)


def pass_the_night(time_machine: Any) -> None:
    time_machine.move_to(NIGHT)
    nightly_pass.run_due()


def test_entry_writes_rows_that_name_nobody(time_machine: Any) -> None:
    make_entered_member("blake", "plum-robin-211")
    before = dump()

    casey = make_entered_member()
    day = dump()
    pass_the_night(time_machine)
    night = dump()

    assert changed(before, day) == RECORDS | {"members_handlereservation", "members_privatestate"}
    assert changed(day, night) <= NIGHTLY
    assert_nobody_is_named(before, day, casey)
    assert_nobody_is_named(before, night, casey)


def test_a_ban_changes_one_record_and_then_all(time_machine: Any) -> None:
    osler, casey = make_viewer("osler"), make_entered_member()
    ensure_member_row(casey.viewer)
    make_comment(casey.viewer, make_case(osler), anonymous=True)
    before = dump()

    suspend_member(casey.credential.member_id)
    day = dump()
    pass_the_night(time_machine)
    night = dump()

    assert changed(before, day) == RECORDS
    assert changed(day, night) <= NIGHTLY
    assert not day["members_memberrecord"] & night["members_memberrecord"]
    assert not day["members_authorcapsule"] & night["members_authorcapsule"]
    assert_nobody_is_named(before, night, casey)


def test_leaving_changes_neither_the_row_nor_what_is_anonymous(time_machine: Any) -> None:
    osler, casey = make_viewer("osler"), make_entered_member()
    case = make_case(osler)
    make_comment(casey.viewer, case)
    make_comment(casey.viewer, case, anonymous=True)
    browser = Client()
    sign_in(browser, casey.user.email)
    before = dump()

    browser.post("/me/data/leave/", {"named": "keep", "understood": "on", "password": PASSWORD})
    for job in MemberJob.objects.all():
        tasks.run_member_job(str(job.pk))
    day = dump()
    pass_the_night(time_machine)
    night = dump()

    assert changed(before, day) <= RECORDS | {"members_memberjob", "members_privatestate"}
    assert changed(day, night) <= NIGHTLY
    assert_nobody_is_named(before, night, casey)
