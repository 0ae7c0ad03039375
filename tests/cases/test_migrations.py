"""What migrations make of rows that exist."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from cases.jobs.publish_delayed import publish_delayed
from cases.models import Case, Comment, Draft
from tests.factories import make_case, make_comment, make_viewer

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "identity"])
BEFORE = [("cases", "0003_author_capsules")]
AFTER = [("cases", "0005_waiting_comments_and_drafts")]


def migrate(targets: list[tuple[str, str]]) -> Any:
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return executor.loader.project_state(targets).apps


def migrate_to_the_present() -> None:
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


@pytest.fixture(autouse=True)
def _latest_afterwards() -> Iterator[None]:
    yield
    migrate_to_the_present()


def at(time: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"2026-03-04T{time}Z")


def test_what_waited_for_a_random_time_waits_for_a_mark_and_gives_its_position_back(
    time_machine: Any,
) -> None:
    time_machine.move_to(at("03:10:00"), tick=False)
    osler, blackwell = make_viewer("osler"), make_viewer("blackwell")
    case, own = make_case(osler), make_case(blackwell, anonymous=True)
    shown, waiting = (make_comment(blackwell, case, anonymous=True) for _ in range(2))
    apps = migrate(BEFORE)
    apps.get_model("cases", "Comment").objects.filter(pk=waiting.pk).update(
        posted_at=at("03:00:00"), appears_at=at("03:17:00")
    )
    apps.get_model("cases", "Case").objects.filter(pk=own.pk).update(
        posted_at=at("03:00:00"), appears_at=at("03:20:00")
    )
    draft = uuid.uuid4()
    apps.get_model("cases", "Draft").objects.create(
        pk=draft, owner_pseudonym=b"x" * 16, ciphertext=b"x", expires_on=dt.date(2026, 5, 1)
    )

    migrate(AFTER)

    waiting.refresh_from_db()
    shown.refresh_from_db()
    assert (shown.position, shown.appears_at) == (1, None)
    assert waiting.position is None
    assert waiting.appears_at == waiting.posted_at == at("03:20:00")
    own = Case.objects.get(pk=own.pk)
    assert own.appears_at == own.posted_at == at("03:20:00")
    assert Draft.objects.get(pk=draft).creation_key is None
    migrate_to_the_present()
    time_machine.move_to(at("03:20:30"), tick=False)
    assert publish_delayed() == 2
    assert Comment.objects.get(pk=waiting.pk).position == 3
