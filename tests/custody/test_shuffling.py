from __future__ import annotations

import pytest
from django.db import connection, transaction

from cases.models import Comment
from sermo.custody import physical_order
from sermo.members.viewer import Viewer
from tests.factories import make_case, make_comment

pytestmark = pytest.mark.django_db(databases=["default", "identity"])


def _heap() -> list[str]:
    """Keys in the order in which the file holds them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id::text FROM cases_comment ORDER BY ctid")
        return [row[0] for row in cursor.fetchall()]


def _writers() -> int:
    """How many transactions wrote the rows, as the rows tell."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT xmin::text) FROM cases_comment")
        return int(cursor.fetchone()[0])


def test_rows_lie_in_the_order_of_their_keys_and_no_longer_in_that_of_time(osler: Viewer) -> None:
    case = make_case(osler)
    written = []
    for _ in range(12):
        with transaction.atomic():
            written.append(str(make_comment(osler, case).pk))
    before, writers = _heap(), _writers()
    with connection.cursor() as cursor:  # a transaction of a test never ends; a job's does
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    done = physical_order.shuffle()

    assert before != sorted(written)
    assert (writers, _writers()) == (12, 1)
    assert _heap() == sorted(written) != written
    assert done == len(physical_order.tables())
    assert Comment.objects.count() == 12


def test_the_record_keeps_its_order_and_every_other_table_of_ours_is_listed() -> None:
    names = {model._meta.db_table for _, model in physical_order.tables()}

    assert {"cases_comment", "polls_answer", "accounts_user", "members_member"} <= names
    assert not {name for name in names if name.startswith("audit_")}
