"""The register of stored data names every table, column and Redis key, and says what is true."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connections, models

from sermo.blinded_rows.models import BlindedRow
from sermo.core.redis import broker, connection
from sermo.routers import COMMUNITY, store_of
from tests.factories import client_for, make_viewer
from tests.factories_cases import make_case
from tests.privacy.register import ANONYMOUS_ACT, PAGE, is_listed, register

CLASSES = {
    "public text", "personal facts", "tag", "sealed", "coarse", "exact time", "counter", "state",
    "random id", "link",
}  # fmt: skip
OWNERS = {"person", "member", "blinded", "post", "tag", "staff", "site", "nobody"}
CHANGES = {"anonymous act", "named act", "own act", "staff act", "batch"}
TIMES = (models.DateTimeField, models.DateField, models.DurationField)


def tables() -> Iterator[type[models.Model]]:
    return (model for model in apps.get_models(include_auto_created=True) if model._meta.managed)


REGISTER = register()
MODELS = {model._meta.db_table: model for model in tables()}


def fields(table: str) -> dict[str, models.Field[object, object]]:
    return {str(field.column): field for field in MODELS[table]._meta.local_concrete_fields}


def test_the_register_lists_every_table() -> None:
    assert sorted(REGISTER) == sorted(MODELS)


@pytest.mark.parametrize("table", sorted(MODELS))
def test_the_register_lists_every_column_with_a_known_class(table: str) -> None:
    entry = REGISTER[table]

    assert sorted(entry.columns) == sorted(fields(table))
    assert set(entry.columns.values()) <= CLASSES
    assert entry.owner in OWNERS
    assert entry.changes <= CHANGES


@pytest.mark.django_db(databases=["default", "identity"])
def test_the_databases_have_no_column_that_no_model_has() -> None:
    unlisted = []
    for alias in connections:
        with connections[alias].cursor() as cursor:
            cursor.execute(
                "SELECT table_name, column_name FROM information_schema.columns"
                " WHERE table_schema = 'public' AND table_name NOT LIKE 'django_migrations'"
            )
            unlisted += [
                row
                for row in cursor.fetchall()
                if row[1] not in getattr(REGISTER.get(row[0]), "columns", {})
            ]

    assert unlisted == []


def test_personal_facts_are_in_the_identity_store_only() -> None:
    for table, entry in REGISTER.items():
        model = MODELS[table]
        if store_of(model._meta.app_label, model._meta.model_name) == COMMUNITY:
            assert "personal facts" not in entry.columns.values(), table
            assert entry.owner not in {"person"}, table


def test_what_an_anonymous_act_changes_belongs_to_no_person_and_no_member() -> None:
    for table, entry in REGISTER.items():
        if ANONYMOUS_ACT in entry.changes:
            assert entry.owner in {"post", "tag", "site", "nobody"}, table


def test_a_link_to_a_member_can_be_empty_where_anonymous_acts_write() -> None:
    for table, entry in REGISTER.items():
        if ANONYMOUS_ACT not in entry.changes:
            continue
        for field in MODELS[table]._meta.local_concrete_fields:
            related = getattr(field, "related_model", None)
            if related is not None and related._meta.db_table == "members_member":
                assert field.null, f"{table}.{field.column}"


def test_no_exact_time_is_written_by_an_anonymous_act_but_a_lease_or_an_upload() -> None:
    allowed = {("cases_image", "lease_until"), ("cases_image", "received_at")}
    exact = {
        (table, column)
        for table, entry in REGISTER.items()
        if ANONYMOUS_ACT in entry.changes
        for column, name in entry.columns.items()
        if name == "exact time"
    }

    assert exact <= allowed


@pytest.mark.parametrize("table", sorted(MODELS))
def test_the_class_of_a_column_fits_its_type(table: str) -> None:
    for column, field in fields(table).items():
        name = REGISTER[table].columns.get(column)
        if isinstance(field, TIMES):
            assert name in {"coarse", "exact time", "public text"}, column
        if isinstance(field, models.BinaryField):
            assert name in {"tag", "sealed"}, column
        if name == "counter":
            assert isinstance(field, models.IntegerField | models.FloatField), column
        if isinstance(field, models.ForeignKey):
            assert name in {"link", "state"}, column


def test_a_blinded_table_has_only_locator_epoch_and_ciphertext() -> None:
    blinded = {table for table, entry in REGISTER.items() if entry.owner == "blinded"}

    assert blinded == {table for table, model in MODELS.items() if issubclass(model, BlindedRow)}
    for table in blinded:
        assert set(fields(table)) == {"locator", "epoch", "ciphertext"}


@pytest.mark.django_db(databases=["default", "identity"])
def test_every_key_in_redis_is_listed() -> None:
    """The servers hold what all tests of this process left there."""
    viewer = make_viewer("osler")
    signed_in = client_for(viewer)
    case = make_case(make_viewer("garrett"))
    signed_in.get(case.get_absolute_url())
    data = {"text": "Hm.", "shown_as": "anonymous", "idempotency_key": str(uuid.uuid4())}
    signed_in.post(f"{case.get_absolute_url()}comments/", data)

    for instance, server in (("volatile", connection()), ("broker", broker())):
        keys = [key.decode() for key in server.scan_iter()]
        assert [key for key in keys if not is_listed(key, instance)] == []
    assert any(key.startswith(b"s:") for key in connection().scan_iter())


def test_every_storage_of_files_is_listed() -> None:
    page = PAGE.read_text()

    assert [name for name in settings.FILE_STORAGES if f"| `{name}` storage |" not in page] == []
