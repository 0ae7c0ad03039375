"""Blinded rows: what a thief of two nights sees, and what readers and writers rely on."""

from __future__ import annotations

import os
import secrets
import threading

import pytest
from django.db import connection, connections, transaction

from sermo.blinded_rows import epochs, table
from sermo.blinded_rows.models import CommunityEpoch
from sermo.blinded_rows.table import BlindedTable, MissingRowError, UnreadableRowsError
from sermo.core import crypto, keys
from sermo.members.models import MemberRecord
from tests.counting import statements

CONTENT = b"what the row holds"


pytestmark = pytest.mark.django_db(databases=["default", "identity"])


@pytest.fixture
def rows() -> BlindedTable:
    epochs.forget_epochs()
    return BlindedTable(MemberRecord, name_bytes=16, content_bytes=256)


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "CHUNK_ROWS", 2)


def new_name() -> bytes:
    return secrets.token_bytes(16)


def stolen() -> list[tuple[bytes, bytes]]:
    return [
        (bytes(locator), bytes(ciphertext))
        for locator, ciphertext in MemberRecord.objects.values_list("locator", "ciphertext")
    ]


def test_a_row_is_found_by_its_name_in_one_statement(rows: BlindedTable) -> None:
    name = new_name()
    assert rows.insert(name, CONTENT)

    with statements() as executed:
        assert rows.get(name) == {name: CONTENT}

    assert len(executed) == 1


def test_one_name_has_one_row(rows: BlindedTable) -> None:
    name = new_name()

    assert rows.insert(name, CONTENT)
    assert not rows.insert(name, b"other")
    assert rows.get(name) == {name: CONTENT}


def test_a_dump_holds_neither_name_nor_content_and_rows_of_one_size(rows: BlindedTable) -> None:
    names = [new_name() for _ in range(3)]
    for number, name in enumerate(names):
        rows.insert(name, CONTENT * number)

    dump = b"".join(locator + ciphertext for locator, ciphertext in stolen())

    assert not any(name in dump for name in names)
    assert CONTENT not in dump
    assert len({len(ciphertext) for _, ciphertext in stolen()}) == 1


def test_after_a_renewal_no_row_is_the_same_and_every_row_is_found(
    rows: BlindedTable, small_chunks: None
) -> None:
    names = [new_name() for _ in range(7)]
    for name in names:
        rows.insert(name, CONTENT + name)
    before = stolen()

    assert rows.renew() == len(names)

    after = stolen()
    assert not {value for row in before for value in row} & {
        value for row in after for value in row
    }
    assert rows.get(*names) == {name: CONTENT + name for name in names}


def test_a_process_that_knows_the_old_epoch_still_finds_and_writes(rows: BlindedTable) -> None:
    name, other = new_name(), new_name()
    rows.insert(name, CONTENT)
    stale = dict(epochs._known)
    rows.renew()
    epochs._known.update(stale)

    assert rows.get(name) == {name: CONTENT}
    epochs._known.update(stale)
    rows.update(name, lambda content: content + b"!")
    epochs._known.update(stale)
    rows.insert(other, CONTENT)

    assert rows.get(name, other) == {name: CONTENT + b"!", other: CONTENT}


def test_a_renewal_that_was_broken_off_continues(rows: BlindedTable, small_chunks: None) -> None:
    names = [new_name() for _ in range(6)]
    for name in names:
        rows.insert(name, CONTENT)
    moved: list[bytes] = []

    def break_off(name: bytes, content: bytes) -> tuple[bytes, bytes]:
        moved.append(name)
        if len(moved) > 3:
            raise RuntimeError("the worker was killed")
        return name, content

    with pytest.raises(RuntimeError, match="killed"):
        rows.renew(break_off)
    assert rows.get(*names).keys() == set(names)
    rows.update(names[0], lambda content: content + b"!")
    late = new_name()
    assert rows.insert(late, CONTENT)
    assert not rows.insert(names[1], CONTENT)

    rows.renew()

    found = rows.get(*names, late)
    assert found.keys() == {*names, late}
    assert found[names[0]] == CONTENT + b"!"
    assert CommunityEpoch.objects.get(pk=rows.name).next_salt == b""


def test_a_renewal_changes_and_deletes_rows(rows: BlindedTable) -> None:
    kept, renamed, dropped, new = (new_name() for _ in range(4))
    for name in (kept, renamed, dropped):
        rows.insert(name, CONTENT)
    changes = {renamed: (new, b"new"), dropped: None}

    rows.renew(lambda name, content: changes.get(name, (name, content)))

    assert rows.get(kept, new, renamed, dropped) == {kept: CONTENT, new: b"new"}


def test_a_row_that_does_not_exist_cannot_be_changed(rows: BlindedTable) -> None:
    with pytest.raises(MissingRowError):
        rows.update(new_name(), lambda content: content)


def test_a_row_is_deleted_by_its_name(rows: BlindedTable) -> None:
    name = new_name()
    rows.insert(name, CONTENT)

    assert rows.delete(name) == 1
    assert rows.get(name) == {}


def test_a_changed_row_does_not_decrypt(rows: BlindedTable) -> None:
    name = new_name()
    rows.insert(name, CONTENT)
    MemberRecord.objects.update(ciphertext=secrets.token_bytes(64))

    with pytest.raises(crypto.DecryptionError):
        rows.get(name)


def test_after_a_rotation_the_next_renewal_uses_the_new_key_alone(
    rows: BlindedTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = new_name()
    rows.insert(name, CONTENT)
    old = os.environ["SERMO_KEY_OUTER"]
    new = keys.format_key(2, secrets.token_bytes(32), is_demo=True)
    monkeypatch.setenv("SERMO_KEY_OUTER", f"{new},{old}")
    rows.renew()
    monkeypatch.setenv("SERMO_KEY_OUTER", new)
    epochs.forget_epochs()

    assert rows.get(name) == {name: CONTENT}


@pytest.mark.django_db(databases=["default", "identity"], transaction=True)
def test_writers_and_readers_go_on_while_all_rows_move(small_chunks: None) -> None:
    epochs.forget_epochs()
    rows = BlindedTable(MemberRecord, name_bytes=16, content_bytes=256)
    names = [new_name() for _ in range(40)]
    for name in names:
        rows.insert(name, b"0")
    failures: list[BaseException] = []

    def write() -> None:
        try:
            for _ in range(3):
                for name in names:
                    rows.update(name, lambda content: str(int(content) + 1).encode())
                    if rows.get(name).keys() != {name}:
                        raise AssertionError("a reader found no row")
        except BaseException as error:
            failures.append(error)
        finally:
            connections.close_all()

    writers = [threading.Thread(target=write) for _ in range(3)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        rows.renew()
    for writer in writers:
        writer.join()

    assert not failures
    assert rows.get(*names) == dict.fromkeys(names, b"9")


def test_the_epoch_stays_while_a_writer_holds_it(rows: BlindedTable) -> None:
    with transaction.atomic():
        rows.hold_epoch()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT mode FROM pg_locks WHERE relation = %s::regclass AND granted",
                [CommunityEpoch._meta.db_table],
            )
            modes = {row[0] for row in cursor.fetchall()}

    assert "RowShareLock" in modes


def spoil(*rows: MemberRecord) -> None:
    for row in rows:
        MemberRecord.objects.filter(pk=row.pk).update(ciphertext=bytes(len(row.ciphertext)))


def test_a_spoilt_row_stops_no_other_and_is_left_as_it_is(
    rows: BlindedTable, small_chunks: None
) -> None:
    names = [new_name() for _ in range(7)]
    for name in names:
        rows.insert(name, CONTENT)
    spoilt = MemberRecord.objects.order_by("?")[0]
    spoil(spoilt)

    assert rows.renew() == 6
    assert rows.renew() == 6

    assert len(list(rows.scan())) == 6
    assert MemberRecord.objects.filter(pk=spoilt.pk).exists()


def test_a_wrong_key_moves_nothing(
    rows: BlindedTable, small_chunks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "MAX_UNREADABLE_ROWS", 2)
    for _ in range(5):
        rows.insert(new_name(), CONTENT)
    spoil(*MemberRecord.objects.all())
    before = stolen()

    with pytest.raises(UnreadableRowsError):
        rows.renew()

    assert sorted(stolen()) == sorted(before)
