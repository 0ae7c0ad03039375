"""The nightly renewal of private state: what a thief of two nights sees, what members keep."""

from __future__ import annotations

import secrets
import threading
from collections import Counter
from typing import Any

import pytest
from django.db import connection, connections

from sermo.blinded_rows import epochs, table
from sermo.core import crypto
from sermo.members.models import PrivateState
from sermo.members.viewer import Viewer, private_state
from sermo.members.viewer.private_versions import BASE, TABLE, decode_name, prepare_renewal
from tests.factories import make_viewer
from tests.waiting import MAX_WAIT_SECONDS

pytestmark = pytest.mark.django_db(databases=["default", "identity"])


def put(viewer: Viewer, section: str = "follows", /, **words: Any) -> None:
    private_state.update_section(viewer, section, lambda state: state.update(words))


def load(viewer: Viewer, section: str = "follows") -> private_state.PrivateSection:
    return private_state.load_section(viewer, section)


def renew() -> int:
    return TABLE.renew(prepare_renewal())


def rows_as_written() -> list[tuple[bytes, bytes]]:
    """Locator and ciphertext in the order of the file, which is that of the write-ahead log."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT locator, ciphertext FROM members_privatestate ORDER BY ctid")
        return [(bytes(locator), bytes(ciphertext)) for locator, ciphertext in cursor.fetchall()]


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "CHUNK_ROWS", 2)


def test_ten_changes_of_one_member_share_nothing_with_each_other_or_the_next_night() -> None:
    others = [make_viewer(f"other-{number}") for number in range(5)]
    member = make_viewer("osler")
    renew()
    first_night = rows_as_written()
    for number in range(10):
        put(member, **{secrets.token_hex(16): number})
        put(others[number % 5], **{secrets.token_hex(16): number})

    log = rows_as_written()[len(first_night) :]
    renew()
    second_night = rows_as_written()

    rows = [*first_night, *log, *second_night]
    assert (len(log), len(second_night)) == (20, len(first_night))
    assert {len(locator) for locator, _ in rows} == {16}
    assert len({len(ciphertext) for _, ciphertext in rows}) == 1
    for part in (0, 1):
        beginnings = Counter(row[part][:4] for row in rows)
        assert max(beginnings.values()) == 1
    assert [locator for locator, _ in second_night] == sorted(row[0] for row in second_night)


def test_after_a_renewal_each_section_is_one_base_with_the_newest_content(
    osler: Viewer, blackwell: Viewer, small_chunks: None
) -> None:
    for number in range(11):
        put(osler, n=number)
    put(blackwell, words=(long := secrets.token_hex(5000)))
    put(blackwell, "quizzes", n=1)

    renew()

    assert load(osler) == {"n": 10}
    assert load(blackwell) == {"words": long}
    assert load(blackwell, "quizzes") == {"n": 1}
    rows = Counter(decode_name(name).section for name, _ in TABLE.scan())
    assert {decode_name(name).version for name, _ in TABLE.scan()} == {BASE}
    assert sorted(rows.values()) == [1, 1, 4]


def test_shorter_content_leaves_no_row_of_the_longer_one(osler: Viewer) -> None:
    put(osler, words=secrets.token_hex(5000))
    renew()
    put(osler, words="short")

    renew()

    assert load(osler) == {"words": "short"}
    assert PrivateState.objects.count() == len(private_state.SECTIONS)


def test_a_second_renewal_and_changes_after_it_keep_everything(osler: Viewer) -> None:
    for night in range(3):
        put(osler, **{f"n{night}": night})
        renew()
        put(osler, **{f"m{night}": night})

    assert load(osler) == {f"{letter}{night}": night for night in range(3) for letter in "nm"}


def test_deleted_sections_are_gone_after_the_night(osler: Viewer, blackwell: Viewer) -> None:
    put(osler, words=secrets.token_hex(5000))
    put(blackwell, n=1)
    private_state.delete_private_state(osler)

    renew()

    assert load(osler) == {}
    assert load(blackwell) == {"n": 1}
    assert PrivateState.objects.count() == len(private_state.SECTIONS)


@pytest.mark.parametrize("n_moved", range(5))
def test_a_renewal_that_was_broken_off_at_any_row_loses_nothing(
    osler: Viewer, blackwell: Viewer, small_chunks: None, n_moved: int
) -> None:
    long = secrets.token_hex(5000)
    put(osler, n=1)
    put(osler, words=long)
    put(blackwell, n=1)
    put(blackwell, n=2)
    moved = 0

    def break_off(name: bytes, content: bytes) -> tuple[bytes, bytes] | None:
        nonlocal moved
        moved += 1
        if moved > n_moved:
            raise RuntimeError("the worker was killed")
        return transform(name, content)

    transform = prepare_renewal()
    with pytest.raises(RuntimeError, match="killed"):
        TABLE.renew(break_off)
    put(blackwell, m=3)
    epochs.forget_epochs()
    during = (load(osler), load(blackwell))

    renew()

    assert during == ({"n": 1, "words": long}, {"n": 2, "m": 3})
    assert (load(osler), load(blackwell)) == during
    renew()
    assert (load(osler), load(blackwell)) == during


@pytest.mark.parametrize("n_changes", [1, 40])
def test_a_process_that_knows_the_old_epoch_reads_what_was_written_meanwhile(
    osler: Viewer, n_changes: int
) -> None:
    for number in range(n_changes):
        put(osler, n=-number)
    stale = dict(epochs._known)
    prepare_renewal()
    put(osler, n=2)

    epochs._known.update(stale)

    assert load(osler) == {"n": 2}
    renew()
    put(osler, n=3)
    assert load(osler) == {"n": 3}


@pytest.mark.django_db(databases=["default", "identity"], transaction=True)
def test_changes_go_on_while_all_rows_are_renewed(small_chunks: None) -> None:
    viewers = [make_viewer(f"member-{number}") for number in range(3)]
    failures: list[BaseException] = []

    def change(viewer: Viewer) -> None:
        try:
            for number in range(25):
                put(viewer, **{f"n{number}": secrets.token_hex(200)})
                if len(load(viewer)) != number + 1:
                    raise AssertionError("a reader saw an old version")
        except BaseException as error:
            failures.append(error)
        finally:
            connections.close_all()

    writers = [threading.Thread(target=change, args=[viewer]) for viewer in viewers]
    for writer in writers:
        writer.start()
    n_renewals = 0
    while any(writer.is_alive() for writer in writers):
        renew()
        n_renewals += 1
    for writer in writers:
        writer.join(MAX_WAIT_SECONDS)

    assert not failures
    assert n_renewals > 1
    assert [len(load(viewer)) for viewer in viewers] == [25, 25, 25]


def test_rows_of_another_key_do_not_decrypt(osler: Viewer) -> None:
    PrivateState.objects.update(ciphertext=secrets.token_bytes(1856))

    with pytest.raises(crypto.DecryptionError):
        load(osler)
