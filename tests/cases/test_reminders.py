"""Authors are asked how it ended on days 3, 14 and 90; nobody else, and not twice."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from cases.jobs.remind_authors import remind_authors, send_reminder
from cases.models import Case
from cases.services import follows
from sermo.members.services import encrypt_contact_email
from sermo.members.viewer import Viewer
from sermo.notifications import services
from sermo.notifications.models import Event, EventKind, NotificationEmail
from sermo.notifications.selectors.inbox import count_unread, inbox
from sermo.notifications.services import email
from tests.factories import make_case
from tests.factories_cases import solve

pytestmark = pytest.mark.django_db(databases=["default", "identity"])


def own(viewer: Viewer, **values: Any) -> Case:
    return make_case(viewer, title="Itching red rings", **values)


def days_later(days: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + dt.timedelta(days=days))


@pytest.mark.parametrize("anonymous", [False, True])
def test_only_the_author_is_reminded_and_on_three_days(
    osler: Viewer, blackwell: Viewer, anonymous: bool
) -> None:
    case = own(osler, anonymous=anonymous)
    follows.follow(viewer=blackwell, case=case, on=True)
    counts = []
    for days in (2, 3.1, 4, 14.1, 90.1, 200):
        with days_later(days):
            remind_authors()
            remind_authors()
        counts.append(Event.objects.filter(subject=case.pk, kind=EventKind.REMINDER).count())

    assert counts == [0, 1, 1, 2, 3, 3]
    (group,) = inbox(osler)
    assert group.items[0].text.startswith("How did it end?")
    assert group.items[0].path == f"{case.get_absolute_url()}solve/"
    assert inbox(blackwell) == []
    assert count_unread(osler) == 3
    assert count_unread(blackwell) == 0


def test_a_late_run_sends_one_reminder(osler: Viewer) -> None:
    case = own(osler)
    with days_later(100):
        assert remind_authors() == 1
        assert remind_authors() == 0
        assert not send_reminder(case.pk, 3, timezone.now())


def test_a_solved_a_hidden_and_a_delayed_case_send_no_reminder(osler: Viewer) -> None:
    solved = own(osler)
    solve(osler, solved)
    own(osler, hidden_at=timezone.now())
    own(osler, appears_at=timezone.now())

    with days_later(4):
        assert remind_authors() == 0


def test_only_the_authors_wish_gets_the_mail_and_it_says_nothing_of_the_case(
    osler: Viewer, blackwell: Viewer, settings: Any, tmp_path: Path
) -> None:
    settings.SERMO_MAIL_URL = f"file:{tmp_path}"
    case = own(osler)
    for viewer, address in ((osler, "author@mail.example"), (blackwell, "reader@mail.example")):
        services.follow(
            viewer=viewer,
            subject=case.pk,
            capsule=encrypt_contact_email(address),
            for_author=viewer is osler,
        )

    with days_later(4):
        remind_authors()
        (sealed,) = NotificationEmail.objects.all()
        email.send_email(sealed.pk)

    (path,) = tmp_path.glob("*.eml")
    sent = path.read_text()
    assert "To: author@mail.example" in sent
    assert "Subject: How did your case end?" in sent
    assert "rings" not in sent
    assert case.public_id not in sent
