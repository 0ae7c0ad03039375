"""Keys from the environment, and encryption under them."""

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
def test_only_the_key_that_encrypted_decrypts(plain: bytes, other: bytes) -> None:
    key = crypto.new_secret()

    ciphertext = crypto.encrypt(key, plain)

    assert crypto.decrypt(key, ciphertext) == plain
    assert plain not in ciphertext or len(plain) < 4
    with pytest.raises(crypto.DecryptionError):
        crypto.decrypt(other, ciphertext)


@given(st.binary(max_size=254))
def test_padded_text_has_one_length_and_can_be_unpadded(plain: bytes) -> None:
    padded = crypto.pad(plain, 256)

    assert len(padded) == 256
    assert crypto.unpad(padded) == plain


def test_text_longer_than_its_padding_is_refused() -> None:
    with pytest.raises(ValueError, match="padding"):
        crypto.pad(bytes(255), 256)


def test_an_older_version_still_decrypts_what_it_encrypted(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = os.urandom(32), os.urandom(32)
    monkeypatch.setenv("SERMO_KEY_FIELD", _value(1, old))
    ciphertext = crypto.encrypt_with_named_key(keys.KeyName.FIELD, "test", b"before")
    monkeypatch.setenv("SERMO_KEY_FIELD", f"{_value(2, new)},{_value(1, old)}")

    later = crypto.encrypt_with_named_key(keys.KeyName.FIELD, "test", b"after")

    assert crypto.decrypt_with_named_key(keys.KeyName.FIELD, "test", ciphertext) == b"before"
    assert later[:2] == (2).to_bytes(2, "big")
    monkeypatch.setenv("SERMO_KEY_FIELD", _value(2, new))
    with pytest.raises(keys.MissingKeyError, match="SERMO_KEY_FIELD no longer holds version 1"):
        crypto.decrypt_with_named_key(keys.KeyName.FIELD, "test", ciphertext)


def test_another_purpose_does_not_decrypt() -> None:
    ciphertext = crypto.encrypt_with_named_key(keys.KeyName.FIELD, "first", b"x")

    with pytest.raises(crypto.DecryptionError):
        crypto.decrypt_with_named_key(keys.KeyName.FIELD, "other", ciphertext)


def test_only_the_private_key_decrypts() -> None:
    address = b"someone@mail.example"

    ciphertext = crypto.encrypt_to_public_key(keys.KeyName.MAIL_PUBLIC, address)

    assert crypto.decrypt_with_private_key(keys.KeyName.MAIL_PRIVATE, ciphertext) == address
    assert crypto.encrypt_to_public_key(keys.KeyName.MAIL_PUBLIC, address) != ciphertext
    with pytest.raises(crypto.DecryptionError):
        crypto.decrypt_with_private_key(keys.KeyName.MODERATION_PRIVATE, ciphertext)


@pytest.mark.parametrize("value", ["", "1", "1:short", "x:" + "A" * 44, "1:%%%", "demo.:AAAA"])
def test_the_error_of_a_malformed_key_contains_its_name_but_not_its_value(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERMO_KEY_PEPPER", value)

    with pytest.raises(keys.MissingKeyError) as error:
        keys.current(keys.KeyName.PEPPER)

    assert "SERMO_KEY_PEPPER" in str(error.value)
    assert "%%%" not in str(error.value)


def test_a_version_given_twice_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERMO_KEY_PEPPER", f"{_value(1)},{_value(1, os.urandom(32))}")

    with pytest.raises(keys.MissingKeyError, match="twice"):
        keys.current(keys.KeyName.PEPPER)


def test_production_refuses_a_demo_key(monkeypatch: pytest.MonkeyPatch) -> None:
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
