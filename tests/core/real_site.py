"""The site's real gunicorn on the tests' databases, and clients that write each byte themselves."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

from django.urls import reverse

from sermo.members.viewer import Viewer
from tests.factories import client_for
from tests.factories_cases import make_draft
from tests.packaging.proxied_site import free_port, web_process
from tests.waiting import MAX_WAIT_SECONDS


@dataclass
class Site:
    port: int
    process: Popen[bytes]

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), MAX_WAIT_SECONDS)

    def send(self, data: bytes) -> socket.socket:
        connection = self.connect()
        connection.sendall(data)
        return connection

    def answer(self, head: str, body: bytes = b"", *, ends: bool = False) -> int:
        """The status; `ends` tells the site that no more will come."""
        with self.send(head.encode() + body) as connection:
            if ends:
                connection.shutdown(socket.SHUT_WR)
            return status_of(connection)

    @property
    def worker(self) -> int:
        """The id of the worker process."""
        pid = self.process.pid
        [child] = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return int(child)

    @property
    def memory(self) -> int:
        """Bytes that the worker process holds."""
        pages = Path(f"/proc/{self.worker}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")


def status_of(connection: socket.socket) -> int:
    line = connection.recv(65536).split(b"\r\n", 1)[0]
    assert line.startswith(b"HTTP/1.1 "), line
    return int(line.split()[1])


@contextmanager
def running_site(folder: Path, *, threads: int = 2) -> Iterator[Site]:
    port = free_port()
    (folder / "tmp").mkdir()
    with web_process(folder, port, threads=threads, TMPDIR=str(folder / "tmp")) as process:
        site = Site(port, process)
        # gunicorn listens before it has a worker.
        assert site.answer(head("GET", "/healthz", "Connection: close")) == 200
        yield site


def head(method: str, path: str, *lines: str) -> str:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: localhost", *lines, "", ""])


def long(path: str, length: int, *lines: str) -> str:
    kind = "Content-Type: application/x-www-form-urlencoded"
    return head("POST", path, f"Content-Length: {length}", kind, *lines)


def upload_address(author: Viewer) -> str:
    """Where pictures of a new draft are sent."""
    return reverse("cases:upload", args=[make_draft(author).public_id])


def signed(author: Viewer, path: str, length: int) -> str:
    """The head of a form with files of this member."""
    token = "a" * 32
    cookies = [f"{one.key}={one.value}" for one in client_for(author).cookies.values()]
    return head(
        "POST",
        path,
        f"Cookie: {'; '.join([*cookies, f'csrf={token}'])}",
        f"X-CSRFToken: {token}",
        f"Content-Length: {length}",
        "Content-Type: multipart/form-data; boundary=BOUNDARY",
    )
