"""Files on S3: the deployment's own storage settings against a server of moto on this machine."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import boto3
import httpx
import pytest
from django.core.files.base import ContentFile
from django.test import Client
from moto.server import ThreadedMotoServer

from cases.imaging import storage as image_storage
from cases.models import ImageState
from sermo import settings as product_settings
from sermo.core import storage
from sermo.core.crypto import DecryptionError
from sermo.members.viewer import Viewer
from tests.factories_cases import make_draft, make_ready_image
from tests.factories_verification import make_applicant
from tests.factories_verification import make_draft as make_application
from verification.services import document as evidence

PLAIN = b"%PDF-1.7 Blake Placeholder, licence 12345 %%EOF"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a server that speaks S3."""
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    yield f"http://{host}:{port}"
    moto.stop()


@pytest.fixture
def s3(
    server: str, settings: Any, monkeypatch: pytest.MonkeyPatch, socket_enabled: None
) -> Iterator[Any]:
    """Three empty private buckets, in the storages of a deployment; a client to look into them."""
    values = {
        "SERMO_S3_ENDPOINT": server,
        "SERMO_S3_BUCKET_PREFIX": "sermo-",
        "SERMO_S3_REGION": "eu-central-1",
        "SERMO_S3_ACCESS_KEY": "access",
        "SERMO_S3_SECRET_KEY": "secret",
        "NO_PROXY": "127.0.0.1",
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(product_settings, "SERMO_STORAGE", "s3")
    client = boto3.client(
        "s3",
        endpoint_url=server,
        region_name="eu-central-1",
        aws_access_key_id="access",
        aws_secret_access_key="secret",
    )
    places = product_settings.FILE_PLACES
    for name in places:
        client.create_bucket(
            Bucket=f"sermo-{name}",
            CreateBucketConfiguration={"LocationConstraint": "eu-central-1"},
        )
    settings.STORAGES = settings.STORAGES | {name: product_settings._place(name) for name in places}
    yield client
    httpx.post(f"{server}/moto-api/reset", trust_env=False).raise_for_status()


def _keys(s3: Any, where: str) -> list[str]:
    listed = s3.list_objects_v2(Bucket=f"sermo-{where}").get("Contents", [])
    return [item["Key"] for item in listed]


@pytest.mark.parametrize("where", ["quarantine", "evidence"])
def test_closed_file_lies_in_its_own_bucket_and_only_its_key_opens_it(s3: Any, where: str) -> None:
    name, key = storage.store_encrypted(where, PLAIN)

    assert {place: _keys(s3, place) for place in product_settings.FILE_PLACES} == {
        "quarantine": [],
        "evidence": [],
        "images": [],
        where: [name],
    }
    stored = s3.get_object(Bucket=f"sermo-{where}", Key=name)["Body"].read()
    assert b"Placeholder" not in stored
    assert storage.read_encrypted(where, name, key) == PLAIN
    with pytest.raises(DecryptionError):
        storage.read_encrypted(where, name, bytes(32))


def test_deleted_file_is_gone_and_may_be_deleted_twice(s3: Any) -> None:
    name, key = storage.store_encrypted("evidence", PLAIN)

    storage.delete("evidence", name)
    storage.delete("evidence", name)
    storage.delete("evidence", "")

    assert _keys(s3, "evidence") == []
    with pytest.raises(FileNotFoundError):
        storage.read_encrypted("evidence", name, key)


def test_published_image_is_written_anew_and_the_old_one_stays(s3: Any) -> None:
    old = storage.store_image(b"RIFF picture")

    new = storage.repack_image(old)

    assert not storage.is_repacked(old)
    assert storage.is_repacked(new)
    assert sorted(_keys(s3, "images")) == sorted([old, new])
    with storage.storage_for("images").open(new) as file:
        assert file.read() == b"RIFF picture"
    with pytest.raises(FileNotFoundError):
        storage.repack_image("00/missing.webp")


def test_listing_size_and_existence(s3: Any) -> None:
    images = storage.storage_for("images")
    names = [storage.store_image(bytes(size)) for size in (10, 2_000_000)]

    assert [images.size(name) for name in names] == [10, 2_000_000]
    assert images.exists(names[0])
    assert not images.exists("readyz")
    folders, _files = images.listdir("")
    assert set(folders) == {name.split("/")[0] for name in names}


def test_a_name_that_is_taken_is_not_overwritten(s3: Any) -> None:
    images = storage.storage_for("images")

    first = images.save("aa/same.webp", ContentFile(b"first"))
    second = images.save("aa/same.webp", ContentFile(b"second"))

    assert first != second
    with images.open(first) as file:
        assert file.read() == b"first"


def test_address_is_signed_and_ends_within_a_minute(s3: Any) -> None:
    name = storage.store_image(b"RIFF picture")

    url = storage.storage_for("images").url(name)

    assert "X-Amz-Signature=" in url or "Signature=" in url
    assert "X-Amz-Expires=60" in url or "Expires=" in url
    answer = httpx.get(url, trust_env=False)
    assert answer.content == b"RIFF picture"
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_objects_have_no_public_grant(s3: Any) -> None:
    name = storage.store_image(b"RIFF picture")

    grants = s3.get_object_acl(Bucket="sermo-images", Key=name)["Grants"]

    assert [grant["Grantee"].get("URI") for grant in grants] == [None]


@pytest.mark.django_db(databases=["default", "identity"])
def test_evidence_is_stored_opened_and_deleted(s3: Any) -> None:
    application = make_application(make_applicant())

    document = evidence.add_document(application=application, content=PLAIN, key=uuid.uuid4())

    assert _keys(s3, "evidence") == [document.name]
    assert evidence.read_document(document) == PLAIN
    evidence.remove_document(document=document)
    assert _keys(s3, "evidence") == []


@pytest.mark.django_db(databases=["default", "identity"])
def test_upload_is_cleaned_shown_and_served(
    s3: Any, osler: Viewer, client_for: Any, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        image = make_ready_image(osler, make_draft(osler))

    assert image.state == ImageState.READY
    assert sorted(_keys(s3, "images")) == sorted(
        name for _, name in image_storage.rendered_files(image)
    )
    assert sorted(_keys(s3, "quarantine")) == sorted(
        name for _, name in image_storage.encrypted_files(image)
    )
    rendered = _keys(s3, "images")[0]
    with storage.storage_for("images").open(rendered) as file:
        assert file.read(4) == b"RIFF"

    image_storage.delete_files(image_storage.all_files(image))

    assert _keys(s3, "images") == _keys(s3, "quarantine") == []


@pytest.mark.django_db(databases=["default", "identity"])
def test_readiness_says_whether_storage_answers(
    s3: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert json.loads(Client().get("/readyz").content)["storage"] == "ok"

    monkeypatch.setenv("SERMO_S3_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    settings.STORAGES = settings.STORAGES | {"images": product_settings._place("images")}

    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert json.loads(answer.content)["storage"] == "failing"
