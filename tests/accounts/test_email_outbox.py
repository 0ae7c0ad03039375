from __future__ import annotations

import datetime as dt
import email
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import connections
from django.utils import timezone

from accounts import tasks
from accounts.email_outbox import delivery
from accounts.models import EncryptedEmail
from sermo.core import crypto, keys

pytestmark = pytest.mark.django_db(databases=["default", "identity"])


@pytest.fixture
def spool(settings: Any, tmp_path: Path) -> Path:
    settings.SERMO_MAIL_URL = f"file:{tmp_path}"
    return tmp_path


def write(body: str = "synthetic body", to: str = "casey@mail.example") -> EncryptedEmail:
    before = set(EncryptedEmail.objects.values_list("pk", flat=True))
    EmailMessage("Your code", body, to=[to]).send()
    return EncryptedEmail.objects.exclude(pk__in=before).get()


def test_a_waiting_message_is_encrypted_and_padded() -> None:
    short, longer = write("x"), write("y" * 900, "somebody.with.a.long.address@mail.example")

    with connections["identity"].cursor() as cursor:
        cursor.execute("SELECT string_agg(t::text, ' ') FROM accounts_encryptedemail t")
        (text,) = cursor.fetchone()
    assert b"casey".hex() not in text
    assert len(short.encrypted_message) == len(longer.encrypted_message)
    assert short.encrypted_message != write("x").encrypted_message


def test_only_the_mailers_key_decrypts_it(monkeypatch: pytest.MonkeyPatch) -> None:
    row = write()
    monkeypatch.delenv("SERMO_KEY_MAIL_PRIVATE")

    with pytest.raises(Exception, match="SERMO_KEY_MAIL_PRIVATE"):
        delivery.decrypt_message(row.encrypted_message)


def test_a_message_is_sent_once_and_its_row_deleted(spool: Path) -> None:
    row = write("the synthetic code: ABCDEF")

    tasks.send_identity_email(str(row.pk))
    tasks.send_identity_email(str(row.pk))

    [file] = spool.glob("*.eml")
    sent = email.message_from_bytes(file.read_bytes())
    assert sent["To"] == "casey@mail.example"
    assert "ABCDEF" in str(sent.get_payload())
    assert not EncryptedEmail.objects.exists()


def test_a_mailer_that_dies_after_sending_sends_the_same_message_again(spool: Path) -> None:
    row = write()
    other = write()
    tasks.send_identity_email(str(row.pk))
    row.save(force_insert=True)  # as if the row had not been deleted yet

    tasks.send_identity_email(str(row.pk))
    tasks.send_identity_email(str(other.pk))

    messages = [email.message_from_bytes(file.read_bytes()) for file in spool.glob("*.eml")]
    assert len({message["Message-ID"] for message in messages}) == len(messages) == 2
    assert all(row.pk.hex not in str(message["Message-ID"]) for message in messages)


def test_a_failure_keeps_the_row_waits_longer_and_logs_no_address(
    monkeypatch: pytest.MonkeyPatch, spool: Path, caplog: pytest.LogCaptureFixture
) -> None:
    row = write()

    class Broken:
        def send_messages(self, messages: list[EmailMessage]) -> int:
            raise OSError(f"refused {messages[0].to}")

    monkeypatch.setattr(delivery, "transport", Broken)
    tasks.send_identity_email(str(row.pk))
    row.refresh_from_db()
    first = row.next_attempt_at - timezone.now()
    EncryptedEmail.objects.update(next_attempt_at=timezone.now())
    tasks.send_identity_email(str(row.pk))
    row.refresh_from_db()

    assert row.attempts == 2
    assert row.next_attempt_at - timezone.now() > first
    assert "casey" not in caplog.text
    assert "OSError" in caplog.text


def test_a_message_that_cannot_be_decrypted_is_deleted(spool: Path) -> None:
    row = write()
    EncryptedEmail.objects.update(
        encrypted_message=crypto.encrypt_to_public_key(
            keys.KeyName.MODERATION_PUBLIC, b"not the mailer's"
        )
    )

    tasks.send_identity_email(str(row.pk))

    assert not EncryptedEmail.objects.exists()
    assert not list(spool.glob("*"))


def test_the_sweep_lists_due_messages_and_deletes_those_with_too_many_attempts(spool: Path) -> None:
    due, later, failed_often = write(), write(), write()
    EncryptedEmail.objects.filter(pk=later.pk).update(
        next_attempt_at=timezone.now() + dt.timedelta(hours=1)
    )
    EncryptedEmail.objects.filter(pk=failed_often.pk).update(attempts=delivery.MAX_ATTEMPTS)

    listed = delivery.due_emails()

    assert listed == [due.pk]
    assert not EncryptedEmail.objects.filter(pk=failed_often.pk).exists()
