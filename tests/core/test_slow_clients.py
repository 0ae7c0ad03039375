"""Clients that are slow or silent, against the site's real gunicorn without a proxy."""

from __future__ import annotations

import http.client
import select
import socket
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.conf import settings

from sermo.core.body_limits import FORM_BYTES, IMAGE_UPLOAD_BYTES, TEXT_BYTES
from tests.core.real_site import head, long, running_site, signed, status_of, upload_address
from tests.factories import make_viewer
from tests.waiting import wait_until

pytestmark = [
    pytest.mark.django_db(databases=["default", "identity"], transaction=True),
    pytest.mark.usefixtures("socket_enabled"),
]
SLOW_CLIENTS = 20
SIGN_IN = "/accounts/login/"
SLOW = {
    "silent": "",
    "half a head": "POST /accounts/login/ HTTP/1.1\r\nHost: loc",
    "a body that does not come": long(SIGN_IN, FORM_BYTES) + "a",
    "a body that waits to be asked for": long(SIGN_IN, FORM_BYTES, "Expect: 100-continue"),
    "a text that does not come": long("/cases/new/", TEXT_BYTES) + "a",
    "a body that is too large": long(SIGN_IN, FORM_BYTES + 1) + "a",
    "an upload of nobody": long("/cases/drafts/000000000000/images/", IMAGE_UPLOAD_BYTES) + "a",
    "chunks": head("POST", SIGN_IN, "Transfer-Encoding: chunked") + "1\r\na\r\n",
    "an answer that nobody takes": head("GET", SIGN_IN, "Connection: close"),
    "a head that is too long": "GET / HTTP/1.1\r\n" + "X-A: b\r\n" * 9000,
}


def test_twenty_slow_clients_of_each_kind_stop_nobody(tmp_path: Path) -> None:
    with running_site(tmp_path) as site, ExitStack() as stack:
        for data in SLOW.values():
            for _ in range(SLOW_CLIENTS):
                stack.enter_context(site.send(data.encode()))

        statuses = [site.answer(head("GET", SIGN_IN, "Connection: close")) for _ in range(5)]

    assert statuses == [http.client.OK] * 5


def test_slow_uploads_of_members_leave_threads_for_others(tmp_path: Path) -> None:
    """Of three threads two read uploads; all other uploads are asked to come again."""
    author = make_viewer("osler")
    upload = signed(author, upload_address(author), 20_000_000).encode() + b"a"
    with running_site(tmp_path, threads=3) as site, ExitStack() as stack:
        uploads = [stack.enter_context(site.send(upload)) for _ in range(SLOW_CLIENTS)]
        wait_until(
            lambda: len(answered(uploads)) == SLOW_CLIENTS - settings.UPLOADS_AT_ONCE,
            "all other uploads are answered",
        )

        statuses = {status_of(one) for one in answered(uploads)}
        page = site.answer(head("GET", SIGN_IN, "Connection: close"))

    assert statuses == {http.client.SERVICE_UNAVAILABLE}
    assert page == http.client.OK
    assert "drafts" not in (tmp_path / "web.log").read_text()


def answered(connections: list[socket.socket]) -> list[socket.socket]:
    """Those that have something to read."""
    return select.select(connections, [], [], 0)[0]
