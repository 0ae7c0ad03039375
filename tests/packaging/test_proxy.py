"""The proxy of the deployment in front of the real web process."""

from __future__ import annotations

import http.client
import json
import re
import socket
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from sermo.core.body_limits import (
    EVIDENCE_UPLOAD_BYTES,
    FORM_BYTES,
    IMAGE_UPLOAD_BYTES,
    LIMITS,
    TEXT_BYTES,
    body_limit,
)
from tests.factories import PASSWORD, make_user
from tests.packaging.proxied_site import CONFIG, Site, Visitor, proxied_site
from tests.waiting import MAX_WAIT_SECONDS, wait_until

pytestmark = [
    pytest.mark.django_db(databases=["default", "identity"], transaction=True),
    pytest.mark.usefixtures("socket_enabled"),
    pytest.mark.skipif(sys.platform != "linux", reason="other systems have one loopback address"),
]
ATTACKER, OWNER = "127.0.0.66", "127.0.0.7"
# More than an address may send in a minute.
GUESSES = 14


def attack(port: int, **headers: str) -> None:
    """Wrong passwords for as many addresses, so that none of them is closed by its own counter."""
    for number in range(GUESSES):
        Visitor(port, ATTACKER).sign_in(f"nobody{number}@mail.example", "wrong", **headers)


def test_an_attacker_is_kept_out_and_everybody_else_signs_in(tmp_path: Path) -> None:
    make_user("osler")
    with proxied_site(tmp_path) as site:
        attack(site.proxy_port)

        assert not Visitor(site.proxy_port, ATTACKER).sign_in("osler@mail.example", PASSWORD)
        assert Visitor(site.proxy_port, OWNER).sign_in("osler@mail.example", PASSWORD)
        assert warnings(site) == []


def test_an_attacker_who_writes_addresses_of_others_is_kept_out_too(tmp_path: Path) -> None:
    make_user("osler")
    with proxied_site(tmp_path) as site:
        for port in (site.proxy_port, site.web_port):
            for number in range(GUESSES):
                Visitor(port, ATTACKER).sign_in(
                    f"nobody{port}-{number}@mail.example",
                    "wrong",
                    X_Forwarded_For=f"203.0.113.{number}",
                    Forwarded=f"for=203.0.113.{number}",
                    X_Real_IP=f"203.0.113.{number}",
                )

            assert not Visitor(port, ATTACKER).sign_in(
                "osler@mail.example", PASSWORD, X_Forwarded_For="203.0.113.99"
            )
        assert Visitor(site.proxy_port, OWNER).sign_in("osler@mail.example", PASSWORD)
        # The attacker's own connections to the web process.
        assert warnings(site) != []


def test_a_proxy_that_is_not_named_makes_one_client_of_all_and_readyz_says_so(
    tmp_path: Path,
) -> None:
    make_user("osler")
    with proxied_site(tmp_path, trusted="none") as site:
        attack(site.proxy_port)

        assert not Visitor(site.proxy_port, OWNER).sign_in("osler@mail.example", PASSWORD)
        assert "SERMO_TRUSTED_PROXIES" in warnings(site)[0]


def warnings(site: Site) -> list[str]:
    _, text, _ = Visitor(site.proxy_port, OWNER).send("GET", "/readyz")
    found: list[str] = json.loads(text)["warnings"]
    return found


def announce(site: Site, path: str, length: int) -> socket.socket:
    """A request that says how long its body is, and sends one byte of it."""
    connection = socket.create_connection(
        ("127.0.0.1", site.proxy_port), MAX_WAIT_SECONDS, source_address=(OWNER, 0)
    )
    head = f"POST {path} HTTP/1.1\r\nHost: localhost:{site.proxy_port}\r\nContent-Length: {length}"
    connection.sendall(f"{head}\r\n\r\nx".encode())
    return connection


BYTES_BY_PATH = {
    "/accounts/login/": FORM_BYTES,
    "/cases/": TEXT_BYTES,
    "/cases/drafts/0123456789ab/": IMAGE_UPLOAD_BYTES,
    "/cases/drafts/0123456789ab/images/": IMAGE_UPLOAD_BYTES,
    "/join/evidence/": EVIDENCE_UPLOAD_BYTES,
    "/join/evidence/0123456789ab/remove/": FORM_BYTES,
}


def test_a_body_that_is_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    answers = {}
    with proxied_site(tmp_path) as site:
        for path, limit in BYTES_BY_PATH.items():
            with announce(site, path, limit + 1) as connection:
                answers[path] = connection.recv(65536).decode()

    for path, answer in answers.items():
        assert answer.startswith("HTTP/1.1 413 "), path
        assert "Nothing was saved. Go back" in answer


def test_slow_bodies_hold_no_thread_of_the_site(tmp_path: Path) -> None:
    with proxied_site(tmp_path, threads=1) as site:
        slow = [announce(site, "/accounts/login/", FORM_BYTES) for _ in range(40)]

        status, _, _ = Visitor(site.proxy_port, OWNER).send("GET", "/accounts/login/")

        for connection in slow:
            connection.close()
    assert status == http.client.OK


def test_no_request_is_written_down_whatever_becomes_of_it(tmp_path: Path) -> None:
    with proxied_site(tmp_path) as site:
        visitor = Visitor(site.proxy_port, ATTACKER)
        visitor.send("GET", "/cases/secret-page/?q=secret-words")
        announce(site, "/cases/secret-page/", 10**9).close()
        site.web.terminate()
        site.web.wait(MAX_WAIT_SECONDS)
        status, text, headers = visitor.send("GET", "/cases/secret-page/")

        wait_until(lambda: b"worker process" in site.proxy_log.read_bytes(), "nginx has started")
        written = "".join(path.read_text() for path in [site.proxy_log, tmp_path / "web.log"])

    assert (status, headers["Retry-After"]) == (http.client.SERVICE_UNAVAILABLE, "30")
    assert "Try again" in text
    assert "secret" not in written
    assert ATTACKER not in written


def directives(text: str) -> list[tuple[str, str]]:
    plain = re.sub(r"#.*", "", text)
    return re.findall(r"^\s*([a-z_]+)\s+([^;{]*);", plain, re.MULTILINE)


def test_the_configuration_repeats_the_limits_of_the_application() -> None:
    text = CONFIG.read_text()
    by_location = re.findall(r"location ~ (\S+) \{\s*client_max_body_size (\d+)m;", text)
    [general] = re.findall(r"^    client_max_body_size (\d+)k;", text, re.MULTILINE)

    assert {path: body_limit(path) for path in BYTES_BY_PATH} == BYTES_BY_PATH
    # In the same order: the first that matches counts, here and there.
    assert [(path, int(size) * 1024 * 1024) for path, size in by_location] == list(LIMITS.items())
    assert int(general) * 1024 == FORM_BYTES


def test_the_configuration_overwrites_every_header_that_the_site_believes() -> None:
    written = dict(
        value.split(maxsplit=1)
        for name, value in directives(CONFIG.read_text())
        if name == "proxy_set_header"
    )

    assert written["X-Forwarded-For"] == "$remote_addr"
    assert written["X-Forwarded-Proto"] == "$scheme"
    assert {written[name] for name in ("Forwarded", "X-Real-IP", "X-Forwarded-Host")} == {'""'}


def test_bodies_wait_in_memory_and_answers_are_stored_nowhere(settings: Any) -> None:
    service = yaml.safe_load((settings.BASE_DIR / "docker-compose.yml").read_text())["services"][
        "proxy"
    ]
    found = dict(directives(CONFIG.read_text()))

    assert found["client_body_temp_path"].startswith("/tmp/")
    assert found["proxy_max_temp_file_size"] == "0"
    assert service["read_only"] is True
    assert service["tmpfs"][0].startswith("/tmp:")
    assert service["mem_limit"] == service["memswap_limit"]
