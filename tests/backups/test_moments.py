"""The two stores restored to different moments, and archives in buckets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import httpx
import pytest
from django.core.management import CommandError
from django.test import Client
from moto.server import ThreadedMotoServer

from accounts import services
from accounts.selectors import read_slots
from sermo.backups.archives import places
from sermo.backups.archives.places import BucketPlace, S3Access
from sermo.backups.errors import BackupError
from sermo.members.models import Member
from sermo.members.records import load_record
from tests.accounts.conftest import make_entered_member, make_verified, sign_in
from tests.backups.conftest import Backups, run
from tests.factories import PASSWORD, make_case, make_viewer

FORM = {"handle": "amber-owl-117", "password": PASSWORD, "wants_mail": "no"}
pytestmark = pytest.mark.django_db(databases=["default", "identity"], transaction=True)


@pytest.fixture(autouse=True)
def _encrypted_email(settings: Any) -> None:
    settings.EMAIL_BACKEND = "accounts.email_outbox.backend.EncryptedEmailBackend"


def follow(browser: Client, answer: Any) -> tuple[list[str], str]:
    """The addresses that a browser is led to, at most ten, and the page where it ends."""
    led: list[str] = []
    while answer.status_code == 302 and len(led) < 10:
        led.append(answer["Location"])
        answer = browser.get(answer["Location"])
    return led, answer.content.decode()


def test_who_entered_after_the_communitys_backup_enters_again(backups: Backups) -> None:
    run("backup", "--store", "community")
    casey = make_entered_member()
    backups.restore("--store", "community", "--replace")
    browser = Client()

    led, page = follow(browser, sign_in(browser, casey.user.email))
    entered = browser.post(led[-1], FORM)
    home, _ = follow(browser, browser.get("/accounts/welcome/"))

    assert len(led) < 5
    assert "before you entered" in page
    assert entered.status_code == 302
    assert home[-1] == "/cases/"
    assert read_slots(casey.user.pk).is_issued
    assert load_record(casey.credential.member_id) is None


def test_who_entered_after_the_identity_stores_backup_enters_under_another_name(
    backups: Backups,
) -> None:
    user = make_verified()
    run("backup", "--store", "identity")
    services.enter_community(
        user=user, password=PASSWORD, handle="teal-heron-482", wants_mail=False
    )
    backups.restore("--store", "identity", "--replace")
    browser = Client()
    led, _ = follow(browser, sign_in(browser, user.email))

    taken = browser.post(led[-1], FORM | {"handle": "teal-heron-482"})
    entered = browser.post(led[-1], FORM)

    assert (taken.status_code, entered.status_code) == (422, 302)


@pytest.fixture
def buckets(
    settings: Any, monkeypatch: pytest.MonkeyPatch, socket_enabled: None
) -> Iterator[dict[str, Any]]:
    """A server that speaks S3, with a bucket for each store."""
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    access = {
        "endpoint": f"http://{host}:{port}",
        "region": "us-east-1",
        "access_key": "access",
        "secret_key": "secret",
    }
    client = boto3.client(
        "s3",
        endpoint_url=access["endpoint"],
        region_name=access["region"],
        aws_access_key_id="access",
        aws_secret_access_key="secret",
    )
    for store in ("community", "identity"):
        client.create_bucket(Bucket=f"backup-{store}")
    settings.BACKUP_S3 = access
    yield access
    httpx.post(f"{access['endpoint']}/moto-api/reset", trust_env=False).raise_for_status()
    moto.stop()


def test_buckets_keep_archives_and_give_them_back(
    backups: Backups, buckets: dict[str, Any], settings: Any
) -> None:
    settings.BACKUP_PLACES = {store: f"s3:backup-{store}" for store in settings.BACKUP_PLACES}
    make_case(make_viewer("osler"))
    run("backup")
    make_case(make_viewer("garrett"))
    listed = run("backup", "--list")

    backups.restore("--replace")

    assert listed.count(".backup") == 2
    assert list(Member.objects.values_list("handle", flat=True)) == ["osler"]
    assert "cases_case: 1 rows" in run("backup", "--verify", *backups.keys)


def test_an_archive_of_several_parts_appears_when_it_is_complete(
    buckets: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "PART_BYTES", 5 * 1024 * 1024)
    place = BucketPlace("backup-community", S3Access(**buckets))
    content = bytes(range(256)) * (12 * 4096)

    with pytest.raises(ZeroDivisionError):
        _fail_halfway(place, content)
    after_failure = place.names()
    with place.new("one.backup") as sink:
        for start in range(0, len(content), 1_000_000):
            sink.write(content[start : start + 1_000_000])
        during = place.names()
    with place.open("one.backup") as source:
        read = source.read(len(content) + 1)

    assert (after_failure, during, place.names()) == ([], [], ["one.backup"])
    assert read == content
    place.delete("one.backup")
    assert place.names() == []


def _fail_halfway(place: BucketPlace, content: bytes) -> None:
    with place.new("broken.backup") as sink:
        sink.write(content)
        raise ZeroDivisionError


def test_a_bucket_that_is_missing_is_said_in_a_sentence(
    backups: Backups, buckets: dict[str, Any], settings: Any
) -> None:
    settings.BACKUP_PLACES = {store: f"s3:missing-{store}" for store in settings.BACKUP_PLACES}

    with pytest.raises(CommandError, match="NoSuchBucket") as failure:
        run("backup")
    with pytest.raises(BackupError):
        BucketPlace("missing", S3Access(**buckets)).names()

    assert failure.value.returncode == 1
    assert "secret" not in str(failure.value)
