"""Members' records: entry without a row, bans, leaving, and what the night makes of them."""

from __future__ import annotations

import datetime as dt
import importlib
import json
import threading
import uuid
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.urls import reverse
from django.utils import timezone

from polls.services import create_poll
from sermo.blinded_rows import epochs
from sermo.core import crypto
from sermo.members import records, services
from sermo.members.models import HandleReservation, Member, MemberRecord, ShownAs
from sermo.members.records import (
    HANDLE_RESERVATIONS,
    MEMBER_RECORDS,
    change_record,
    load_member,
    load_record,
    prepare_record_renewal,
    prepare_reservation_renewal,
)
from sermo.members.viewer import Viewer
from tests.counting import statements
from tests.factories import client_for, make_case
from tests.factories_cases import post_comment
from tests.waiting import MAX_WAIT_SECONDS

pytestmark = pytest.mark.django_db(databases=["default", "identity"])

MONDAY, TUESDAY = "2030-03-11T03:00:00+00:00", "2030-03-12T03:00:00+00:00"


def enter(handle: str) -> Viewer:
    """Somebody who has just entered."""
    member_id, secret = uuid.uuid4(), crypto.new_secret()
    services.issue_membership(
        member_id=member_id,
        handle=handle,
        wants_mail=False,
        identity_escrow=b"synthetic",
        secret=secret,
    )
    found = load_member(member_id)
    assert found is not None
    return Viewer(found.member, secret)


def renew_both_tables() -> None:
    MEMBER_RECORDS.renew(prepare_record_renewal())
    HANDLE_RESERVATIONS.renew(prepare_reservation_renewal())


@pytest.fixture
def heron() -> Viewer:
    return enter("teal-heron-482")


def test_entry_writes_a_record_and_no_row_of_a_member(heron: Viewer) -> None:
    assert heron.is_pending
    assert (MemberRecord.objects.count(), HandleReservation.objects.count()) == (1, 1)
    assert not Member.objects.exists()


def test_a_member_without_a_row_reads_follows_settings_and_answers_like_any_other(
    heron: Viewer, osler: Viewer
) -> None:
    case = make_case(osler)
    browser = client_for(heron)

    for address in ("/cases/", "/me/", "/inbox/", "/polls/", "/search/?q=case", "/me/data/"):
        assert browser.get(address).status_code == 200, address
    assert b"teal-heron-482" in browser.get("/me/").content
    assert browser.get(case.get_absolute_url()).status_code == 200
    assert browser.post("/me/mail/", {"wants_mail": "yes"}).status_code == 302

    record = load_record(heron.member.pk)
    assert record is not None
    assert record.pending is not None
    assert record.pending.wants_mail
    assert not Member.objects.filter(pk=heron.member.pk).exists()


def test_a_page_takes_as_many_statements_before_the_row_as_after(heron: Viewer) -> None:
    browser = client_for(heron)
    browser.get("/me/")
    with statements() as before:
        browser.get("/me/")
    services.ensure_member_row(heron)

    with statements() as after:
        browser.get("/me/")

    assert len(before) == len(after)
    assert len([sql for sql in after if "members_member" in sql and "record" in sql]) == 1


def test_the_row_comes_with_the_first_word_under_a_name(heron: Viewer, osler: Viewer) -> None:
    case = make_case(osler)
    post_comment(heron, case, shown_as=ShownAs.ANONYMOUS)
    assert not Member.objects.filter(pk=heron.member.pk).exists()

    for _ in range(2):
        post_comment(heron, case, shown_as=ShownAs.HANDLE)

    member = Member.objects.get(pk=heron.member.pk)
    assert (member.handle, member.handle_key) == ("teal-heron-482", heron.member.handle_key)
    found = load_member(member.pk)
    assert found is not None
    assert found.member == member
    assert not Viewer(found.member, heron.secret).is_pending


def test_the_row_comes_with_a_poll_and_with_a_name_that_is_shown_later(
    heron: Viewer, osler: Viewer
) -> None:
    other = enter("plum-robin-211")
    comment = post_comment(heron, make_case(osler), shown_as=ShownAs.ANONYMOUS)
    address = f"{comment.case.get_absolute_url()}reveal/"

    client_for(heron).post(address, {"shown_as": ShownAs.HANDLE})
    create_poll.create_community_poll(
        viewer=other,
        poll=create_poll.CommunityPollInput(
            question="Which?",
            options=["One", "Two"],
            is_multiple=False,
            closes_at=timezone.now() + dt.timedelta(days=1),
            week=None,
        ),
        idempotency_key=uuid.uuid4(),
    )

    handles = set(Member.objects.values_list("handle", flat=True))
    assert {"teal-heron-482", "plum-robin-211"} <= handles


def test_a_write_that_is_rolled_back_takes_the_row_with_it(heron: Viewer) -> None:
    with transaction.atomic():
        services.ensure_member_row(heron)
        transaction.set_rollback(True)

    assert not Member.objects.exists()


@pytest.mark.django_db(databases=["default", "identity"], transaction=True)
def test_words_at_the_same_moment_make_one_row() -> None:
    epochs.forget_epochs()
    heron = enter("teal-heron-482")
    failures: list[BaseException] = []
    barrier = threading.Barrier(3)

    def write() -> None:
        try:
            barrier.wait(MAX_WAIT_SECONDS)
            services.ensure_member_row(heron)
        except BaseException as error:
            failures.append(error)
        finally:
            connections.close_all()

    writers = [threading.Thread(target=write) for _ in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(MAX_WAIT_SECONDS)

    assert not failures
    assert Member.objects.count() == 1


@pytest.mark.django_db(databases=["default", "identity"], transaction=True)
def test_of_two_who_choose_one_handle_at_once_one_gets_it() -> None:
    epochs.forget_epochs()
    outcomes: list[str] = []
    barrier = threading.Barrier(2)

    def choose() -> None:
        barrier.wait(MAX_WAIT_SECONDS)
        try:
            enter("teal-heron-482")
            outcomes.append("entered")
        except services.HandleTaken:
            outcomes.append("taken")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=choose) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(MAX_WAIT_SECONDS)

    assert sorted(outcomes) == ["entered", "taken"]
    assert MemberRecord.objects.count() == 1


def test_a_handle_stays_taken_from_entry_to_the_row_and_after(
    heron: Viewer, time_machine: Any
) -> None:
    for make_row in (False, True):
        if make_row:
            services.ensure_member_row(heron)
        renew_both_tables()
        assert not services.is_handle_available("Teal-Heron-482")
        with pytest.raises(services.HandleTaken):
            enter("tea1-heron-482")

    assert not HandleReservation.objects.exists()
    record = load_record(heron.member.pk)
    assert record is not None
    assert record.pending is None


def test_the_first_night_of_a_month_writes_the_rows_of_all_who_entered_thirty_days_before_it(
    time_machine: Any,
) -> None:
    time_machine.move_to("2030-03-30T03:00:00+00:00")
    heron, gone = enter("teal-heron-482"), enter("plum-robin-211")
    services.end_membership(gone)
    time_machine.move_to("2030-04-20T03:00:00+00:00")
    enter("grey-finch-377")
    time_machine.move_to("2030-04-30T03:00:00+00:00")
    assert services.write_pending_rows() == 0
    time_machine.move_to("2030-05-02T03:00:00+00:00")  # the night of the first was missed

    assert services.write_pending_rows() == 1

    assert [member.pk for member in Member.objects.all()] == [heron.member.pk]
    renew_both_tables()
    assert services.write_pending_rows() == 0


def test_a_wish_for_mail_before_the_row_is_in_the_row(heron: Viewer) -> None:
    services.set_wants_mail(viewer=heron, wants_mail=True)

    services.ensure_member_row(heron)
    assert Member.objects.get().wants_mail
    services.set_wants_mail(viewer=heron, wants_mail=False)

    assert not Member.objects.get().wants_mail


def test_a_ban_holds_at_the_next_request_of_every_device_and_after_a_night(
    osler: Viewer, heron: Viewer
) -> None:
    for viewer in (osler, heron):
        devices = [client_for(viewer), client_for(viewer)]
        assert {device.get("/cases/").status_code for device in devices} == {200}
        rows = list(Member.objects.order_by("pk").values())

        services.suspend_member(viewer.member.pk)
        services.suspend_member(viewer.member.pk)

        assert {device.get("/cases/").status_code for device in devices} == {403}
        renew_both_tables()
        epochs.forget_epochs()
        assert {device.get("/cases/").status_code for device in devices} == {403}
        assert list(Member.objects.order_by("pk").values()) == rows


def test_a_process_that_knows_an_older_epoch_finds_the_member(osler: Viewer) -> None:
    load_member(osler.member.pk)
    stale = dict(epochs._known)
    renew_both_tables()
    epochs._known.update(stale)

    found = load_member(osler.member.pk)

    assert found is not None
    assert found.member == osler.member


def test_an_operator_lifts_a_suspension_by_the_handle(osler: Viewer, heron: Viewer) -> None:
    for viewer in (osler, heron):
        services.suspend_member(viewer.member.pk)

        call_command("lift_suspension", viewer.member.handle)

        assert client_for(viewer).get("/cases/").status_code == 200


def test_who_has_left_acts_on_no_device(osler: Viewer) -> None:
    devices = [client_for(osler), client_for(osler)]
    rows = list(Member.objects.values())

    services.end_membership(osler)

    for device in devices:
        assert device.get("/cases/").status_code == 302
        assert "member_credential" not in device.session
    assert list(Member.objects.values()) == rows


def test_the_record_of_a_leaver_is_deleted_in_the_next_night(
    osler: Viewer, blackwell: Viewer, time_machine: Any
) -> None:
    time_machine.move_to(MONDAY)
    services.end_membership(osler)
    assert services.disown_leavers() == 0

    time_machine.move_to(TUESDAY)
    assert services.disown_leavers() == 1

    assert load_record(osler.member.pk) is None
    assert load_record(blackwell.member.pk) is not None
    assert Member.objects.filter(pk=osler.member.pk).exists()


def test_the_first_week_is_known_while_it_lasts_and_forgotten_in_the_night_after_it(
    time_machine: Any, osler: Viewer
) -> None:
    time_machine.move_to("2030-03-30T10:00:00+00:00")
    heron = enter("teal-heron-482")
    case = make_case(osler, history="Zachary Placeholder fell.")
    address = reverse("moderation:patient-details", args=["case", case.public_id])
    sentence = "In your first week, 1 report can hide something."
    assert sentence in client_for(heron).get(address).content.decode()

    time_machine.move_to("2030-04-05T10:00:00+00:00")
    renew_both_tables()
    assert sentence in client_for(heron).get(address).content.decode()
    time_machine.move_to("2030-04-06T10:00:00+00:00")
    assert sentence not in client_for(heron).get(address).content.decode()
    renew_both_tables()

    record = load_record(heron.member.pk)
    assert record is not None
    assert record.entered_on is None


def test_a_full_record_fits_and_every_row_has_one_size(heron: Viewer) -> None:
    longest = records.PendingMember("ж" * 30, "ж" * 60, True, bytes(32), dt.date(2030, 3, 30))

    change_record(
        heron.member.pk,
        lambda record: replace(record, identity_escrow=bytes(700), pending=longest, is_banned=True),
    )
    enter("plum-robin-211")

    assert len({len(row.ciphertext) for row in MemberRecord.objects.all()}) == 1


def test_rows_of_members_become_records(osler: Viewer, blackwell: Viewer, garrett: Viewer) -> None:
    """The migration, on rows as they were before it."""
    MEMBER_RECORDS.delete(*(viewer.member.pk.bytes for viewer in (osler, blackwell, garrett)))
    migration = importlib.import_module("sermo.members.migrations.0006_member_records")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "ALTER TABLE members_member ADD identity_escrow bytea DEFAULT 'escrow',"
            " ADD suspended_at date, ADD left_month date"
        )
        cursor.execute(
            "UPDATE members_member SET suspended_at = '2026-01-01' WHERE handle = 'blackwell'"
        )
        cursor.execute(
            "UPDATE members_member SET left_month = '2026-01-01' WHERE handle = 'garrett'"
        )

    migration.write_records(None, SimpleNamespace(connection=connection))

    kept, banned = load_record(osler.member.pk), load_record(blackwell.member.pk)
    assert kept == records.Record(identity_escrow=b"escrow")
    assert banned == records.Record(identity_escrow=b"escrow", is_banned=True)
    assert load_record(garrett.member.pk) is None


def test_a_record_of_the_first_version_is_read_and_its_row_comes_with_the_next_batch() -> None:
    pending = records.PendingMember(
        "jade-osprey-300", "jade", False, b"k" * 32, dt.date(2026, 1, 1)
    )
    fields = json.loads(records.encode(records.Record(pending=pending)))
    del fields["pending"]["entered_on"]

    read = records.decode(json.dumps(fields).encode()).pending

    assert read is not None
    assert (read.handle, read.entered_on) == ("jade-osprey-300", dt.date(2000, 1, 1))
