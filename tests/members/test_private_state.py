"""Shelves only their member can read."""

from __future__ import annotations

import dataclasses
import threading
from typing import Any

import pytest
from django.db import connections

from sermo.core import crypto
from sermo.members.models import PrivateState
from sermo.members.viewer import Viewer, private_state
from tests.factories import make_viewer
from tests.waiting import MAX_WAIT_SECONDS

pytestmark = pytest.mark.django_db(databases=["default", "identity"])


def put(viewer: Viewer, section: str, **words: Any) -> private_state.PrivateSection:
    return private_state.update_section(viewer, section, lambda state: state.update(words))


def test_a_section_is_read_back_by_its_member_only(osler: Viewer, blackwell: Viewer) -> None:
    put(osler, "follows", follows=["one"])
    put(osler, "follows", bookmarks=["two"])

    assert private_state.load_section(osler, "follows") == {
        "follows": ["one"],
        "bookmarks": ["two"],
    }
    assert private_state.load_section(osler, "acts") == {}
    assert private_state.load_section(blackwell, "follows") == {}


def test_a_row_shows_neither_its_member_nor_its_content(osler: Viewer) -> None:
    put(osler, "acts", cases=["a-synthetic-case"])

    row = PrivateState.objects.get()

    assert len(bytes(row.locator)) == 16
    assert osler.member.pk.bytes not in bytes(row.locator) + bytes(row.ciphertext)
    assert b"synthetic" not in row.ciphertext


def test_short_and_longer_content_have_one_size(osler: Viewer, blackwell: Viewer) -> None:
    put(osler, "follows", one="x")
    put(blackwell, "follows", one="x" * 3000)

    sizes = {len(row.ciphertext) for row in PrivateState.objects.all()}

    assert len(sizes) == 1


def test_long_content_is_stored_whole(osler: Viewer) -> None:
    put(osler, "follows", many=["x" * 12] * 6000)

    assert len(private_state.load_section(osler, "follows")["many"]) == 6000


def test_another_secret_neither_finds_nor_decrypts_it(osler: Viewer) -> None:
    put(osler, "follows", one="x")
    thief = dataclasses.replace(osler, secret=crypto.new_secret())
    row = PrivateState.objects.get()

    assert private_state.load_section(thief, "follows") == {}
    PrivateState.objects.filter(pk=row.pk).update(locator=thief.pseudonym("private-state:follows"))
    with pytest.raises(crypto.DecryptionError):
        private_state.load_section(thief, "follows")


def test_a_row_moved_to_another_section_does_not_decrypt(osler: Viewer) -> None:
    put(osler, "follows", one="x")
    PrivateState.objects.update(locator=osler.pseudonym("private-state:acts"))

    with pytest.raises(crypto.DecryptionError):
        private_state.load_section(osler, "acts")


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
    assert PrivateState.objects.get().version == 6
