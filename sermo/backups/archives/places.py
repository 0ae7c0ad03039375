"""Where archives are kept: a directory (`file:DIR`) or a bucket (`s3:NAME`).

An archive appears under its name when it is complete, and not before.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from sermo.backups.archives.encryption import Sink, Source
from sermo.backups.errors import BackupError

# One part of an upload; S3 takes at most 10,000 of them.
PART_BYTES = 32 * 1024 * 1024
_PARTIAL = ".partial-"
DISK_FULL = "The disk of the backups is full. Nothing of this archive was kept; free space."


class Place(Protocol):
    """Keeps archives of one store."""

    def new(self, name: str) -> contextlib.AbstractContextManager[Sink]:
        """A new archive, which appears at the end of the block; an error leaves nothing."""
        ...

    def open(self, name: str) -> contextlib.AbstractContextManager[Source]:
        """An archive's bytes. It fails with `BackupError` if there is none."""
        ...

    def names(self) -> list[str]:
        """Names of all archives, in order."""
        ...

    def delete(self, name: str) -> None:
        """Delete an archive if it is there."""
        ...


@dataclass(frozen=True)
class S3Access:
    """How a bucket is reached."""

    endpoint: str | None
    region: str
    access_key: str
    secret_key: str = field(repr=False)


def place_for(address: str, access: S3Access | None) -> Place:
    """The place of an address that `sermo.env.backup_place` has accepted."""
    kind, _, rest = address.partition(":")
    if kind == "file":
        return DirectoryPlace(Path(rest))
    if access is None:
        raise ValueError("a bucket needs a way to reach it")
    return BucketPlace(rest, access)


@dataclass(frozen=True)
class DirectoryPlace:
    """Files with mode 600 in a directory with mode 700."""

    directory: Path

    @contextmanager
    def new(self, name: str) -> Iterator[Sink]:
        """Written under another name, flushed to the disk, then renamed."""
        partial = self.directory / f"{_PARTIAL}{secrets.token_hex(8)}"
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._remove_partial_files()
            descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                with os.fdopen(descriptor, "wb", buffering=1024 * 1024) as file:
                    yield file
                    file.flush()
                    os.fsync(file.fileno())
                partial.rename(self.directory / name)
            except BaseException:
                partial.unlink(missing_ok=True)
                raise
            self._sync()
        except OSError as error:
            raise _directory_error(error) from None

    @contextmanager
    def open(self, name: str) -> Iterator[Source]:
        try:
            file = (self.directory / name).open("rb")
        except OSError:
            raise BackupError(f"There is no archive {name} that can be read.") from None
        with file:
            yield file

    def names(self) -> list[str]:
        try:
            found = [path.name for path in self.directory.iterdir()]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise _directory_error(error) from None
        return sorted(name for name in found if not name.startswith("."))

    def delete(self, name: str) -> None:
        (self.directory / name).unlink(missing_ok=True)

    def _remove_partial_files(self) -> None:
        """What a killed backup left. The caller holds the store's lock, so nobody writes them."""
        for path in self.directory.glob(f"{_PARTIAL}*"):
            path.unlink(missing_ok=True)

    def _sync(self) -> None:
        descriptor = os.open(self.directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _directory_error(error: OSError) -> BackupError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return BackupError(DISK_FULL)
    return BackupError(f"The directory of the backups cannot be used: {error.strerror}.")


class BucketPlace:
    """Objects in a bucket of S3, written in parts."""

    def __init__(self, bucket: str, access: S3Access) -> None:
        self.bucket = bucket
        self._client: Any = boto3.client(
            "s3",
            endpoint_url=access.endpoint,
            region_name=access.region,
            aws_access_key_id=access.access_key,
            aws_secret_access_key=access.secret_key,
        )

    @contextmanager
    def new(self, name: str) -> Iterator[Sink]:
        with self._errors():
            target = {"Bucket": self.bucket, "Key": name}
            upload = _MultipartUpload(self._client, target)
            try:
                yield upload
                upload.complete()
            except BaseException:
                upload.abort()
                raise

    @contextmanager
    def open(self, name: str) -> Iterator[Source]:
        with self._errors():
            body = self._client.get_object(Bucket=self.bucket, Key=name)["Body"]
            with contextlib.closing(body):
                yield io.BufferedReader(_RawBody(body), 1024 * 1024)

    def names(self) -> list[str]:
        with self._errors():
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket)
            return sorted(item["Key"] for page in pages for item in page.get("Contents", []))

    def delete(self, name: str) -> None:
        with self._errors():
            self._client.delete_object(Bucket=self.bucket, Key=name)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "unknown")
            raise BackupError(f"The bucket of the backups answers: {code}.") from None
        except BotoCoreError as error:
            name = type(error).__name__
            raise BackupError(f"The bucket of the backups cannot be reached ({name}).") from None


class _MultipartUpload:
    """Gathers bytes to parts; the object exists when it is completed."""

    def __init__(self, client: Any, target: dict[str, str]) -> None:
        self._client, self._buffer = client, bytearray()
        self._parts: list[dict[str, Any]] = []
        self._target = target | {
            "UploadId": client.create_multipart_upload(**target)["UploadId"],
        }

    def write(self, data: bytes, /) -> None:
        self._buffer += data
        if len(self._buffer) >= PART_BYTES:
            self._send()

    def complete(self) -> None:
        if self._buffer or not self._parts:
            self._send()
        self._client.complete_multipart_upload(
            **self._target, MultipartUpload={"Parts": self._parts}
        )

    def abort(self) -> None:
        """Best effort: the bucket's own rule for unfinished uploads removes the rest."""
        with contextlib.suppress(ClientError, BotoCoreError):
            self._client.abort_multipart_upload(**self._target)

    def _send(self) -> None:
        number = len(self._parts) + 1
        sent = self._client.upload_part(**self._target, PartNumber=number, Body=bytes(self._buffer))
        self._parts.append({"PartNumber": number, "ETag": sent["ETag"]})
        self._buffer.clear()


class _RawBody(io.RawIOBase):
    """A response's body as a raw stream, so that reads can be buffered."""

    def __init__(self, body: Any) -> None:
        self._body = body

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any, /) -> int:
        data = self._body.read(len(target))
        target[: len(data)] = data
        return len(data)
