"""The site's gunicorn on the tests' databases, and the nginx of the deployment in front of it."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

import pytest

from sermo.local_stack.paths import project
from tests.verification.celery_worker import on_test_databases
from tests.waiting import MAX_WAIT_SECONDS, wait_until

CONFIG = project() / "sermo" / "local_stack" / "docker" / "nginx.conf"
# Set by .ci/run, which installs nginx: then a missing one is an error.
REQUIRED = "SERMO_REQUIRE_NGINX"
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


def nginx_program() -> str:
    """The program; the test that calls this is skipped where there is none."""
    found = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    if found:
        return found
    if os.environ.get(REQUIRED):
        pytest.fail("nginx is missing, and this run must test the proxy")
    return pytest.skip("nginx is not installed (Debian: apt install nginx)")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Site:
    """Where nginx and gunicorn listen; both at 127.0.0.1."""

    proxy_port: int
    web_port: int
    web: subprocess.Popen[bytes]
    proxy_log: Path


@contextmanager
def web_process(
    folder: Path, port: int, *, threads: int = 4, **environment: str
) -> Iterator[subprocess.Popen[bytes]]:
    """The site's gunicorn with one worker process, until the block ends."""
    with (folder / "web.log").open("wb") as log:
        web = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "python:sermo.gunicorn", "sermo.wsgi"],
            cwd=project(),
            env={
                **os.environ,
                **on_test_databases(),
                "DJANGO_SETTINGS_MODULE": "tests.settings",
                "SERMO_BASE_URL": f"http://localhost:{port}",
                "SERMO_BIND": f"127.0.0.1:{port}",
                "SERMO_TRUSTED_PROXIES": "none",
                "SERMO_WEB_WORKERS": "1",
                "SERMO_WEB_THREADS": str(threads),
                **environment,
            },
            stdout=log,
            stderr=log,
        )
        try:
            wait_until(lambda: _answers(port), "gunicorn answers")
            yield web
        finally:
            web.terminate()
            web.wait(MAX_WAIT_SECONDS)


@contextmanager
def proxied_site(folder: Path, *, trusted: str = "127.0.0.1", threads: int = 4) -> Iterator[Site]:
    """Both processes, until the block ends."""
    program = nginx_program()
    proxy_port, web_port = free_port(), free_port()
    address = f"http://localhost:{proxy_port}"
    settings = {"SERMO_BASE_URL": address, "SERMO_TRUSTED_PROXIES": trusted}
    with (
        web_process(folder, web_port, threads=threads, **settings) as web,
        _nginx(program, folder, proxy_port, web_port) as proxy_log,
    ):
        yield Site(proxy_port, web_port, web, proxy_log)


@contextmanager
def _nginx(program: str, folder: Path, port: int, upstream: int) -> Iterator[Path]:
    """The deployment's file with other ports and folders; the file of its output."""
    status = free_port()
    text = CONFIG.read_text()
    for ours, here in {
        "server web:8000": f"server 127.0.0.1:{upstream}",
        "listen 8080": f"listen 127.0.0.1:{port}",
        "listen 127.0.0.1:8081": f"listen 127.0.0.1:{status}",
        "/tmp/sermo-": f"{folder}/",
        "/etc/nginx/tls/": f"{folder}/tls/",
    }.items():
        assert ours in text
        text = text.replace(ours, here)
    (folder / "nginx.conf").write_text(text)
    log = folder / "proxy.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [
                program,
                "-p",
                folder,
                "-c",
                folder / "nginx.conf",
                "-e",
                "stderr",
                "-g",
                "daemon off;",
            ],
            stdout=out,
            stderr=out,
        )
        try:
            wait_until(lambda: _answers(port), "nginx answers")
            yield log
        finally:
            process.terminate()
            process.wait(MAX_WAIT_SECONDS)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), MAX_WAIT_SECONDS).close()
    except ConnectionRefusedError:
        return False
    return True


@dataclass
class Visitor:
    """A browser at an address of its own: any of 127.0.0.0/8 is this machine (on Linux)."""

    port: int
    address: str
    cookies: dict[str, str] = field(default_factory=dict)

    def send(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, str, http.client.HTTPMessage]:
        """Status, text and headers of the response."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, MAX_WAIT_SECONDS, source_address=(self.address, 0)
        )
        kept = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        own = {"Host": f"localhost:{self.port}", "Cookie": kept} | {
            name.replace("_", "-"): value for name, value in (headers or {}).items()
        }
        try:
            connection.request(method, path, body, own)
            response = connection.getresponse()
            text = response.read().decode()
        finally:
            connection.close()
        for header in response.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: item.value for name, item in SimpleCookie(header).items()}
        return response.status, text, response.headers

    def sign_in(self, email: str, password: str, **headers: str) -> bool:
        """Whether the site let this visitor in."""
        _, page, _ = self.send("GET", "/accounts/login/", headers=headers)
        token = _TOKEN.search(page)
        assert token, page
        fields = {"csrfmiddlewaretoken": token[1], "login": email, "password": password}
        status, _, _ = self.send(
            "POST",
            "/accounts/login/",
            urlencode(fields).encode(),
            {"Content-Type": "application/x-www-form-urlencoded", **headers},
        )
        return status == http.client.FOUND
