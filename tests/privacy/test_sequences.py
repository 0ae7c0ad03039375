"""No table of member activity has keys that count up (docs/design/anonymity.md, order)."""

from __future__ import annotations

import pytest
from django.db import connections

from polls.models import Synonym
from sermo.custody import physical_order

pytestmark = pytest.mark.django_db(databases=["default", "identity"])

# Published vocabularies and registers, loaded in the order of a file.
PUBLISHED = {Synonym, *physical_order.PUBLISHED_MODELS}
_COUNTED = """
SELECT table_name FROM information_schema.columns
 WHERE table_schema = 'public' AND (is_identity = 'YES' OR column_default LIKE 'nextval(%%')
"""


def _counted(alias: str) -> set[str]:
    """Tables with a column that a sequence fills."""
    with connections[alias].cursor() as cursor:
        cursor.execute(_COUNTED)
        return {row[0] for row in cursor.fetchall()}


def test_no_key_comes_from_a_sequence() -> None:
    counted = {alias: _counted(alias) for alias in ("default", "identity")}

    unpublished = [
        (alias, model) for alias, model in physical_order.tables() if model not in PUBLISHED
    ]

    assert len(unpublished) > 30
    assert [
        m._meta.db_table for alias, m in unpublished if m._meta.db_table in counted[alias]
    ] == []
