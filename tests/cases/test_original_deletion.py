"""An original, its words and its name are in no store once its case is published, or a week later.

Every store is read: the three places for files, both databases table by table, Redis with the
broker's queue, the log, the mail, the directories for temporary files.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import logging
import os
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.drafts.encryption import DecryptedDraft
from cases.imaging import storage as image_storage
from cases.imaging import worker
from cases.imaging.redactions import redactions_from_json
from cases.jobs import purge
from cases.models import Image, ImageState
from cases.services import images as services
from cases.services.publish import publish_case
from sermo.core.redis import broker, connection
from sermo.members.models import ShownAs
from sermo.members.viewer import Viewer
from tests import settings as test_settings
from tests.factories_cases import make_draft, make_photograph

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
_WORD = "ZQ7ORIGINALXV"


def _original() -> bytes:
    """A photograph with a word in its comment, and glued to its end."""
    plain, word = make_photograph(), _WORD.encode()
    comment = b"\xff\xfe" + (len(word) + 2).to_bytes(2, "big") + word
    return plain[:2] + comment + plain[2:] + word


def _traces(original: bytes) -> list[bytes]:
    """What would betray it: the word in other clothes, its bytes, what they add up to."""
    word, middle = _WORD.encode(), len(original) // 2
    digest = hashlib.sha256(original)
    return [
        *(word, word.lower(), word.hex().encode(), _WORD.encode("utf-16-le")),
        *(base64.b64encode(word)[:-4], original[middle : middle + 48]),
        *(digest.digest(), digest.hexdigest().encode()),
    ]


def _of_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield f"{path.relative_to(folder)}", path.name.encode() + path.read_bytes()


def _of_databases() -> Iterator[tuple[str, bytes]]:
    """Every row of every table in every column's own bytes."""
    for alias in ("default", "identity"):
        with connections[alias].cursor() as cursor:
            cursor.execute("select tablename from pg_tables where schemaname = 'public'")
            for (table,) in cursor.fetchall():
                with cursor.copy(f'copy "{table}" to stdout (format binary)') as rows:
                    yield f"{alias} {table}", b"".join(bytes(row) for row in rows)


def _of_redis() -> Iterator[tuple[str, bytes]]:
    """Sessions, limits and counters of one server, and the queues of the other."""
    servers: tuple[Any, ...] = (connection(), broker())
    for redis in servers:
        for key in redis.scan_iter():
            yield f"redis {key!r}", bytes(key) + (redis.dump(key) or b"")
            if redis.type(key) == b"list":
                yield f"queue {key!r}", b"".join(redis.lrange(key, 0, -1))


def _opened() -> Iterator[tuple[str, bytes]]:
    """What lies closed, through whatever key a row still holds."""
    for image in Image.objects.all():
        for name, key in (
            (image.original, image.original_key),
            (image.working, image.working_key),
            (image.preview, image.preview_key),
        ):
            if name:
                yield f"opened {name}", image_storage.read_encrypted(name, bytes(key))


def _everything(log: str) -> Iterator[tuple[str, bytes]]:
    yield from _of_files(Path(test_settings.FILES))
    yield from _of_files(Path(tempfile.gettempdir()))
    yield from _of_databases()
    yield from _of_redis()
    yield from _opened()
    yield "log", log.encode()
    for letter in mail.outbox:
        yield "mail", letter.message().as_bytes()


def _found(original: bytes, log: str) -> list[str]:
    """The stores in which any trace stands."""
    traces = _traces(original)
    stores = _everything(log)
    return sorted({name for name, held in stores if any(trace in held for trace in traces)})


def _send(client: Client, draft: DecryptedDraft, original: bytes) -> Image:
    client.post(
        reverse("cases:upload", args=[draft.public_id]),
        {"images": SimpleUploadedFile(f"{_WORD}.jpg", original)},
        headers={"HX-Request": "true"},
    )
    return draft.row.images.get()


def _finish(image: Image) -> None:
    worker.process(image.pk)
    image.refresh_from_db()
    services.confirm_image(image=image, redactions=redactions_from_json(image.suggested_redactions))
    worker.process(image.pk)
    image.refresh_from_db()
    assert image.state == ImageState.READY, image.refusal_reason


def test_the_original_of_a_published_picture_is_stored_nowhere(
    osler: Viewer,
    client_for: Callable[[Viewer], Client],
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: Any,
) -> None:
    original, draft = _original(), make_draft(osler)
    caplog.set_level(logging.DEBUG)
    with django_capture_on_commit_callbacks(execute=True):
        image = _send(client_for(osler), draft, original)
    before = _found(original, caplog.text)
    with django_capture_on_commit_callbacks(execute=True):
        _finish(image)
        services.describe_image(image=image, caption="", alt="Rings", is_sensitive=False)
        publish_case(
            viewer=osler, draft_id=draft.id, shown_as=ShownAs.HANDLE, idempotency_key=uuid.uuid4()
        )

    image.refresh_from_db()
    # The instrument sees the original while it waits, closed, and nowhere else.
    assert [name.split()[0] for name in before] == ["opened"]
    assert _found(original, caplog.text) == []
    assert (image.original, bytes(image.original_key)) == ("", b"")
    assert not list(_of_files(Path(test_settings.FILES) / "quarantine"))


def test_the_original_of_a_draft_is_stored_nowhere_after_a_week(
    osler: Viewer,
    client_for: Callable[[Viewer], Client],
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: Any,
) -> None:
    original, draft = _original(), make_draft(osler)
    caplog.set_level(logging.DEBUG)
    with django_capture_on_commit_callbacks(execute=True):
        image = _send(client_for(osler), draft, original)
    name = image.original
    old = timezone.now() - purge.ORIGINAL_RETENTION - dt.timedelta(hours=1)
    Image.objects.update(received_at=old)

    with django_capture_on_commit_callbacks(execute=True):
        purge.purge()

    assert _found(original, caplog.text) == []
    assert not (Path(test_settings.FILES) / "quarantine" / name).exists()


def test_directories_of_killed_workers_are_deleted() -> None:
    left, at_work = (Path(tempfile.mkdtemp(prefix="sermo-image-")) for _ in range(2))
    for folder in (left, at_work):
        (folder / "source").write_bytes(_original())
    long_ago = time.time() - worker.LEASE.total_seconds() - 1
    os.utime(left, (long_ago, long_ago))

    worker.enqueue_due()

    assert not left.exists()
    assert at_work.exists()


@pytest.fixture(autouse=True)
def _own_directory_for_temporary_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


@pytest.fixture(autouse=True)
def _empty_quarantine() -> None:
    for path in (Path(test_settings.FILES) / "quarantine").rglob("*"):
        if path.is_file():
            path.unlink()
