"""Nothing that can be erased is left out of a keep list, and no list can do harm."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.db import connections

from sermo.backups.erasure import tables
from sermo.backups.erasure.keep_list import decrypted_facts_of, facts_of
from sermo.backups.stores import catalog, files
from sermo.blinded_rows.models import BlindedRow
from sermo.custody.nightly_pass import RENEWALS
from sermo.routers import COMMUNITY, IDENTITY
from tests.privacy.register import register
from tests.privacy.test_register import MODELS

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
STORES = (COMMUNITY, IDENTITY)


def tables_of(alias: str) -> dict[str, catalog.Table]:
    with connections[alias].cursor() as cursor:
        return {table.name: table for table in catalog.tables(cursor)}


def test_every_table_is_read_and_is_in_one_class() -> None:
    found = {name for alias in STORES for name in tables_of(alias)}

    assert found == set(MODELS)
    assert found >= tables.NOT_ROW_BY_ROW
    assert not tables.OF_THE_SITE & tables.OF_ANOTHER_ROW


def test_only_tables_of_site_and_staff_are_kept_whatever_a_list_says() -> None:
    owners = {table: entry.owner for table, entry in register().items()}

    assert {owners[table] for table in tables.OF_THE_SITE} <= {"site", "staff"}


def test_every_blinded_table_has_a_rule_or_is_mended_by_the_night() -> None:
    blinded = {model._meta.db_table for model in MODELS.values() if issubclass(model, BlindedRow)}
    ruled = {
        facts.title.partition(":")[0] for alias in STORES for facts in decrypted_facts_of(alias)
    }

    assert blinded == tables.BLINDED == {renewal.table.name for renewal in RENEWALS}
    # A reservation ends with its member's record.
    assert blinded - ruled == {"members_handlereservation"}


@pytest.mark.parametrize("alias", STORES)
def test_every_row_of_another_goes_with_it(alias: str) -> None:
    with connections[alias].cursor() as cursor:
        linked = {key.table for key in catalog.foreign_keys(cursor) if not key.can_be_null}

    unlinked = (tables.OF_ANOTHER_ROW & set(tables_of(alias))) - linked
    # Lines of the inbox are about cases, which are never deleted.
    assert unlinked <= {"notifications_event"}


@pytest.mark.parametrize("alias", STORES)
def test_every_fact_is_one_statement_that_the_database_understands(alias: str) -> None:
    found = tables_of(alias)
    facts = facts_of(alias, list(found.values()))

    with connections[alias].cursor() as cursor:
        for fact in facts:
            cursor.execute(fact.select_digests(found[fact.table].key_text, bytes(32)))
    assert len({fact.title for fact in facts}) == len(facts) > 20


@pytest.mark.parametrize("alias", STORES)
def test_a_ciphertext_that_can_be_emptied_has_a_fact(alias: str) -> None:
    """A sealed column that is null or empty in some rows is emptied somewhere."""
    facts = facts_of(alias, list(tables_of(alias).values()))
    texts = {f"{fact.table} {fact.condition}" for fact in facts}
    entries = register()
    missing = []
    for name in tables_of(alias):
        if name in tables.NOT_ROW_BY_ROW:
            continue
        for field in MODELS[name]._meta.local_concrete_fields:
            is_sealed = entries[name].columns.get(str(field.column)) == "sealed"
            can_be_empty = field.null or field.has_default()
            if is_sealed and can_be_empty and not _has_fact(name, str(field.column), texts):
                missing.append((name, field.column))

    assert set(missing) == KEPT_WITH_THEIR_ROW & set(missing)


def _has_fact(table: str, column: str, texts: set[str]) -> bool:
    return any(text.startswith(f"{table} ") and re.search(rf"\b{column}\b", text) for text in texts)


# Emptied together with a column that has a fact, or never emptied while the row is there.
KEPT_WITH_THEIR_ROW = {
    ("accounts_recoveryrequest", "recipient_public_key"),
    ("accounts_user", "password"),
    ("accounts_user", "session_salt"),
    ("accounts_user", "wrapped_data_key"),
    ("cases_image", "original_key"),
    ("cases_image", "preview_key"),
    ("cases_image", "working_key"),
    ("members_member", "notice_public_key"),
    ("verification_application", "nonce"),
    ("verification_application", "number_index"),
    ("verification_devicereport", "cookie_index"),
    ("verification_devicereport", "visit_index"),
    ("verification_document", "wrapped_key"),
    ("verification_membership", "entity_ciphertext"),
    ("verification_membership", "entity_index"),
    ("verification_step", "lease"),
    ("verification_step", "private_ciphertext"),
    ("verification_reviewerquestion", "answer_ciphertext"),
}


def test_every_storage_of_files_belongs_to_a_store_and_is_named_by_its_rows() -> None:
    stored = [storage for alias in STORES for storage in files.STORAGES[alias]]

    assert sorted(stored) == sorted(settings.FILE_STORAGES)
    for alias in STORES:
        for storage in files.STORAGES[alias]:
            assert f"'{storage}'" in files.REFERENCES[alias]
