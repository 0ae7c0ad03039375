from __future__ import annotations

import base64
import os

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import FieldError
from django.db import IntegrityError, connections, transaction
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User, fields
from tests.factories import make_user

pytestmark = pytest.mark.django_db(databases=["default", "identity"])


@given(st.emails())
def test_an_address_is_read_in_lower_case_and_equal_addresses_are_equal(address: str) -> None:
    column = fields.encrypt_email(address)

    assert fields.decrypt_email(column) == address.lower()
    assert fields.encrypt_email(f" {address.upper()} ") == fields.encrypt_email(address.upper())
    assert address not in column


@pytest.mark.parametrize("address", ["siv@mail.example", "siv1@mail.example", "sivan@mail.example"])
def test_an_address_that_looks_like_the_column_is_encrypted_too(address: str) -> None:
    user = User.objects.create_user(email=address)

    assert User.objects.get(email=address) == user
    assert User.objects.get(pk=user.pk).email == address


def test_the_store_holds_no_address_in_any_column() -> None:
    make_user("osler.the.person")

    with connections["identity"].cursor() as cursor:
        for table in ("accounts_user", "account_emailaddress"):
            cursor.execute(f"SELECT t::text FROM {table} t")  # noqa: S608
            rows = [row for (row,) in cursor.fetchall()]
            assert rows
            assert not [row for row in rows if "osler" in row or "mail.example" in row]


@pytest.mark.parametrize(
    "typed", ["casey@mail.example", "CASEY@Mail.Example", " casey@mail.example "]
)
def test_a_user_is_looked_up_by_the_address_however_it_is_typed(typed: str) -> None:
    user = make_user("casey")

    assert User.objects.get(email=typed) == user
    assert User.objects.get(email__iexact=typed) == user
    assert EmailAddress.objects.get(email__in=[typed]).user == user
    assert not User.objects.filter(email="cas@mail.example").exists()


def test_one_address_is_one_user() -> None:
    make_user("casey")

    with pytest.raises(IntegrityError), transaction.atomic(using="identity"):
        User.objects.create_user(email="CASEY@mail.example")


def test_an_encrypted_column_refuses_all_lookups_but_equality() -> None:
    lookup = {"email__contains": "casey"}

    with pytest.raises(FieldError, match="no contains"):
        User.objects.filter(**lookup).exists()


def test_after_rotation_old_rows_are_found_and_new_rows_use_the_new_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    old, fresh = os.environ["SERMO_KEY_EMAIL"], base64.b64encode(os.urandom(32)).decode()
    casey = make_user("casey")
    monkeypatch.setenv("SERMO_KEY_EMAIL", f"2:{fresh},{old}")

    blake = make_user("blake")

    assert User.objects.get(email="casey@mail.example") == casey
    assert User.objects.get(email="blake@mail.example") == blake
    assert fields.encrypt_email("x@mail.example").startswith("siv2:")


def test_a_column_changed_outside_is_refused() -> None:
    sealed = fields.encrypt_email("casey@mail.example")

    with pytest.raises(ValueError, match="changed outside"):
        fields.decrypt_email(sealed[:-6] + "AAAA" + sealed[-2:])


def test_ids_tell_no_order() -> None:
    ids = [EmailAddress.objects.get(user=make_user(f"casey{n}")).pk for n in range(8)]

    assert ids != sorted(ids) or ids[-1] - ids[0] > 10_000
    assert max(ids) > 2**32
