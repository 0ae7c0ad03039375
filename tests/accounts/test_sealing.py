"""The seals, as the specification says them."""

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

from accounts.credential_wrapping import slots as wrapping
from accounts.credential_wrapping.slots import MemberCredential
from sermo.core import crypto, keys

pairs = st.builds(MemberCredential, st.uuids(), st.binary(min_size=32, max_size=32))
passwords = st.text(min_size=1, max_size=64)
SLOW = settings(max_examples=15, deadline=None)


@given(pairs)
def test_a_pair_is_48_bytes_and_comes_back(pair: MemberCredential) -> None:
    assert len(pair.to_bytes()) == 48
    assert MemberCredential.from_bytes(pair.to_bytes()) == pair


def test_a_pair_does_not_print_its_secret() -> None:
    secret = os.urandom(32)

    assert repr(secret) not in repr(MemberCredential(UUID(int=1), secret))


@SLOW
@given(pairs, passwords, passwords)
def test_only_the_password_opens_what_it_closed(
    pair: MemberCredential, password: str, other: str
) -> None:
    salt, box = wrapping.wrap_with_password(pair, password)

    assert wrapping.unwrap_with_password(salt, box, password) == pair
    if password != other:
        with pytest.raises(crypto.DecryptionError):
            wrapping.unwrap_with_password(salt, box, other)


def test_one_pair_closed_twice_gives_nothing_equal() -> None:
    pair = MemberCredential(UUID(int=7), os.urandom(32))

    one, two = (wrapping.wrap_with_password(pair, "the same") for _ in range(2))

    assert one[0] != two[0]
    assert one[1] != two[1]
    assert pair.secret not in one[1]


def test_the_key_is_hmac_of_argon2id_under_the_pepper() -> None:
    salt, pepper = os.urandom(16), keys.current(keys.KeyName.PEPPER)

    key = wrapping.derive_password_key("synthetic", salt, pepper)

    stretched = pwhash.argon2id.kdf(
        32,
        b"synthetic",
        salt,
        opslimit=site.PASSWORD_SLOT_OPSLIMIT,
        memlimit=site.PASSWORD_SLOT_MEMLIMIT,
    )
    assert key == hmac.new(pepper.derive("password-slot"), stretched, hashlib.sha256).digest()


def test_without_the_pepper_the_right_password_opens_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    salt, box = wrapping.wrap_with_password(MemberCredential(UUID(int=7), os.urandom(32)), "right")
    monkeypatch.setenv("SERMO_KEY_PEPPER", "1:" + base64.b64encode(os.urandom(32)).decode())

    with pytest.raises(crypto.DecryptionError):
        wrapping.unwrap_with_password(salt, box, "right")


def test_after_rotation_the_older_pepper_still_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    pair, old = MemberCredential(UUID(int=7), os.urandom(32)), os.environ["SERMO_KEY_PEPPER"]
    salt, box = wrapping.wrap_with_password(pair, "right")
    fresh = base64.b64encode(os.urandom(32)).decode()
    monkeypatch.setenv("SERMO_KEY_PEPPER", f"2:{fresh},{old}")

    newer = wrapping.wrap_with_password(pair, "right")

    assert wrapping.unwrap_with_password(salt, box, "right") == pair
    assert newer[1][:2] == b"\x00\x02"


@given(pairs, st.text(min_size=20, max_size=60), st.text(min_size=20, max_size=60))
def test_only_its_token_and_purpose_open_a_token_seal(
    pair: MemberCredential, token: str, other: str
) -> None:
    box = wrapping.wrap_with_token(pair, token, "device")

    assert wrapping.unwrap_with_token(box, token, "device") == pair
    with pytest.raises(crypto.DecryptionError):
        wrapping.unwrap_with_token(box, token, "recovery")
    if token != other:
        with pytest.raises(crypto.DecryptionError):
            wrapping.unwrap_with_token(box, other, "device")


@given(st.text(min_size=20, max_size=60))
def test_what_finds_a_seal_is_not_what_opens_it(token: str) -> None:
    locator = wrapping.derive_token_locator(token, "device")

    assert len(locator) == 16
    assert locator != wrapping.derive_token_key(token, "device")[:16]
    assert locator != wrapping.derive_token_locator(token, "recovery")


def test_a_recovery_code_has_160_random_bits_in_eight_groups() -> None:
    codes = {wrapping.new_recovery_code() for _ in range(200)}

    assert len(codes) == 200
    assert all([len(group) for group in code.split("-")] == [4] * 8 for code in codes)


@given(st.randoms())
def test_a_code_is_read_as_people_type_it(chance: object) -> None:
    code = wrapping.new_recovery_code()
    typed = code.upper().replace("-", "  ").replace("0", "O").replace("1", "l")

    assert wrapping.normalise_recovery_code(typed) == code
    assert wrapping.normalise_recovery_code(code.replace("-", "")) == code


PRIVATE = {
    "1": "SERMO_KEY_CUSTODIAN_1_PRIVATE",
    "2": "SERMO_KEY_CUSTODIAN_2_PRIVATE",
    "3": "SERMO_KEY_CUSTODIAN_3_PRIVATE",
}


def _peel(box: bytes, variable: str) -> bytes:
    material = base64.b64decode(os.environ[variable].rpartition(":")[2])
    return SealedBox(PrivateKey(material)).decrypt(box[2:])


def test_two_custodians_and_the_inner_key_open_and_no_fewer() -> None:
    boxes = wrapping.encrypt_for_custodian_pairs(b"synthetic")

    assert sorted(boxes) == ["1-2", "1-3", "2-3"]
    for pair, box in boxes.items():
        first, second = pair.split("-")
        middle = crypto.decrypt_with_private_key(keys.KeyName.INNER_PRIVATE, box)
        inner = _peel(middle, PRIVATE[first])
        assert _peel(inner, PRIVATE[second]) == b"synthetic"
        for wrong in (second, *({"1", "2", "3"} - {first, second})):
            with pytest.raises(Exception, match="decrypt"):
                _peel(middle, PRIVATE[wrong])
        with pytest.raises(Exception, match="decrypt"):
            _peel(box, PRIVATE[first])
