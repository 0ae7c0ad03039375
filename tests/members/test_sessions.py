"""A dump of sessions is noise, and the interface is Django's whole."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from typing import Any

import pytest
from django.contrib.sessions.backends.base import CreateError, UpdateError
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from sermo.core.redis import connection
from sermo.members.sessions import SessionStore

words = st.dictionaries(
    st.text(min_size=1, max_size=12).filter(lambda key: not key.startswith("_")),
    st.text(max_size=40) | st.integers(-(2**31), 2**31) | st.booleans() | st.none(),
    max_size=6,
)


def stored(data: dict[str, Any]) -> SessionStore:
    session = SessionStore()
    session.update(data)
    session.create()
    return session


def row_of(session: SessionStore) -> bytes:
    name = "s:" + hashlib.sha256(str(session.session_key).encode()).hexdigest()
    return bytes(connection().get(name) or b"")  # type: ignore[arg-type]


@hypothesis_settings(max_examples=40, deadline=None)
@given(words)
def test_the_cookie_reads_back_what_was_stored(data: dict[str, Any]) -> None:
    session = stored(data)

    again = SessionStore(session.session_key)

    assert dict(again.items()) == data
    assert row_of(session)
    session.delete()


def test_the_row_contains_no_plaintext_and_not_the_cookie_as_its_name() -> None:
    session = stored({"member_credential": {"member": "a" * 32, "name": "Casey Sampleton"}})

    row = row_of(session)

    assert b"Sampleton" not in row
    assert b"member_credential" not in row
    names = [bytes(name) for name in connection().scan_iter("s:*")]
    assert names
    assert not [name for name in names if str(session.session_key).encode() in name]


def test_all_sessions_have_one_size_and_none_repeats() -> None:
    visitor, member = (
        stored({}),
        stored({"member_credential": {"member": "a" * 32, "name": "b" * 200}}),
    )

    before = row_of(member)
    member.save()

    assert len(row_of(visitor)) == len(row_of(member))
    assert row_of(member) != before


def test_the_cookie_without_the_key_decrypts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    session = stored({"word": "synthetic"})
    monkeypatch.setenv("SERMO_KEY_SESSION", "1:" + base64.b64encode(os.urandom(32)).decode())

    assert "word" not in SessionStore(session.session_key)


def test_the_key_may_be_rotated_while_people_are_signed_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session, old = stored({"word": "synthetic"}), os.environ["SERMO_KEY_SESSION"]
    fresh = base64.b64encode(os.urandom(32)).decode()
    monkeypatch.setenv("SERMO_KEY_SESSION", f"2:{fresh},{old}")

    again = SessionStore(session.session_key)
    values = again["word"]
    again.save()

    assert values == "synthetic"
    assert row_of(session)[:2] == b"\x00\x02"


def test_a_changed_or_moved_row_is_no_session() -> None:
    first, second = stored({"who": "one"}), stored({"who": "two"})
    name = "s:" + hashlib.sha256(str(second.session_key).encode()).hexdigest()
    connection().set(name, row_of(first))

    assert "who" not in SessionStore(second.session_key)


def test_an_unknown_cookie_gets_a_new_session_name() -> None:
    session = SessionStore("chosen-by-somebody-else-altogether")

    session["word"] = "x"
    session.save()

    assert session.session_key != "chosen-by-somebody-else-altogether"
    assert len(str(session.session_key)) == 43


def test_sign_in_moves_everything_to_a_new_cookie() -> None:
    session = stored({"word": "synthetic"})
    before = str(session.session_key)

    session.cycle_key()

    assert session.session_key != before
    assert session["word"] == "synthetic"
    assert not SessionStore().exists(before)


def test_flush_deletes_the_row() -> None:
    session = stored({"word": "synthetic"})
    before = str(session.session_key)

    session.flush()

    assert not SessionStore().exists(before)
    assert session.session_key is None
    assert not list(session.keys())


def test_a_session_that_has_ended_is_not_stored_again() -> None:
    session = stored({"word": "synthetic"})
    SessionStore().delete(session.session_key)

    with pytest.raises(UpdateError):
        session.save()


def test_two_sessions_never_share_a_cookie() -> None:
    session = stored({})

    with pytest.raises(CreateError):
        session.save(must_create=True)


def test_a_session_ends_seven_days_after_sign_in_whatever_is_done_in_it(settings: Any) -> None:
    session = stored({})
    name = "s:" + hashlib.sha256(str(session.session_key).encode()).hexdigest()
    connection().expire(name, 100)

    session["word"] = "x"
    session.save()

    assert settings.SESSION_COOKIE_AGE == 7 * 86_400
    assert 0 < int(connection().ttl(name)) <= 100
    session.cycle_key()
    SessionStore.clear_expired()
    assert session.exists(str(session.session_key))


def test_a_session_is_stored_as_json() -> None:
    with pytest.raises(TypeError):
        stored({"no": object()})
    assert json.dumps(dict(stored({"yes": [1, "2"]}).items()))
