"""Private state that was stored before rows were blinded stays readable."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from sermo.core import crypto
from sermo.members.models import PrivateState
from sermo.members.viewer import Viewer, private_state
from sermo.members.viewer.private_versions import TABLE, prepare_renewal

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
OLD_PADDING_STEP_BYTES = 4096


def store_as_before(viewer: Viewer, section: str, content: private_state.PrivateSection) -> None:
    """A row as it was written by the first version of the product, with the new column."""
    key = hmac.new(viewer.secret, f"private-state-key:{section}".encode(), hashlib.sha256).digest()
    encoded = json.dumps(content, separators=(",", ":")).encode()
    PrivateState.objects.create(
        locator=viewer.pseudonym(f"private-state:{section}"),
        epoch=0,
        ciphertext=crypto.encrypt(key, crypto.pad_to_multiple(encoded, OLD_PADDING_STEP_BYTES)),
    )


def convert() -> None:
    migration = import_module("sermo.members.migrations.0004_blinded_private_state")
    migration.convert(apps, connection.schema_editor())


def test_converted_sections_are_read_changed_and_renewed(osler: Viewer, blackwell: Viewer) -> None:
    PrivateState.objects.all().delete()
    long = {"words": secrets.token_hex(5000)}
    store_as_before(osler, "follows", {"follows": {"a": 1}})
    store_as_before(osler, "quizzes", {})
    store_as_before(blackwell, "follows", long)

    convert()

    assert private_state.load_section(osler, "follows") == {"follows": {"a": 1}}
    assert private_state.load_section(osler, "quizzes") == {}
    assert private_state.load_section(blackwell, "follows") == long
    assert len({len(row.ciphertext) for row in PrivateState.objects.all()}) == 1
    private_state.update_section(osler, "follows", lambda state: state.update(b=2))
    TABLE.renew(prepare_renewal())
    assert private_state.load_section(osler, "follows") == {"follows": {"a": 1}, "b": 2}
    assert private_state.load_section(blackwell, "follows") == long


def test_no_old_row_is_left_and_a_second_run_changes_nothing(osler: Viewer) -> None:
    PrivateState.objects.all().delete()
    store_as_before(osler, "follows", {"a": 1})
    convert()
    before = set(PrivateState.objects.values_list("locator", "ciphertext"))

    convert()

    assert set(PrivateState.objects.values_list("locator", "ciphertext")) == before
    assert not PrivateState.objects.filter(epoch=0).exists()
