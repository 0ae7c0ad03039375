"""Mail by contact capsule: only the mailer learns the address, and nobody learns the case."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import os
import subprocess
import sys
import uuid
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from cases.models import Case, Comment
from cases.services import add_comment, follows
from sermo.core.mail import FileSpool
from sermo.local_stack import ephemeral
from sermo.members.models import ShownAs
from sermo.members.services import encrypt_contact_email
from sermo.members.viewer import Viewer
from sermo.notifications import mailing, services
from sermo.notifications.models import Event, SealedMail, Watch
from sermo.notifications.selectors import inbox
from tests.factories import make_case

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
ADDRESS = "somebody@mail.example"


def wants_mail(viewer: Viewer) -> Viewer:
    return replace(viewer, email=ADDRESS)


def say(viewer: Viewer, case: Case, **changes: Any) -> Comment:
    values: dict[str, Any] = {
        "text": "Clearly the synthetic fever.",
        "shown_as": ShownAs.HANDLE,
        "idempotency_key": uuid.uuid4(),
    }
    return add_comment(viewer=viewer, case=case, **(values | changes))


@pytest.fixture
def spool(settings: Any, tmp_path: Path) -> Path:
    settings.SERMO_MAIL_URL = f"file:{tmp_path}"
    return tmp_path


def sent(spool: Path) -> list[Any]:
    return [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in sorted(spool.glob("*.eml"))
    ]


def test_the_mailer_opens_the_capsule_and_says_only_that_something_happened(
    osler: Viewer, blackwell: Viewer, spool: Path
) -> None:
    case = make_case(osler, title="A rash that sings")
    follows.follow(viewer=wants_mail(blackwell), case=case, on=True)
    said = say(osler, case)
    row = SealedMail.objects.get()

    mailing.send(row.pk)
    mailing.send(row.pk)

    (message,) = sent(spool)
    whole = message.as_string()
    assert message["To"] == ADDRESS
    assert "/inbox/" in message.get_content()
    for secret in ("rash", "fever", "osler", "blackwell", case.public_id, said.public_id):
        assert secret not in whole
    assert not SealedMail.objects.exists()


def test_the_store_holds_no_address_and_no_two_equal_capsules(
    osler: Viewer, blackwell: Viewer
) -> None:
    for case in (make_case(osler), make_case(osler)):
        follows.follow(viewer=wants_mail(blackwell), case=case, on=True)

    one, two = (bytes(watch.capsule) for watch in Watch.objects.all())
    assert one != two
    assert len(one) == len(two)
    assert ADDRESS.encode() not in one + two
    assert len({watch.pk for watch in Watch.objects.all()}) == 2


def test_who_declined_mail_gets_none(osler: Viewer, blackwell: Viewer) -> None:
    case = make_case(osler)
    follows.follow(viewer=blackwell, case=case, on=True)

    say(osler, case)

    assert not Watch.objects.exists()
    assert not SealedMail.objects.exists()


def test_unfollowing_ends_the_mail(osler: Viewer, blackwell: Viewer) -> None:
    case = make_case(osler)
    for on in (True, True, False):
        follows.follow(viewer=wants_mail(blackwell), case=case, on=on)

    say(osler, case)

    assert not Watch.objects.exists()
    assert not SealedMail.objects.exists()


def test_ones_own_act_sends_oneself_nothing(osler: Viewer, blackwell: Viewer) -> None:
    case = make_case(osler)
    keen = wants_mail(blackwell)
    follows.follow(viewer=keen, case=case, on=True)

    top = say(keen, case)
    say(keen, case, parent=top)

    assert not SealedMail.objects.exists()


def test_a_reply_reaches_whoever_is_answered_and_only_them(
    osler: Viewer, blackwell: Viewer, garrett: Viewer
) -> None:
    case = make_case(osler)
    mine = say(wants_mail(blackwell), case)
    say(replace(garrett, email="another@mail.example"), case)

    say(osler, case)
    nothing = SealedMail.objects.count()
    say(osler, case, parent=mine)

    assert nothing == 0
    assert SealedMail.objects.get().kind == "reply"


def test_nobody_is_written_to_about_what_they_say_anonymously(
    osler: Viewer, blackwell: Viewer
) -> None:
    """The times of letters would tell who it is; the bell shows it to them alone."""
    keen = wants_mail(blackwell)
    case = make_case(osler)
    mine = say(keen, case, shown_as=ShownAs.ANONYMOUS)
    own = make_case(keen, anonymous=True)
    for followed in (case, own):
        follows.follow(viewer=keen, case=followed, on=True)

    say(osler, case, parent=mine)
    say(osler, own)

    assert not Watch.objects.exists()
    assert not SealedMail.objects.exists()
    assert {group.subject for group in inbox(keen)} == {case.pk, own.pk}


def test_who_follows_by_mail_and_speaks_anonymously_is_written_to_like_the_others(
    osler: Viewer, blackwell: Viewer, garrett: Viewer, settings: Any
) -> None:
    """The one letter that does not leave would name them."""
    settings.ANONYMOUS_DELAY_MINUTES = (0, 0)
    case = make_case(osler)
    for viewer in (blackwell, garrett):
        follows.follow(viewer=wants_mail(viewer), case=case, on=True)

    say(wants_mail(blackwell), case, shown_as=ShownAs.ANONYMOUS)

    assert SealedMail.objects.count() == 2


def test_production_keeps_no_letters() -> None:
    """A directory of letters is for development and the drill."""
    told = ephemeral.production() | {"SERMO_MAIL_URL": "file:/nowhere", "PATH": os.defpath}
    done = subprocess.run(
        [sys.executable, "-c", "import sermo.settings"],
        env=told,
        capture_output=True,
        text=True,
        check=False,
    )

    assert "no letter is kept here" in done.stderr


def test_one_mail_an_hour_for_one_wish(osler: Viewer, blackwell: Viewer) -> None:
    case = make_case(osler)
    follows.follow(viewer=wants_mail(blackwell), case=case, on=True)

    for _ in range(3):
        say(osler, case)

    assert SealedMail.objects.count() == 1
    assert Event.objects.count() == 3


def test_times_beside_a_mail_are_hours(osler: Viewer, blackwell: Viewer) -> None:
    """They would date an anonymous comment to the second."""
    case = make_case(osler)
    follows.follow(viewer=wants_mail(blackwell), case=case, on=True)
    say(osler, case, shown_as=ShownAs.ANONYMOUS)

    times = [
        SealedMail.objects.get().next_at,
        Watch.objects.get(replies_to=None).quiet_until,
        Event.objects.get().happened_at,
    ]

    assert all(
        at is not None and (at.minute, at.second, at.microsecond) == (0, 0, 0) for at in times
    )


class Down(FileSpool):
    """A server that does not answer."""

    def send_messages(self, email_messages: Sequence[Any]) -> int:
        raise ConnectionRefusedError


def test_a_server_that_is_down_is_asked_again_later_and_given_up_in_the_end(
    osler: Viewer, blackwell: Viewer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    case = make_case(osler)
    follows.follow(viewer=wants_mail(blackwell), case=case, on=True)
    say(osler, case)
    row = SealedMail.objects.get()
    monkeypatch.setattr(mailing, "transport", lambda: Down(tmp_path))
    pauses = []

    for _ in range(mailing.ATTEMPTS):
        mailing.send(row.pk)
        left = SealedMail.objects.filter(pk=row.pk).first()
        if left is not None:
            pauses.append(left.next_at - timezone.now())
            SealedMail.objects.filter(pk=row.pk).update(next_at=timezone.now())

    assert pauses == sorted(pauses)
    assert len(pauses) == mailing.ATTEMPTS - 1
    assert not SealedMail.objects.exists()


def test_a_mail_is_not_sent_before_its_time_and_the_sweep_finds_it_then(
    osler: Viewer, monkeypatch: pytest.MonkeyPatch, spool: Path
) -> None:
    later = timezone.now() + dt.timedelta(hours=1)
    mail = SealedMail.objects.create(
        capsule=encrypt_contact_email(ADDRESS), kind="reply", next_at=later
    )
    queued: list[str] = []
    monkeypatch.setattr(mailing, "enqueue", lambda task, key: queued.append(key))
    mailing.send(mail.pk)
    mailing.sweep()
    early = list(queued)

    SealedMail.objects.update(next_at=timezone.now())
    mailing.sweep()

    assert early == []
    assert queued == [str(mail.pk)]
    assert sent(spool) == []


def test_a_capsule_nobody_can_open_is_given_up(spool: Path) -> None:
    mail = SealedMail.objects.create(
        capsule=b"\0\1" + b"broken" * 20, kind="reply", next_at=timezone.now()
    )

    mailing.send(mail.pk)

    assert not SealedMail.objects.exists()
    assert sent(spool) == []


def test_a_watch_is_found_again_by_its_owner_alone(osler: Viewer, blackwell: Viewer) -> None:
    subject = uuid.uuid4()

    assert services.watch_id(osler, subject) == services.watch_id(osler, subject)
    assert services.watch_id(osler, subject) != services.watch_id(blackwell, subject)
    assert services.watch_id(osler, subject) != services.watch_id(osler, uuid.uuid4())
