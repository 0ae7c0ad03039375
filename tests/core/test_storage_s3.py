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
    names = product_settings.FILE_STORAGES
    for name in names:
        client.create_bucket(
            Bucket=f"sermo-{name}",
            CreateBucketConfiguration={"LocationConstraint": "eu-central-1"},
        )
    settings.STORAGES = settings.STORAGES | {
        name: product_settings._file_storage(name) for name in names
    }
    yield client
    httpx.post(f"{server}/moto-api/reset", trust_env=False).raise_for_status()


def _keys(s3: Any, bucket: str) -> list[str]:
    listed = s3.list_objects_v2(Bucket=f"sermo-{bucket}").get("Contents", [])
    return [item["Key"] for item in listed]


@pytest.mark.parametrize("bucket", ["quarantine", "evidence"])
def test_encrypted_file_is_in_its_bucket_and_only_its_key_decrypts_it(s3: Any, bucket: str) -> None:
    name, key = storage.store_encrypted(bucket, PLAIN)

    assert {name: _keys(s3, name) for name in product_settings.FILE_STORAGES} == {
        "quarantine": [],
        "evidence": [],
        "images": [],
        bucket: [name],
    }
    stored = s3.get_object(Bucket=f"sermo-{bucket}", Key=name)["Body"].read()
    assert b"Placeholder" not in stored
    assert storage.read_encrypted(bucket, name, key) == PLAIN
    with pytest.raises(DecryptionError):
        storage.read_encrypted(bucket, name, bytes(32))


def test_a_file_can_be_deleted_twice(s3: Any) -> None:
    name, key = storage.store_encrypted("evidence", PLAIN)

    storage.delete("evidence", name)
    storage.delete("evidence", name)
    storage.delete("evidence", "")

    assert _keys(s3, "evidence") == []
    with pytest.raises(FileNotFoundError):
        storage.read_encrypted("evidence", name, key)


def test_a_repacked_image_is_a_copy_and_the_old_file_stays(s3: Any) -> None:
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


def test_an_existing_file_is_not_overwritten(s3: Any) -> None:
    images = storage.storage_for("images")

    first = images.save("aa/same.webp", ContentFile(b"first"))
    second = images.save("aa/same.webp", ContentFile(b"second"))

    assert first != second
    with images.open(first) as file:
        assert file.read() == b"first"


def test_url_is_signed_and_expires_within_a_minute(s3: Any) -> None:
    name = storage.store_image(b"RIFF picture")

    url = storage.storage_for("images").url(name)

    assert "X-Amz-Signature=" in url or "Signature=" in url
    assert "X-Amz-Expires=60" in url or "Expires=" in url
    response = httpx.get(url, trust_env=False)
    assert response.content == b"RIFF picture"
    assert response.headers["Cache-Control"] == "private, no-store"


def test_objects_have_no_public_grant(s3: Any) -> None:
    name = storage.store_image(b"RIFF picture")

    grants = s3.get_object_acl(Bucket="sermo-images", Key=name)["Grants"]

    assert [grant["Grantee"].get("URI") for grant in grants] == [None]


@pytest.mark.django_db(databases=["default", "identity"])
def test_evidence_is_stored_decrypted_and_deleted(s3: Any) -> None:
    application = make_application(make_applicant())

    document = evidence.add_document(application=application, content=PLAIN, key=uuid.uuid4())

    assert _keys(s3, "evidence") == [document.name]
    assert evidence.read_document(document) == PLAIN
    evidence.remove_document(document=document)
    assert _keys(s3, "evidence") == []


@pytest.mark.django_db(databases=["default", "identity"])
def test_upload_is_processed_and_rendered(
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
def test_readyz_reports_the_storage(
    s3: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert json.loads(Client().get("/readyz").content)["storage"] == "ok"

    monkeypatch.setenv("SERMO_S3_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    settings.STORAGES = settings.STORAGES | {"images": product_settings._file_storage("images")}

    response = Client().get("/readyz")
    assert response.status_code == 503
    assert json.loads(response.content)["storage"] == "failing"
