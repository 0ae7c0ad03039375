from __future__ import annotations

import pytest
from django.db import connection, transaction

from cases.models import Comment
from sermo.custody import physical_order
from sermo.members.viewer import Viewer
from tests.factories import make_case, make_comment
from tests.factories_polls import answer, make_poll

pytestmark = pytest.mark.django_db(databases=["default", "identity"])


def _rows_on_disk() -> list[str]:
    """Keys in the order of the rows in the table's file."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id::text FROM cases_comment ORDER BY ctid")
        return [row[0] for row in cursor.fetchall()]


def _number_of_writing_transactions(table: str = "cases_comment") -> int:
    """How many transactions wrote the rows, by their xmin."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(DISTINCT xmin::text) FROM {table}")  # noqa: S608  # constants
        return int(cursor.fetchone()[0])


def test_rows_lie_in_the_order_of_their_keys_and_not_of_time(osler: Viewer) -> None:
    case = make_case(osler)
    written = []
    for _ in range(12):
        with transaction.atomic():
            written.append(str(make_comment(osler, case).pk))
    before, writers = _rows_on_disk(), _number_of_writing_transactions()
    with connection.cursor() as cursor:  # the transaction of a test does not end
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    n_rewritten = physical_order.rewrite_tables()

    assert before != sorted(written)
    assert (writers, _number_of_writing_transactions()) == (12, 1)
    assert _rows_on_disk() == sorted(written) != written
    assert n_rewritten == len(physical_order.tables())
    assert Comment.objects.count() == 12


def test_audit_tables_keep_their_order_and_every_other_table_is_rewritten() -> None:
    names = {model._meta.db_table for _, model in physical_order.tables()}

    assert {"cases_comment", "polls_answer", "accounts_user", "members_member"} <= names
    assert not {name for name in names if name.startswith("audit_")}


def test_blinded_rows_are_left_to_their_renewal() -> None:
    names = {model._meta.db_table for _, model in physical_order.tables()}

    assert "members_memberrecord" not in names


def test_ballots_lose_the_transaction_of_the_reasons_sent_with_them_within_the_hour(
    osler: Viewer, blackwell: Viewer, garrett: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    poll = make_poll(osler, "Gout", "Pseudogout")
    for viewer in (blackwell, garrett):
        answer(viewer, poll, "Gout")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    tables = ("polls_answer", "polls_rankedoption", "cases_answerreveal")
    before = [_number_of_writing_transactions(table) for table in tables]
    with monkeypatch.context() as changed:
        changed.setattr(physical_order, "MAX_ROWS_HOURLY", -2)
        assert physical_order.rewrite_tables_of_people() == 0

    physical_order.rewrite_tables_of_people()

    assert before == [2, 2, 2]
    assert [_number_of_writing_transactions(table) for table in tables] == [1, 1, 1]
