"""An encrypted stream of bytes, in constant memory.

    magic (16) · length of the header (4) · header (JSON, not secret)
    file key (32), encrypted to the recipient (sealed box: X25519, XSalsa20-Poly1305)
    header of the stream (24) · chunks of 65,536 bytes + 17 (XChaCha20-Poly1305, libsodium's
    secretstream), the last one shorter and marked as the last

Each chunk is authenticated with the one before it and with the header, so that a chunk that is
missing, repeated, moved or from another archive, or a changed header, is noticed at that chunk, and
a cut at the end of the stream.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Protocol

from nacl import bindings
from nacl.exceptions import CryptoError
from nacl.utils import random

from sermo.backups.archives import recipients
from sermo.backups.errors import DamagedArchiveError

MAGIC = b"sermo-backup-1\n\0"
CHUNK_BYTES = 65_536
KEY_BYTES = 32
_SEALED_BYTES = KEY_BYTES + 48
_STREAM_HEADER_BYTES = bindings.crypto_secretstream_xchacha20poly1305_HEADERBYTES
_OVERHEAD_BYTES = bindings.crypto_secretstream_xchacha20poly1305_ABYTES
_MESSAGE = bindings.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
_FINAL = bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL
_LENGTH = struct.Struct(">I")
_MAX_HEADER_BYTES = 65_536
NOT_AN_ARCHIVE = "This file is not an archive of a backup."
CUT = "The archive is cut: its end is missing."
CHANGED = "The archive was changed, or parts of it were moved or come from another archive."


class Sink(Protocol):
    """Where the encrypted bytes go."""

    def write(self, data: bytes, /) -> object: ...


class Source(Protocol):
    """Where they come from; `read` returns fewer bytes than asked for only at the end."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True)
class Header:
    """What an archive says of itself in clear; it is authenticated."""

    # "backup" or "keep-list"
    kind: str
    # "community" or "identity"
    store: str
    id: str
    # UTC, ISO 8601.
    made_at: str
    # The line of this database: a restore begins a new one.
    generation: str
    # Of the recipient's public key.
    recipient: str
    # Digest of the names of the applied migrations.
    schema: str

    def encode(self) -> bytes:
        return json.dumps(asdict(self), sort_keys=True).encode()


class EncryptedWriter:
    """Encrypts what is written. `close` writes the last chunk; without it the archive is cut."""

    def __init__(self, sink: Sink, header: Header, public_key: bytes) -> None:
        encoded = header.encode()
        self.file_key = bytes(random(KEY_BYTES))
        self.n_bytes = 0
        self._sink, self._buffer = sink, bytearray()
        self._context = hashlib.sha256(encoded).digest()
        self._state = bindings.crypto_secretstream_xchacha20poly1305_state()
        stream_header = bindings.crypto_secretstream_xchacha20poly1305_init_push(
            self._state, self.file_key
        )
        for part in (
            MAGIC,
            _LENGTH.pack(len(encoded)),
            encoded,
            recipients.seal(public_key, self.file_key),
            stream_header,
        ):
            self._sink.write(part)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Add bytes; each full chunk is encrypted and written at once."""
        self.n_bytes += len(data)
        self._buffer += data
        while len(self._buffer) > CHUNK_BYTES:
            self._push(bytes(self._buffer[:CHUNK_BYTES]), _MESSAGE)
            del self._buffer[:CHUNK_BYTES]

    def close(self) -> None:
        """Write the rest as the last chunk."""
        self._push(bytes(self._buffer), _FINAL)
        self._buffer.clear()

    def _push(self, chunk: bytes, tag: int) -> None:
        self._sink.write(
            bindings.crypto_secretstream_xchacha20poly1305_push(
                self._state, chunk, self._context, tag
            )
        )


def read_header(source: Source) -> tuple[Header, bytes]:
    """The header and its bytes. Not authenticated before the first chunk was read.

    Raises `DamagedArchiveError`.
    """
    if source.read(len(MAGIC)) != MAGIC:
        raise DamagedArchiveError(NOT_AN_ARCHIVE)
    (length,) = _LENGTH.unpack(_read(source, _LENGTH.size))
    if length > _MAX_HEADER_BYTES:
        raise DamagedArchiveError(NOT_AN_ARCHIVE)
    encoded = _read(source, length)
    try:
        return Header(**json.loads(encoded)), encoded
    except (ValueError, TypeError):
        raise DamagedArchiveError(NOT_AN_ARCHIVE) from None


class EncryptedReader:
    """Decrypts an archive. Every byte that it returns was authenticated."""

    def __init__(self, source: Source, unseal: Callable[[bytes], bytes]) -> None:
        """`unseal` returns the file key. Raises `DamagedArchiveError`."""
        self.header, encoded = read_header(source)
        self.file_key = unseal(_read(source, _SEALED_BYTES))
        self._source, self._buffer, self._is_over = source, bytearray(), False
        self._context = hashlib.sha256(encoded).digest()
        self._state = bindings.crypto_secretstream_xchacha20poly1305_state()
        bindings.crypto_secretstream_xchacha20poly1305_init_pull(
            self._state, _read(source, _STREAM_HEADER_BYTES), self.file_key
        )

    def read_exactly(self, size: int) -> bytes:
        """The next bytes. Raises `DamagedArchiveError` if there are fewer."""
        while len(self._buffer) < size:
            if self._is_over:
                raise DamagedArchiveError(CUT)
            self._buffer += self._pull()
        data = bytes(self._buffer[:size])
        del self._buffer[:size]
        return data

    def finish(self) -> None:
        """Read to the end; what follows must be zeros. Raises `DamagedArchiveError`."""
        while True:
            if self._buffer.strip(b"\0"):
                raise DamagedArchiveError(CHANGED)
            self._buffer.clear()
            if self._is_over:
                return
            self._buffer += self._pull()

    def _pull(self) -> bytes:
        chunk = self._source.read(CHUNK_BYTES + _OVERHEAD_BYTES)
        if not chunk:
            raise DamagedArchiveError(CUT)
        try:
            plain, tag = bindings.crypto_secretstream_xchacha20poly1305_pull(
                self._state, chunk, self._context
            )
        except (CryptoError, ValueError):
            is_short = len(chunk) < CHUNK_BYTES + _OVERHEAD_BYTES
            raise DamagedArchiveError(CUT if is_short else CHANGED) from None
        if tag == _FINAL:
            if self._source.read(1):
                raise DamagedArchiveError(CHANGED)
            self._is_over = True
        return bytes(plain)


def _read(source: Source, size: int) -> bytes:
    data = source.read(size)
    if len(data) != size:
        raise DamagedArchiveError(CUT)
    return data
