"""Password hash and session salt: other ciphertexts each night, for all users at once."""

from __future__ import annotations

import importlib
from types import SimpleNamespace

import pytest
from django.core.exceptions import FieldError
from django.db import connections
from django.test import Client

from accounts.models import User
from accounts.models.fields import decrypt_renewed
from accounts.services import renewed_columns
from sermo.routers import IDENTITY
from tests.accounts.conftest import make_entered_member, sign_in
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
COLUMNS = "SELECT password, session_salt FROM accounts_user ORDER BY id"


def stored() -> list[tuple[str, str]]:
    with connections[IDENTITY].cursor() as cursor:
        cursor.execute(COLUMNS)
        return [(password, salt) for password, salt in cursor.fetchall()]


def make_users(n: int) -> list[User]:
    return [
        User.objects.create_user(email=f"user{number}@mail.example", password=PASSWORD)
        for number in range(n)
    ]


def test_a_dump_shows_no_hash_and_columns_of_one_size() -> None:
    user = make_users(1)[0]
    User.objects.create_user(email="nobody@mail.example")

    values = [value for row in stored() for value in row]

    assert len({len(value) for value in values}) == 1
    assert not any("argon2" in value or value.startswith("!") for value in values)
    assert user.password in {decrypt_renewed(value) for value in values}


def test_a_night_changes_both_columns_of_every_user_and_no_text(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(renewed_columns, "CHUNK_USERS", 2)
    make_users(5)
    before, texts = stored(), list(User.objects.order_by("pk").values_list("password"))

    assert renewed_columns.renew_user_columns() == 5

    assert not {value for row in before for value in row} & {
        value for row in stored() for value in row
    }
    assert list(User.objects.order_by("pk").values_list("password")) == texts


def test_a_session_and_a_sign_in_outlast_a_night(client: Client) -> None:
    casey = make_entered_member()
    sign_in(client, casey.user.email)

    renewed_columns.renew_user_columns()

    assert client.get("/cases/").status_code == 200
    other = Client()
    sign_in(other, casey.user.email)
    assert other.get("/cases/").status_code == 200


def test_no_look_up_compares_ciphertext() -> None:
    with pytest.raises(FieldError):
        User.objects.filter(password="x")  # no password


def test_the_migration_encrypts_what_is_stored_in_clear() -> None:
    user = make_users(1)[0]
    with connections[IDENTITY].cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET password = 'argon2$x', session_salt = 'salt'")
    migration = importlib.import_module("accounts.migrations.0006_renewed_columns")

    migration.encrypt_existing(None, SimpleNamespace(connection=connections[IDENTITY]))

    user.refresh_from_db()
    assert (user.password, user.session_salt) == ("argon2$x", "salt")


def test_a_spoilt_column_stops_nobody_else() -> None:
    spoilt, other = make_users(2)
    with connections[IDENTITY].cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_user SET password = %s WHERE id = %s", ["AAFi" * 80, spoilt.pk]
        )
    before = dict(zip(("first", "second"), stored(), strict=True))

    assert renewed_columns.renew_user_columns() == 2

    changed = [row[0] != old[0] for row, old in zip(stored(), before.values(), strict=True)]
    assert sorted(changed) == [False, True]
    other.refresh_from_db()
    assert other.check_password(PASSWORD)
