"""What the migration to reports that hide words makes of reports and decisions that exist."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from sermo.moderation.models import DecisionKind, ModerationDecision, Report
from sermo.moderation.selectors.reports import open_reports
from sermo.moderation.services.reports import report_target
from tests.factories import make_case, make_viewer
from tests.moderation.marking import decide

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "identity"])
BEFORE = [("moderation", "0002_sanctions_name_no_author")]


def migrate(targets: list[tuple[str, str]]) -> Any:
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return executor.loader.project_state(targets).apps


@pytest.fixture(autouse=True)
def _latest_afterwards() -> Iterator[None]:
    yield
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def test_what_a_report_had_hidden_is_called_so_and_can_be_shown_again() -> None:
    osler, moderator = make_viewer("osler"), make_viewer("moderator", role="moderator")
    case = make_case(osler, hidden_at=timezone.now())
    now, about = timezone.now(), {"target_kind": "case", "target_id": case.pk, "reason": "patient"}
    apps = migrate(BEFORE)
    old = apps.get_model("moderation", "Report").objects
    old.create(reporter=b"r" * 16, reported_at=now, **about)
    decisions = apps.get_model("moderation", "ModerationDecision").objects
    by_report = decisions.create(kind="hide", decided_at=now, **about)
    by_moderator = decisions.create(
        kind="hide", decided_at=now, moderator_id=moderator.member.pk, **about
    )

    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())

    kinds = dict(case_decisions())
    assert kinds[by_report.pk] == DecisionKind.COVER
    assert kinds[by_moderator.pk] == DecisionKind.HIDE
    assert [row.item for row in open_reports()] == [case]
    decide(moderator, case, DecisionKind.RESTORE)
    case.refresh_from_db()
    assert case.hidden_at is None
    report_target(viewer=osler, item=case, reason="other", note="")
    assert Report.objects.count() == 2


def case_decisions() -> list[tuple[uuid.UUID, str]]:
    return list(ModerationDecision.objects.values_list("pk", "kind"))
