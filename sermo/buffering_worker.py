"""gunicorn's thread worker, with threads that meet only requests that have arrived.

A thread of `gthread` waits for the rest of a request, and its loop waits for clients to close their
connections, so that as many slow clients as there are threads stop the site. Here nothing waits:
the loop collects what arrives, and a thread gets the request when its body is complete. A body that
is too large to collect goes to a thread at once: the application refuses it unread, or reads it as
an upload, of which it admits few at a time (sermo.core.request_body) and at a least pace.

It relies on the inside of gunicorn, whose version is pinned; tests/core/test_slow_clients.py runs
it.
"""

from __future__ import annotations

import re
import socket
import threading
import time
from contextlib import suppress
from typing import Any
from urllib.parse import unquote
from weakref import WeakKeyDictionary

from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers import gthread

from sermo.core.body_limits import TEXT_BYTES, body_limit

# Seconds in which a request must have arrived, and in which an answer must be taken.
REQUEST_SECONDS = 60.0
WRITE_SECONDS = 30.0
# An upload gets this many seconds, and one more for each so many bytes.
UPLOAD_SECONDS = 60.0
UPLOAD_BYTES_PER_SECOND = 32 * 1024
# Seconds without a byte of an upload.
STALL_SECONDS = 60.0
MAX_HEAD_BYTES = 64 * 1024
# What all waiting requests of one worker may hold together; then connections are closed.
MAX_WAITING_BYTES = 64 * 1024 * 1024
# What is still taken, and thrown away, from a client that was answered, so that it gets the answer.
MAX_DRAINED_BYTES = 256 * 1024
# A whole page fits, so that a client that reads slowly holds no thread.
SEND_BUFFER_BYTES = 1024 * 1024
_RECEIVE_BYTES = 64 * 1024
_HEAD_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,12})[ \t]*(?=\r\n)", re.IGNORECASE)
_EXPECTS = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*(?=\r\n)", re.IGNORECASE)
_TARGET = re.compile(rb"[A-Z]+ ([^ ?#]+)")
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_END = b"\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
_TOO_LONG = b"HTTP/1.1 431 Request Header Fields Too Large" + _END
_INCOMPLETE = b"HTTP/1.1 400 Bad Request" + _END


class Arrival:
    """What has arrived of the request that a connection is sending."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.started_at = time.monotonic()
        # Of head and body; None while the head is incomplete.
        self.size: int | None = None
        self.has_ended = False
        self.expects_continue = False

    def add(self, data: bytes) -> None:
        searched = max(0, len(self.data) - len(_HEAD_END) + 1)
        self.data += data
        end = self.data.find(_HEAD_END, searched) if self.size is None else -1
        if end >= 0:
            head = bytes(self.data[: end + 2])
            length = bytes_to_wait_for(head)
            self.size = end + len(_HEAD_END) + length
            self.expects_continue = bool(length and _EXPECTS.search(head))

    @property
    def is_complete(self) -> bool:
        """Whether a thread can go on without waiting."""
        return self.size is not None and len(self.data) >= self.size

    @property
    def is_head_too_long(self) -> bool:
        return self.size is None and len(self.data) > MAX_HEAD_BYTES


class Farewell:
    """A connection that was answered for the last time and that its client has not closed yet."""

    def __init__(self) -> None:
        self.drained = 0


def bytes_to_wait_for(head: bytes) -> int:
    """The length of the body; 0 where the application will refuse it, or read it as an upload."""
    lengths = _LENGTH.findall(head)
    if len(lengths) != 1:
        return 0  # no body, or one that gunicorn or the application refuses
    target = _TARGET.match(head)
    path = unquote(target[1].decode("latin-1")) if target else ""
    length = int(lengths[0])
    return length if length <= min(body_limit(path), TEXT_BYTES) else 0


class PacedReader(SocketUnreader):  # type: ignore[misc]  # gunicorn ships no types
    """Reads from the client until the deadline, and waits a short time for each piece."""

    deadline: float | None = None

    def chunk(self, size_hint: int | None = None) -> bytes:
        if self.deadline is None:
            return self._receive(size_hint)
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the body arrives too slowly")
        self.sock.settimeout(min(left, STALL_SECONDS))
        try:
            return self._receive(size_hint)
        finally:
            self.sock.settimeout(WRITE_SECONDS)

    def _receive(self, size_hint: int | None) -> bytes:
        data: bytes = super().chunk(size_hint)
        return data


class BufferingWorker(gthread.ThreadWorker):  # type: ignore[misc]  # gunicorn ships no types
    """See the module."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        # Bytes by connection; one that gunicorn forgets is forgotten here.
        self._waiting: WeakKeyDictionary[Any, int] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def handle(self, conn: Any) -> Any:
        """Runs in a thread, for a connection that has something to read.

        Returns what gunicorn expects: `_DEFER` to be called again when more arrives, True to keep
        the connection for another request, False to close it.
        """
        state = vars(conn).get("arrival") or self._begin(conn)
        if isinstance(state, Farewell):
            return gthread._DEFER if _drain(conn.sock, state) else _drop(conn)
        is_open = _receive(conn.sock, state)
        if not is_open or time.monotonic() - state.started_at > REQUEST_SECONDS:
            return _drop(conn)
        if state.is_head_too_long:
            return self._refuse(conn, _TOO_LONG)
        if state.has_ended and not state.is_complete:
            return self._refuse(conn, _INCOMPLETE)
        if not state.is_complete:
            return gthread._DEFER if self._may_wait(conn, state) else _drop(conn)
        self._forget(conn)
        return self._serve(conn, state) or self._part(conn)

    def handle_request(self, req: Any, conn: Any) -> Any:
        reader: PacedReader = conn.parser.unreader
        conn.sock.settimeout(WRITE_SECONDS)
        seconds = UPLOAD_SECONDS + _length_of(req) / UPLOAD_BYTES_PER_SECOND
        reader.deadline = time.monotonic() + seconds
        try:
            return super().handle_request(req, conn)
        finally:
            reader.deadline = None

    def _keepalive_after(self, conn: Any, keepalive: Any) -> bool:
        """Whether the connection can be reused: not if a body would have to be waited for."""
        left = getattr(conn.parser.mesg.body.reader, "length", None)
        buffered = len(conn.parser.unreader.buf.getvalue())
        if left is None or left > buffered:
            return False
        return bool(super()._keepalive_after(conn, keepalive))

    def _begin(self, conn: Any) -> Arrival:
        """A new request; it begins with what was read behind the one before."""
        conn.arrival = arrival = Arrival()
        if conn.initialized:
            arrival.add(conn.parser.unreader.take_buffered())
        else:
            conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        return arrival

    def _may_wait(self, conn: Any, arrival: Arrival) -> bool:
        """Whether this worker can hold what has arrived until there is more."""
        if arrival.expects_continue:
            arrival.expects_continue = False
            _send(conn.sock, _CONTINUE)
        with self._lock:
            self._waiting[conn] = len(arrival.data)
            return sum(self._waiting.values()) <= MAX_WAITING_BYTES

    def _forget(self, conn: Any) -> None:
        conn.arrival = None
        with self._lock:
            self._waiting.pop(conn, None)

    def _serve(self, conn: Any, arrival: Arrival) -> Any:
        conn.sock.setblocking(True)
        if not conn.initialized:
            conn.init()
            conn.parser.unreader = PacedReader(conn.sock)
        conn.parser.unreader.unread(bytes(arrival.data))
        # If gunicorn reads the head in another way and wants more of it.
        conn.parser.unreader.deadline = time.monotonic() + STALL_SECONDS
        return super().handle(conn)

    def _refuse(self, conn: Any, answer: bytes) -> Any:
        self._forget(conn)
        _send(conn.sock, answer)
        return self._part(conn)

    def _part(self, conn: Any) -> Any:
        """Wait in the loop for the client to close, where gunicorn would stop the loop for it."""
        try:
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            return _drop(conn)
        conn.arrival = Farewell()
        return gthread._DEFER


def _receive(sock: Any, arrival: Arrival) -> bool:
    """Take what is there, without waiting. False if the connection is closed or broken."""
    sock.setblocking(False)
    while not arrival.is_complete and not arrival.is_head_too_long:
        try:
            data = sock.recv(_RECEIVE_BYTES)
        except BlockingIOError:
            return True
        except OSError:
            return False
        if not data:
            arrival.has_ended = True
            return bool(arrival.data)
        arrival.add(data)
    return True


def _drain(sock: Any, farewell: Farewell) -> bool:
    """Throw away what the client still sends. False when it has closed, or sends too much."""
    sock.setblocking(False)
    while farewell.drained < MAX_DRAINED_BYTES:
        try:
            data = sock.recv(_RECEIVE_BYTES)
        except BlockingIOError:
            return True
        except OSError:
            return False
        if not data:
            return False
        farewell.drained += len(data)
    return False


def _drop(conn: Any) -> bool:
    """Close without waiting: gunicorn's loop would wait for the client, but not after this."""
    with suppress(OSError):
        conn.sock.shutdown(socket.SHUT_RDWR)
    return False


def _send(sock: Any, data: bytes) -> None:
    """Send a few bytes if the connection takes them at once."""
    sock.setblocking(False)
    with suppress(OSError):
        sock.send(data)


def _length_of(req: Any) -> int:
    return next((int(value) for name, value in req.headers if name == "CONTENT-LENGTH"), 0)
