from __future__ import annotations

import base64
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sermo.core import crypto, keys


def _value(version: int, material: bytes = bytes(32), *, demo: bool = False) -> str:
    return ("demo." if demo else "") + f"{version}:{base64.b64encode(material).decode()}"


@given(st.binary(max_size=400), st.binary(min_size=32, max_size=32))
def test_what_a_box_closes_only_its_key_opens(plain: bytes, other: bytes) -> None:
    key = crypto.new_secret()

    box = crypto.encrypt(key, plain)

    assert crypto.decrypt(key, box) == plain
    assert plain not in box or len(plain) < 4
    with pytest.raises(crypto.DecryptionError):
        crypto.decrypt(other, box)


@given(st.binary(max_size=254))
def test_padding_gives_one_length_and_is_undone(plain: bytes) -> None:
    padded = crypto.pad(plain, 256)

    assert len(padded) == 256
    assert crypto.unpad(padded) == plain


def test_too_long_for_its_padding_is_refused() -> None:
    with pytest.raises(ValueError, match="padding"):
        crypto.pad(bytes(255), 256)


def test_an_older_version_still_opens_what_it_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = os.urandom(32), os.urandom(32)
    monkeypatch.setenv("SERMO_KEY_FIELD", _value(1, old))
    box = crypto.encrypt_with_named_key(keys.KeyName.FIELD, "test", b"before")
    monkeypatch.setenv("SERMO_KEY_FIELD", f"{_value(2, new)},{_value(1, old)}")

    later = crypto.encrypt_with_named_key(keys.KeyName.FIELD, "test", b"after")

    assert crypto.decrypt_with_named_key(keys.KeyName.FIELD, "test", box) == b"before"
    assert later[:2] == (2).to_bytes(2, "big")
    monkeypatch.setenv("SERMO_KEY_FIELD", _value(2, new))
    with pytest.raises(keys.MissingKeyError, match="SERMO_KEY_FIELD no longer holds version 1"):
        crypto.decrypt_with_named_key(keys.KeyName.FIELD, "test", box)


def test_a_purpose_does_not_open_another() -> None:
    box = crypto.encrypt_with_named_key(keys.KeyName.FIELD, "one", b"x")

    with pytest.raises(crypto.DecryptionError):
        crypto.decrypt_with_named_key(keys.KeyName.FIELD, "other", box)


def test_only_the_private_half_opens_a_sealed_box(monkeypatch: pytest.MonkeyPatch) -> None:
    box = crypto.encrypt_to_public_key(keys.KeyName.MAIL_PUBLIC, b"someone@mail.example")

    assert (
        crypto.decrypt_with_private_key(keys.KeyName.MAIL_PRIVATE, box) == b"someone@mail.example"
    )
    assert crypto.encrypt_to_public_key(keys.KeyName.MAIL_PUBLIC, b"someone@mail.example") != box
    with pytest.raises(crypto.DecryptionError):
        crypto.decrypt_with_private_key(keys.KeyName.MODERATION_PRIVATE, box)


@pytest.mark.parametrize("odd", ["", "1", "1:short", "x:" + "A" * 44, "1:%%%", "demo.:AAAA"])
def test_an_odd_key_is_refused_by_name_and_never_by_value(
    odd: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERMO_KEY_PEPPER", odd)

    with pytest.raises(keys.MissingKeyError) as refused:
        keys.current(keys.KeyName.PEPPER)

    assert "SERMO_KEY_PEPPER" in str(refused.value)
    assert "%%%" not in str(refused.value)


def test_one_version_twice_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERMO_KEY_PEPPER", f"{_value(1)},{_value(1, os.urandom(32))}")

    with pytest.raises(keys.MissingKeyError, match="twice"):
        keys.current(keys.KeyName.PEPPER)


def test_production_refuses_a_demonstration_key(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in keys.generate_environment(demo=False).items():
        monkeypatch.setenv(name, value)
    keys.require_keys("web", allow_demo=False)
    monkeypatch.setenv("SERMO_KEY_SESSION", _value(1, demo=True))

    with pytest.raises(keys.MissingKeyError, match="SERMO_KEY_SESSION is a demonstration key"):
        keys.require_keys("web", allow_demo=False)


@pytest.mark.parametrize(
    ("process", "missing"),
    [("mailer", "MAIL_PRIVATE"), ("sealed", "MODERATION_PRIVATE"), ("sealed", "INNER_PRIVATE")],
)
def test_a_process_without_its_private_key_does_not_start(
    process: str, missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(f"SERMO_KEY_{missing}")

    keys.require_keys("web", allow_demo=True)
    with pytest.raises(keys.MissingKeyError, match=missing):
        keys.require_keys(process, allow_demo=True)
