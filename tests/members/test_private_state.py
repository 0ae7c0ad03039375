"""Private state: what a member reads back, and what somebody with every row sees."""

from __future__ import annotations

import dataclasses
import secrets
import threading
from typing import Any

import pytest
from django.db import connections

from sermo.core import crypto
from sermo.members.models import PrivateState
from sermo.members.viewer import Viewer, private_state, private_versions
from sermo.members.viewer.private_versions import CHUNK_BYTES, TABLE, decode_name
from tests.counting import statements
from tests.factories import make_viewer
from tests.waiting import MAX_WAIT_SECONDS

pytestmark = pytest.mark.django_db(databases=["default", "identity"])


def put(viewer: Viewer, section: str, **words: Any) -> private_state.PrivateSection:
    return private_state.update_section(viewer, section, lambda state: state.update(words))


def stored_rows() -> set[bytes]:
    return {bytes(locator) for locator in PrivateState.objects.values_list("locator", flat=True)}


def random_words(n_bytes: int) -> str:
    """Text that cannot be compressed below this size."""
    return secrets.token_hex(n_bytes)


def test_a_section_is_read_back_by_its_member_only(osler: Viewer, blackwell: Viewer) -> None:
    put(osler, "follows", follows=["one"])
    put(osler, "follows", bookmarks=["two"])

    assert private_state.load_section(osler, "follows") == {
        "follows": ["one"],
        "bookmarks": ["two"],
    }
    assert private_state.load_section(osler, "quizzes") == {}
    assert private_state.load_section(blackwell, "follows") == {}


def test_no_row_shows_its_member_or_its_content(osler: Viewer) -> None:
    put(osler, "quizzes", cases=["a-synthetic-case"])

    stored = b"".join(
        row.locator + row.ciphertext for row in PrivateState.objects.order_by("locator")
    )

    assert osler.member.pk.bytes not in stored
    assert osler.pseudonym("private-state:quizzes") not in stored
    assert b"synthetic" not in stored


def test_a_row_is_short_enough_to_stay_in_its_page(osler: Viewer) -> None:
    put(osler, "follows", one="x")

    assert {len(row.ciphertext) + 100 < 2000 for row in PrivateState.objects.all()} == {True}


def test_a_new_member_has_every_section_and_a_first_change_adds_one_row(osler: Viewer) -> None:
    before = stored_rows()

    put(osler, "follows", one="x")

    assert len(before) == len(private_state.SECTIONS)
    assert stored_rows() > before
    assert len(stored_rows() - before) == 1


def test_private_state_is_created_once(osler: Viewer) -> None:
    put(osler, "follows", one="x")
    before = stored_rows()

    private_state.create_private_state(osler.secret)

    assert stored_rows() == before
    assert private_state.load_section(osler, "follows") == {"one": "x"}


def test_what_changes_nothing_writes_nothing(osler: Viewer) -> None:
    put(osler, "follows", one="x")
    before = stored_rows()

    put(osler, "follows", one="x")

    assert stored_rows() == before


@pytest.mark.parametrize(("n_bytes", "n_rows"), [(200, 1), (2000, 2), (5000, 4), (9000, 8)])
def test_long_content_is_stored_whole_in_a_power_of_two_of_rows(
    osler: Viewer, n_bytes: int, n_rows: int
) -> None:
    words = random_words(n_bytes)
    before = stored_rows()

    put(osler, "follows", many=words)

    assert private_state.load_section(osler, "follows") == {"many": words}
    assert len(stored_rows() - before) == n_rows
    assert len({len(row.ciphertext) for row in PrivateState.objects.all()}) == 1


def test_content_larger_than_any_section_may_be_is_refused(osler: Viewer) -> None:
    with pytest.raises(ValueError, match="too large"):
        put(osler, "follows", many=random_words(128 * CHUNK_BYTES))

    assert private_state.load_section(osler, "follows") == {}


def test_it_is_read_with_one_statement_and_changed_with_three(osler: Viewer) -> None:
    put(osler, "follows", one="x")

    with statements() as reading:
        private_state.load_section(osler, "follows")
    with statements() as writing:
        put(osler, "follows", one="y")

    assert len(reading) == 1
    assert len(writing) == 3


@pytest.mark.parametrize("n_changes", [15, 16, 17, 150, 151, 152, 153])
def test_many_changes_of_one_day_are_found(osler: Viewer, n_changes: int) -> None:
    for number in range(1, n_changes + 1):
        put(osler, "follows", n=number)

    assert private_state.load_section(osler, "follows") == {"n": n_changes}


def test_another_secret_neither_finds_nor_decrypts_it(osler: Viewer) -> None:
    put(osler, "follows", one="x")
    thief = dataclasses.replace(osler, secret=crypto.new_secret())

    assert private_state.load_section(thief, "follows") == {}
    with pytest.raises(crypto.DecryptionError):
        private_state.decrypt_section(
            thief.secret, "follows", private_state.encrypt_section(osler.secret, "follows", {})
        )


def test_a_row_moved_to_another_locator_does_not_decrypt(osler: Viewer, blackwell: Viewer) -> None:
    names = {decode_name(name).section: name for name, _ in TABLE.scan()}
    own, other = (
        TABLE.epoch().current.locator(names[viewer.pseudonym("private-state:follows")])
        for viewer in (osler, blackwell)
    )
    PrivateState.objects.filter(pk=own).delete()
    PrivateState.objects.filter(pk=other).update(locator=own)

    with pytest.raises(crypto.DecryptionError):
        private_state.load_section(osler, "follows")


def test_a_section_that_the_member_never_had_is_empty_after_one_statement(osler: Viewer) -> None:
    private_state.load_section(osler, "follows")

    with statements() as reading:
        content = private_state.load_section(osler, "drafts")

    assert (content, len(reading)) == ({}, 1)


def test_after_deletion_every_section_is_empty(osler: Viewer, blackwell: Viewer) -> None:
    for viewer in (osler, blackwell):
        put(viewer, "follows", one="x")

    for _ in range(2):
        private_state.delete_private_state(osler)

    assert private_state.load_section(osler, "follows") == {}
    assert private_state.load_section(blackwell, "follows") == {"one": "x"}


@pytest.mark.django_db(databases=["default", "identity"], transaction=True)
def test_concurrent_changes_are_all_stored() -> None:
    viewer = make_viewer("osler")
    barrier = threading.Barrier(6)

    def change(number: int) -> None:
        barrier.wait(MAX_WAIT_SECONDS)
        put(viewer, "follows", **{f"n{number}": number})
        connections.close_all()

    threads = [threading.Thread(target=change, args=[number]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(MAX_WAIT_SECONDS)

    assert len(private_state.load_section(viewer, "follows")) == 6


def test_after_many_changes_a_process_that_knows_them_reads_with_one_statement(
    osler: Viewer,
) -> None:
    for number in range(200):
        put(osler, "follows", last=number)

    with statements() as cold:
        private_versions._late_entries.clear()
        assert private_state.load_section(osler, "follows") == {"last": 199}
    with statements() as warm:
        assert private_state.load_section(osler, "follows") == {"last": 199}

    assert len(cold) == 3
    assert len(warm) == 1
