"""No request is read beyond the limit of its address, and no upload touches a disk in clear.

Against the site's real gunicorn: every address, with a body that is declared too large, that has no
declared length, and that is not what it declares.
"""

from __future__ import annotations

import io
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadhandler import load_handler
from django.http import HttpRequest
from django.urls import reverse

from cases.models import Image
from sermo.core.body_limits import IMAGE_UPLOAD_BYTES, body_limit
from sermo.core.request_body import RequestBody
from tests.access_cast import NAMES
from tests.core.real_site import head, long, running_site, signed, upload_address
from tests.factories import client_for, make_viewer
from tests.waiting import wait_until

pytestmark = [
    pytest.mark.django_db(databases=["default", "identity"], transaction=True),
    pytest.mark.usefixtures("socket_enabled"),
    pytest.mark.skipif(sys.platform != "linux", reason="reads the memory of a process in /proc"),
]
MIB = 1024 * 1024
CANARY = b"ZOE EXAMPLE 1958-02-06 "
VALUES: dict[str, object] = {
    "concept_id": "00000000-0000-0000-0000-000000000000",
    "option_id": "00000000-0000-0000-0000-000000000000",
    "subject": "00000000-0000-0000-0000-000000000000",
    "number": 1,
    "frame": 1,
    "kind": "case",
    "direction": "up",
    "size": "480",
    "provider": "nppes",
    "token": "word",
    "pk": 1,
}
PATHS = sorted(
    reverse(name, kwargs={key: VALUES.get(key, "0" * 12) for key in parameters})
    for name, (_, parameters) in NAMES.items()
)


def test_no_address_reads_what_is_too_large_has_no_length_or_does_not_come(
    tmp_path: Path,
) -> None:
    """600 MB are sent as far as the site takes them. Its memory does not grow by a form."""
    many = b"word=" + CANARY * 10_000
    answers: dict[str, tuple[int, int, int]] = {}
    with running_site(tmp_path) as site:
        for path in PATHS:  # once, so that what is loaded on first use is loaded
            site.answer(head("GET", path, "Connection: close"))
        before = site.memory
        for path in PATHS:
            answers[path] = (
                site.answer(long(path, 600 * MIB), many),
                site.answer(
                    head("POST", path, "Transfer-Encoding: chunked"),
                    b"%x\r\n%b\r\n" % (len(many), many),
                ),
                site.answer(long(path, 1000), b"word=", ends=True),
            )
        grown = site.memory - before

    assert {path: codes for path, codes in answers.items() if codes != (413, 411, 400)} == {}
    assert len(answers) > 150
    assert grown < 8 * MIB


def test_an_upload_of_nobody_is_refused_before_it_is_sent(tmp_path: Path) -> None:
    """A visitor, and a member who is not the author."""
    author, other = make_viewer("osler"), make_viewer("garrett")
    path = upload_address(author)
    a_part = b"--BOUNDARY\r\n" + CANARY * 10_000
    with running_site(tmp_path) as site:
        site.answer(head("GET", "/accounts/login/"))
        visitor = site.answer(long(path, 40 * MIB), a_part)
        applicant_only = site.answer(signed(other, "/join/evidence/", 20 * MIB), a_part)
        not_the_author = site.answer(signed(other, path, 20 * MIB), a_part, ends=True)

    assert (visitor, applicant_only) == (302, 302)
    assert not_the_author == 400


def picture_form(size: int) -> bytes:
    disposition = b'Content-Disposition: form-data; name="images"; filename="zoe.jpg"'
    start = b"--BOUNDARY\r\n" + disposition + b"\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8\xff"
    return start + CANARY * (size // len(CANARY)) + b"\r\n--BOUNDARY--\r\n"


def test_a_killed_process_leaves_nothing_of_an_upload(tmp_path: Path) -> None:
    author = make_viewer("osler")
    body = picture_form(30 * MIB)
    path = upload_address(author)
    with running_site(tmp_path) as site:
        before = site.memory
        with site.send(signed(author, path, len(body)).encode() + body[: 24 * MIB]):
            wait_until(lambda: site.memory > before + 16 * MIB, "the upload is being read")
            left = files_with_text(tmp_path)
            os.kill(site.worker, signal.SIGKILL)
            wait_until(lambda: site.answer(head("GET", "/healthz")) == 200, "another worker")

        assert left == files_with_text(tmp_path) == []
    assert not Image.objects.exists()


def test_a_whole_upload_is_stored_encrypted_and_nowhere_else(tmp_path: Path) -> None:
    author = make_viewer("osler")
    body = picture_form(30 * MIB)
    path = upload_address(author)
    with running_site(tmp_path) as site:
        status = site.answer(signed(author, path, len(body)), body)

        stored = [file.stat().st_size for file in (tmp_path / "tmp").rglob("quarantine/*/*")]
        assert files_with_text(tmp_path) == []
    assert status == 302
    assert [size > 30 * MIB - 100 for size in stored] == [True]


def files_with_text(folder: Path) -> list[Path]:
    """Files that hold what was sent; all that the process writes is in this folder."""
    return [file for file in folder.rglob("*") if file.is_file() and CANARY in file.read_bytes()]


def test_no_upload_handler_writes_to_a_disk() -> None:
    handlers = [load_handler(name, HttpRequest()) for name in settings.FILE_UPLOAD_HANDLERS]

    assert [type(handler).__name__ for handler in handlers] == ["MemoryFileUploadHandler"]
    assert max(map(body_limit, PATHS)) <= settings.FILE_UPLOAD_MAX_MEMORY_SIZE
    assert settings.MAX_IMAGE_BYTES < IMAGE_UPLOAD_BYTES


@pytest.mark.parametrize(("length", "limit"), [(11, 10), (10**12, 64 * 1024)])
def test_a_body_beyond_its_limit_is_not_begun(length: int, limit: int) -> None:
    source = io.BytesIO(b"x" * 100)
    body = RequestBody(source, length=length, limit=limit)

    for read in (body.read, body.readline):
        with pytest.raises(OSError, match="larger"):
            read(1)

    assert source.tell() == 0


def test_a_body_is_read_to_its_declared_end_and_not_beyond() -> None:
    source = io.BytesIO(b"one\ntwo and the next request")
    body = RequestBody(source, length=7, limit=10)

    assert (body.readline(), body.read(), body.read(5)) == (b"one\n", b"two", b"")
    assert source.tell() == 7


def test_a_body_that_ends_early_is_no_shorter_form() -> None:
    body = RequestBody(io.BytesIO(b"text=half"), length=20, limit=100)
    body.read(9)

    with pytest.raises(OSError, match="declared length"):
        body.read(11)

    assert body.problem is not None
    assert body.problem.status == 400


class Slow:
    def read(self, _size: int) -> bytes:
        raise TimeoutError

    readline = read


def test_a_body_that_is_too_slow_is_told_so() -> None:
    body = RequestBody(Slow(), length=20, limit=100)

    with pytest.raises(TimeoutError):
        body.read(5)

    assert body.problem is not None
    assert body.problem.status == 408


@pytest.mark.parametrize(
    ("headers", "status", "words"),
    [
        ({"CONTENT_LENGTH": str(65 * 1024)}, 413, "64 kB"),
        ({"CONTENT_LENGTH": "many"}, 400, "Only a part"),
        ({"HTTP_TRANSFER_ENCODING": "chunked"}, 411, "how long"),
        ({"HTTP_CONTENT_ENCODING": "gzip"}, 415, "Compressed"),
    ],
)
def test_a_refused_form_says_what_to_do(headers: dict[str, Any], status: int, words: str) -> None:
    client = client_for(None)

    page = client.post(reverse("account_login"), {"login": "x"}, **headers)
    part = client.post(reverse("account_login"), {"login": "x"}, HTTP_HX_REQUEST="true", **headers)

    assert (page.status_code, part.status_code) == (status, status)
    assert words in page.content.decode()
    assert "Nothing was saved" in page.content.decode()
    # For a script beside the form, which keeps what was typed.
    assert words in part.content.decode()
    assert "<html" not in part.content.decode()


ODD_FORMS = {
    "too many fields": ("application/x-www-form-urlencoded", b"a=1&" * 3000),
    "no boundary": ("multipart/form-data", b"--B\r\n\r\n"),
    "a boundary of a thousand": ("multipart/form-data; boundary=" + "b" * 1000, b"x"),
    "a part without an end": (
        "multipart/form-data; boundary=B",
        b'--B\r\nContent-Disposition: form-data; name="login"\r\n\r\nhalf',
    ),
    "a part with a long head": (
        "multipart/form-data; boundary=B",
        b'--B\r\nContent-Disposition: form-data; name="' + b"n" * 50_000 + b'"\r\n\r\nx\r\n--B--',
    ),
    "parts in parts": (
        "multipart/form-data; boundary=B",
        b"--B\r\nContent-Type: multipart/mixed; boundary=C\r\n\r\n--C\r\n\r\nx\r\n--C--\r\n--B--",
    ),
    "many files": (
        "multipart/form-data; boundary=B",
        b"".join(
            b'--B\r\nContent-Disposition: form-data; name="f"; filename="x"\r\n\r\nx\r\n'
            for _ in range(200)
        )
        + b"--B--",
    ),
    "broken base64": (
        "multipart/form-data; boundary=B",
        b'--B\r\nContent-Disposition: form-data; name="login"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\n!!!!\r\n--B--",
    ),
    "an unknown charset": ("application/x-www-form-urlencoded; charset=nothing", b"login=x"),
}


@pytest.mark.parametrize("name", ODD_FORMS)
def test_an_odd_form_is_no_error_of_the_site(name: str) -> None:
    kind, body = ODD_FORMS[name]
    client = client_for(make_viewer("osler"))
    client.raise_request_exception = False

    for path in (reverse("account_login"), reverse("cases:new"), reverse("account_email")):
        status = client.generic("POST", path, body, content_type=kind).status_code
        assert status < 500, path


def test_long_heads_and_many_cookies_are_refused(tmp_path: Path) -> None:
    heads = {
        "a long address": "GET /" + "a" * 5000 + " HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "a long cookie": head("GET", "/", "Cookie: a=" + "b" * 9000),
        "many headers": head("GET", "/", *(f"X-{n}: a" for n in range(100))),
        "a head without an end": "GET / HTTP/1.1\r\nHost: localhost\r\n" + "X-A: b\r\n" * 9000,
    }
    with running_site(tmp_path) as site:
        statuses = {name: site.answer(text) for name, text in heads.items()}
        many_cookies = head("GET", "/", "Cookie: " + "; ".join(f"c{n}=1" for n in range(800)))
        normal = site.answer(many_cookies)

    assert set(statuses.values()) <= {400, 414, 431}
    assert normal == 200
