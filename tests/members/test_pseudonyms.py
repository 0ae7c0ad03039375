"""tag = first 16 bytes of HMAC-SHA256(member secret, scope)."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import inspect
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sermo.members import pseudonyms
from sermo.members.pseudonyms import names

secrets = st.binary(min_size=32, max_size=32)
scopes = st.text(max_size=60)
SCOPES = [
    function
    for name, function in inspect.getmembers(pseudonyms, inspect.isfunction)
    if name.endswith("_scope")
    and not name.endswith(
        ("_number_scope", "_line_scope", "quota_scope", "reporter_scope", "_address_scope")
    )
]


@given(secrets, scopes)
def test_a_pseudonym_is_the_truncated_hmac(secret: bytes, scope: str) -> None:
    expected = hmac.new(secret, scope.encode(), hashlib.sha256).digest()[:16]

    assert pseudonyms.pseudonym(secret, scope) == expected


@given(secrets, secrets, scopes, scopes)
def test_pseudonyms_are_equal_only_for_one_member_in_one_scope(
    secret: bytes, other: bytes, here: str, there: str
) -> None:
    same = secret == other and here == there

    assert (pseudonyms.pseudonym(secret, here) == pseudonyms.pseudonym(other, there)) == same


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_secret_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        pseudonyms.pseudonym(bytes(length), "case:x")


def test_scopes_of_different_kinds_differ_for_one_id() -> None:
    identifier = uuid.uuid4()

    scope_texts = [scope(identifier) for scope in SCOPES] + [
        pseudonyms.private_state_scope(identifier.hex),
        pseudonyms.shown_line_scope(dt.date(2026, 11, 16)),
        pseudonyms.quota_scope("report", dt.date(2026, 11, 16), anonymous=False),
        pseudonyms.quota_scope("report", dt.date(2026, 11, 16), anonymous=True),
        pseudonyms.quota_scope("report", dt.date(2026, 11, 17), anonymous=False),
        pseudonyms.quota_scope("poll", dt.date(2026, 11, 16), anonymous=False),
        pseudonyms.reporter_scope(dt.date(2026, 11, 16)),
        pseudonyms.draft_number_scope(0),
        pseudonyms.draft_address_scope(identifier, "1"),
        pseudonyms.draft_address_scope(identifier, "2"),
        pseudonyms.comment_number_scope(dt.date(2026, 1, 1), 0),
    ]

    assert len(SCOPES) >= 6
    assert len(set(scope_texts)) == len(scope_texts)


@given(st.binary(min_size=16, max_size=16))
def test_an_anonymous_name_is_a_colour_and_a_bird_and_stays(tag: bytes) -> None:
    colour, bird = pseudonyms.anonymous_name(tag).split()

    assert colour in names.COLOURS
    assert bird in names.BIRDS
    assert pseudonyms.anonymous_name(tag) == f"{colour} {bird}"


def test_there_are_4096_equally_likely_anonymous_names() -> None:
    assert len(set(names.COLOURS)) == len(names.COLOURS) == 64
    assert len(set(names.BIRDS)) == len(names.BIRDS) == 64
