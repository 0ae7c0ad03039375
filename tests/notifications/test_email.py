"""Email by contact capsule: only the mailer decrypts the address, and no email names the case."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from cases.models import Case, Comment
from cases.services import follows
from sermo.core import coarse
from sermo.core.mail import FileSpool
from sermo.local_stack import ephemeral
from sermo.members.models import ShownAs
from sermo.members.services import encrypt_contact_email
from sermo.members.viewer import Viewer
from sermo.notifications.models import EmailSubscription, Event, NotificationEmail
from sermo.notifications.selectors.inbox import inbox
from sermo.notifications.selectors.subscriptions import subscription_id
from sermo.notifications.services import email as email_service
from sermo.notifications.services import subscribe_by_email
from tests.factories import make_case
from tests.factories_cases import post_comment, solve
from tests.factories_polls import answer, case_of, make_poll

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
ADDRESS = "somebody@mail.example"


def with_email(viewer: Viewer) -> Viewer:
    return replace(viewer, email=ADDRESS)


@pytest.fixture
def spool(settings: Any, tmp_path: Path) -> Path:
    settings.SERMO_MAIL_URL = f"file:{tmp_path}"
    return tmp_path


def sent(spool: Path) -> list[Any]:
    return [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in sorted(spool.glob("*.eml"))
    ]


def post_diagnosis(viewer: Viewer, case: Case, **fields: Any) -> Comment:
    return post_comment(viewer, case, "Clearly the synthetic fever.", **fields)


def test_the_mailer_opens_the_capsule_and_says_only_that_something_happened(
    osler: Viewer, blackwell: Viewer, spool: Path
) -> None:
    case = make_case(osler, title="A rash that sings")
    follows.follow(viewer=with_email(blackwell), case=case, on=True)
    comment = post_diagnosis(osler, case)
    row = NotificationEmail.objects.get()

    email_service.send_email(row.pk)
    email_service.send_email(row.pk)

    (message,) = sent(spool)
    whole = message.as_string()
    assert message["To"] == ADDRESS
    assert "/inbox/" in message.get_content()
    for secret in ("rash", "fever", "osler", "blackwell", case.public_id, comment.public_id):
        assert secret not in whole
    assert not NotificationEmail.objects.exists()


def test_a_mailer_that_dies_after_sending_sends_the_same_message_again(
    osler: Viewer, blackwell: Viewer, spool: Path
) -> None:
    case = make_case(osler)
    follows.follow(viewer=with_email(blackwell), case=case, on=True)
    post_diagnosis(osler, case)
    row = NotificationEmail.objects.get()
    email_service.send_email(row.pk)
    row.save(force_insert=True)  # as if its transaction had been rolled back

    email_service.send_email(row.pk)

    (message,) = sent(spool)
    assert row.pk.hex not in message["Message-ID"]


def test_the_database_holds_no_address_and_no_two_equal_capsules(
    osler: Viewer, blackwell: Viewer
) -> None:
    for case in (make_case(osler), make_case(osler)):
        follows.follow(viewer=with_email(blackwell), case=case, on=True)

    first, second = (
        bytes(subscription.capsule) for subscription in EmailSubscription.objects.all()
    )
    assert first != second
    assert len(first) == len(second)
    assert ADDRESS.encode() not in first + second
    assert len({subscription.pk for subscription in EmailSubscription.objects.all()}) == 2


def test_a_member_without_email_notifications_gets_no_email(
    osler: Viewer, blackwell: Viewer
) -> None:
    case = make_case(osler)
    follows.follow(viewer=blackwell, case=case, on=True)

    post_diagnosis(osler, case)

    assert not EmailSubscription.objects.exists()
    assert not NotificationEmail.objects.exists()


def test_unfollowing_ends_the_email(osler: Viewer, blackwell: Viewer) -> None:
    case = make_case(osler)
    for on in (True, True, False):
        follows.follow(viewer=with_email(blackwell), case=case, on=on)

    post_diagnosis(osler, case)

    assert not EmailSubscription.objects.exists()
    assert not NotificationEmail.objects.exists()


@pytest.mark.parametrize("way", ["stop", "unfollow"])
def test_stopping_ends_every_email_that_was_asked_for(
    osler: Viewer, blackwell: Viewer, client_for: Any, way: str
) -> None:
    case = make_case(osler)
    subscriber = with_email(blackwell)
    mine = post_diagnosis(subscriber, case)
    follows.follow(viewer=subscriber, case=case, on=True)
    post_diagnosis(with_email(osler), case)
    theirs = EmailSubscription.objects.get(pk=_about(osler, case))
    NotificationEmail.objects.all().delete()

    if way == "stop":
        client_for(blackwell).post("/me/mail/", {"wants_mail": "no"})
    else:
        follows.follow(viewer=blackwell, case=case, on=False)
    post_diagnosis(osler, case, parent=mine)

    assert list(EmailSubscription.objects.all()) == [theirs]
    assert not NotificationEmail.objects.exists()


def _about(viewer: Viewer, case: Case) -> uuid.UUID:
    comment = Comment.objects.filter(case=case, author=viewer.member).get()
    return subscription_id(viewer, comment.pk)


def test_no_email_about_the_own_act(osler: Viewer, blackwell: Viewer) -> None:
    case = make_case(osler)
    subscriber = with_email(blackwell)
    follows.follow(viewer=subscriber, case=case, on=True)

    top = post_diagnosis(subscriber, case)
    post_diagnosis(subscriber, case, parent=top)

    assert not NotificationEmail.objects.exists()


def test_no_subscription_is_left_out_where_somebody_answers_or_solves_anonymously(
    osler: Viewer, blackwell: Viewer, garrett: Viewer
) -> None:
    """Beside those that were written, the one that was not would say whose the act is."""
    poll = make_poll(osler, "Gout", "Pseudogout", anonymous=True)
    case = case_of(poll)
    for viewer in (blackwell, garrett):
        follows.follow(viewer=with_email(viewer), case=case, on=True)
    subscribe_by_email(viewer=osler, subject=case.pk, capsule=b"x" * 48)
    acts: list[Callable[[], object]] = [
        lambda: answer(blackwell, poll, "Gout"),
        lambda: solve(osler, case),
    ]
    for act in acts:
        EmailSubscription.objects.update(quiet_until=None)

        act()

        assert not EmailSubscription.objects.filter(quiet_until=None).exists()
    assert NotificationEmail.objects.count() == 6


def test_a_reply_is_emailed_only_to_the_member_it_answers(
    osler: Viewer, blackwell: Viewer, garrett: Viewer
) -> None:
    case = make_case(osler)
    mine = post_diagnosis(with_email(blackwell), case)
    post_diagnosis(replace(garrett, email="another@mail.example"), case)

    post_diagnosis(osler, case)
    nothing = NotificationEmail.objects.count()
    post_diagnosis(osler, case, parent=mine)

    assert nothing == 0
    assert NotificationEmail.objects.get().kind == "reply"


def test_no_email_about_anonymous_posts_to_their_author(osler: Viewer, blackwell: Viewer) -> None:
    """The times of emails could identify them; their inbox shows the reply to them alone."""
    subscriber = with_email(blackwell)
    case = make_case(osler)
    mine = post_diagnosis(subscriber, case, shown_as=ShownAs.ANONYMOUS)
    own = make_case(subscriber, anonymous=True)
    for followed in (case, own):
        follows.follow(viewer=subscriber, case=followed, on=True)

    post_diagnosis(osler, case, parent=mine)
    post_diagnosis(osler, own)

    assert not EmailSubscription.objects.exists()
    assert not NotificationEmail.objects.exists()
    assert {group.subject for group in inbox(subscriber)} == {case.pk, own.pk}


def test_an_anonymous_comment_is_emailed_to_its_own_author_like_to_other_followers(
    osler: Viewer, blackwell: Viewer, garrett: Viewer
) -> None:
    """One email that is not sent could identify them."""
    case = make_case(osler)
    for viewer in (blackwell, garrett):
        follows.follow(viewer=with_email(viewer), case=case, on=True)

    post_diagnosis(with_email(blackwell), case, shown_as=ShownAs.ANONYMOUS)

    assert NotificationEmail.objects.count() == 2


def test_production_refuses_to_store_emails_as_files() -> None:
    """A directory of emails is for development and the breach drill only."""
    environment = ephemeral.production() | {"SERMO_MAIL_URL": "file:/nowhere", "PATH": os.defpath}
    done = subprocess.run(
        [sys.executable, "-c", "import sermo.settings"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert "SERMO_MAIL_URL must be a mail server in production" in done.stderr


def test_at_most_one_email_an_hour_for_each_subscription(osler: Viewer, blackwell: Viewer) -> None:
    case = make_case(osler)
    follows.follow(viewer=with_email(blackwell), case=case, on=True)

    for _ in range(3):
        post_diagnosis(osler, case)

    assert NotificationEmail.objects.count() == 1
    assert Event.objects.count() == 3


def test_times_stored_with_an_email_are_whole_hours(osler: Viewer, blackwell: Viewer) -> None:
    """Finer times would tell the second of an anonymous comment."""
    case = make_case(osler)
    follows.follow(viewer=with_email(blackwell), case=case, on=True)
    post_diagnosis(osler, case, shown_as=ShownAs.ANONYMOUS)

    times = [
        NotificationEmail.objects.get().next_at,
        EmailSubscription.objects.get(replies_to=None).quiet_until,
    ]

    assert all(
        at is not None and (at.minute, at.second, at.microsecond) == (0, 0, 0) for at in times
    )
    happened_at = Event.objects.get().happened_at
    assert happened_at == coarse.to_mark(happened_at)


class UnreachableServer(FileSpool):
    """A server that does not answer."""

    def send_messages(self, email_messages: Sequence[Any]) -> int:
        raise ConnectionRefusedError


def test_an_unreachable_server_is_tried_again_with_growing_pauses_and_then_no_more(
    osler: Viewer, blackwell: Viewer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    case = make_case(osler)
    follows.follow(viewer=with_email(blackwell), case=case, on=True)
    post_diagnosis(osler, case)
    row = NotificationEmail.objects.get()
    monkeypatch.setattr(email_service, "transport", lambda: UnreachableServer(tmp_path))
    pauses = []

    for _ in range(email_service.MAX_ATTEMPTS):
        email_service.send_email(row.pk)
        left = NotificationEmail.objects.filter(pk=row.pk).first()
        if left is not None:
            pauses.append(left.next_at - timezone.now())
            NotificationEmail.objects.filter(pk=row.pk).update(next_at=timezone.now())

    assert pauses == sorted(pauses)
    assert len(pauses) == email_service.MAX_ATTEMPTS - 1
    assert not NotificationEmail.objects.exists()


def test_an_email_is_not_sent_before_it_is_due(
    osler: Viewer, monkeypatch: pytest.MonkeyPatch, spool: Path
) -> None:
    later = timezone.now() + dt.timedelta(hours=1)
    mail = NotificationEmail.objects.create(
        capsule=encrypt_contact_email(ADDRESS), kind="reply", next_at=later
    )
    queued: list[str] = []
    monkeypatch.setattr(email_service, "enqueue", lambda task, key: queued.append(key))
    email_service.send_email(mail.pk)
    email_service.enqueue_due_emails()
    early = list(queued)

    NotificationEmail.objects.update(next_at=timezone.now())
    email_service.enqueue_due_emails()

    assert early == []
    assert queued == [str(mail.pk)]
    assert sent(spool) == []


def test_an_email_with_an_unreadable_capsule_is_deleted(spool: Path) -> None:
    mail = NotificationEmail.objects.create(
        capsule=b"\0\1" + b"broken" * 20, kind="reply", next_at=timezone.now()
    )

    email_service.send_email(mail.pk)

    assert not NotificationEmail.objects.exists()
    assert sent(spool) == []


def test_a_subscription_key_differs_by_member_and_by_subject(
    osler: Viewer, blackwell: Viewer
) -> None:
    subject = uuid.uuid4()

    assert subscription_id(osler, subject) == subscription_id(osler, subject)
    assert subscription_id(osler, subject) != subscription_id(blackwell, subject)
    assert subscription_id(osler, subject) != subscription_id(osler, uuid.uuid4())
