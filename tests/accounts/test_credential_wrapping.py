"""Wrapping of the member credential, as docs/design/anonymity.md specifies it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from uuid import UUID

import pytest
from django.conf import settings as site
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl import pwhash
from nacl.public import PrivateKey, SealedBox

from accounts.credential_wrapping import custodians, passwords, tokens
from accounts.credential_wrapping.member_credential import MemberCredential
from sermo.core import crypto, keys

credentials = st.builds(MemberCredential, st.uuids(), st.binary(min_size=32, max_size=32))
any_password = st.text(min_size=1, max_size=64)
SLOW = settings(max_examples=15, deadline=None)


@given(credentials)
def test_a_credential_is_48_bytes_and_decodes_to_itself(credential: MemberCredential) -> None:
    assert len(credential.to_bytes()) == 48
    assert MemberCredential.from_bytes(credential.to_bytes()) == credential


def test_a_credential_does_not_print_its_secret() -> None:
    secret = os.urandom(32)

    assert repr(secret) not in repr(MemberCredential(UUID(int=1), secret))


@SLOW
@given(credentials, any_password, any_password)
def test_only_the_password_unwraps_what_it_wrapped(
    credential: MemberCredential, password: str, other: str
) -> None:
    salt, wrapped = passwords.wrap_with_password(credential, password)

    assert passwords.unwrap_with_password(salt, wrapped, password) == credential
    if password != other:
        with pytest.raises(crypto.DecryptionError):
            passwords.unwrap_with_password(salt, wrapped, other)


def test_one_credential_wrapped_twice_gives_nothing_equal() -> None:
    credential = MemberCredential(UUID(int=7), os.urandom(32))

    first, second = (passwords.wrap_with_password(credential, "the same") for _ in range(2))

    assert first[0] != second[0]
    assert first[1] != second[1]
    assert credential.secret not in first[1]


def test_the_key_is_hmac_of_argon2id_under_the_pepper() -> None:
    salt, pepper = os.urandom(16), keys.current(keys.KeyName.PEPPER)

    key = passwords.derive_password_key("synthetic", salt, pepper)

    stretched = pwhash.argon2id.kdf(
        32,
        b"synthetic",
        salt,
        opslimit=site.PASSWORD_SLOT_OPSLIMIT,
        memlimit=site.PASSWORD_SLOT_MEMLIMIT,
    )
    assert key == hmac.new(pepper.derive("password-slot"), stretched, hashlib.sha256).digest()


def test_without_the_pepper_the_right_password_unwraps_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    salt, wrapped = passwords.wrap_with_password(
        MemberCredential(UUID(int=7), os.urandom(32)), "right"
    )
    monkeypatch.setenv("SERMO_KEY_PEPPER", "1:" + base64.b64encode(os.urandom(32)).decode())

    with pytest.raises(crypto.DecryptionError):
        passwords.unwrap_with_password(salt, wrapped, "right")


def test_after_rotation_the_older_pepper_still_unwraps(monkeypatch: pytest.MonkeyPatch) -> None:
    credential, old = MemberCredential(UUID(int=7), os.urandom(32)), os.environ["SERMO_KEY_PEPPER"]
    salt, wrapped = passwords.wrap_with_password(credential, "right")
    fresh = base64.b64encode(os.urandom(32)).decode()
    monkeypatch.setenv("SERMO_KEY_PEPPER", f"2:{fresh},{old}")

    newer = passwords.wrap_with_password(credential, "right")

    assert passwords.unwrap_with_password(salt, wrapped, "right") == credential
    assert newer[1][:2] == b"\x00\x02"


@given(credentials, st.text(min_size=20, max_size=60), st.text(min_size=20, max_size=60))
def test_only_its_token_and_purpose_unwrap_a_token_slot(
    credential: MemberCredential, token: str, other: str
) -> None:
    wrapped = tokens.wrap_with_token(credential, token, "device")

    assert tokens.unwrap_with_token(wrapped, token, "device") == credential
    with pytest.raises(crypto.DecryptionError):
        tokens.unwrap_with_token(wrapped, token, "recovery")
    if token != other:
        with pytest.raises(crypto.DecryptionError):
            tokens.unwrap_with_token(wrapped, other, "device")


def test_a_recovery_code_has_160_random_bits_in_eight_groups() -> None:
    codes = {tokens.new_recovery_code() for _ in range(200)}

    assert len(codes) == 200
    assert all([len(group) for group in code.split("-")] == [4] * 8 for code in codes)


@given(st.randoms())
def test_a_code_is_normalised_as_people_type_it(chance: object) -> None:
    code = tokens.new_recovery_code()
    typed = code.upper().replace("-", "  ").replace("0", "O").replace("1", "l")

    assert tokens.normalise_recovery_code(typed) == code
    assert tokens.normalise_recovery_code(code.replace("-", "")) == code


PRIVATE = {
    "1": "SERMO_KEY_CUSTODIAN_1_PRIVATE",
    "2": "SERMO_KEY_CUSTODIAN_2_PRIVATE",
    "3": "SERMO_KEY_CUSTODIAN_3_PRIVATE",
}


def _decrypt_layer(ciphertext: bytes, variable: str) -> bytes:
    material = base64.b64decode(os.environ[variable].rpartition(":")[2])
    return SealedBox(PrivateKey(material)).decrypt(ciphertext[2:])


def test_two_custodians_and_the_inner_key_decrypt_and_no_fewer() -> None:
    ciphertexts = custodians.encrypt_for_custodian_pairs(b"synthetic")

    assert sorted(ciphertexts) == ["1-2", "1-3", "2-3"]
    for pair, ciphertext in ciphertexts.items():
        first, second = pair.split("-")
        to_first = crypto.decrypt_with_private_key(keys.KeyName.INNER_PRIVATE, ciphertext)
        to_second = _decrypt_layer(to_first, PRIVATE[first])
        assert _decrypt_layer(to_second, PRIVATE[second]) == b"synthetic"
        for wrong in (second, *({"1", "2", "3"} - {first, second})):
            with pytest.raises(Exception, match="decrypt"):
                _decrypt_layer(to_first, PRIVATE[wrong])
        with pytest.raises(Exception, match="decrypt"):
            _decrypt_layer(ciphertext, PRIVATE[first])
