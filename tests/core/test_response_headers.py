"""Headers of every answer, cookies, and methods (docs/design/security.md, ASVS V3, V4 and V13)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from sermo.local_stack import ephemeral
from sermo.members.viewer import Viewer
from tests.factories import make_case

pytestmark = pytest.mark.django_db(databases=["default", "identity"])

ANSWERS: dict[str, tuple[str, int]] = {
    "landing": ("/", 200),
    "sign-in": ("/accounts/login/", 200),
    "feed without a session": ("/cases/", 302),
    "nothing": ("/nowhere/", 404),
    "plain text": ("/healthz", 200),
    "json": ("/readyz", 200),
    "worker": ("/sw.js", 200),
}
EXPECTED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
SETTINGS_OF_HTTPS = (
    *(f"{name}_COOKIE_NAME" for name in ("SESSION", "CSRF", "DEVICE")),
    *("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"),
    *("SESSION_COOKIE_HTTPONLY", "CSRF_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE"),
    *("SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_SSL_REDIRECT", "DEBUG"),
)


@pytest.fixture(params=ANSWERS, ids=str)
def answer(request: pytest.FixtureRequest) -> Any:
    path, status = ANSWERS[request.param]
    response = Client().get(path)
    assert response.status_code == status
    return response


def test_every_answer_has_the_headers_that_bind_a_browser(answer: Any) -> None:
    assert {name: answer.headers.get(name) for name in EXPECTED} == EXPECTED
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_every_answer_has_a_content_security_policy(answer: Any) -> None:
    policy = answer.headers["Content-Security-Policy"]

    for directive in (
        "default-src 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "object-src 'none'",
        "require-trusted-types-for 'script'",
    ):
        assert directive in policy
    assert "unsafe" not in policy


def test_an_answer_with_text_says_its_type_and_its_characters(answer: Any) -> None:
    kind = answer.headers["Content-Type"]

    assert kind.startswith(("text/", "application/json"))
    assert "charset=utf-8" in kind or kind == "application/json"


def test_a_page_of_a_member_is_stored_nowhere(
    osler: Viewer, client_for: Callable[[Viewer], Client]
) -> None:
    case = make_case(osler)

    for path in ("/cases/", f"/cases/{case.public_id}/", "/me/", "/inbox/", "/search/?q=rash"):
        page = client_for(osler).get(path)
        assert (path, page.status_code, page.headers["Cache-Control"]) == (path, 200, "no-store")


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/healthz"])
def test_other_methods_are_refused(method: str, path: str) -> None:
    answer = Client().generic(method, path, b"<script>mark</script>")

    assert answer.status_code in {403, 405}
    assert b"<script>mark</script>" not in answer.content


@pytest.mark.parametrize("path", ["/static/", "/static/js/", "/.git/config", "/.env", "/manage.py"])
def test_no_folder_is_listed_and_no_file_of_the_source_is_served(path: str) -> None:
    assert Client().get(path).status_code == 404


def test_cookies_and_transport_of_a_site_with_https() -> None:
    names = [*SETTINGS_OF_HTTPS]
    program = (
        "import json; from django.conf import settings; "
        f"print(json.dumps({{name: getattr(settings, name) for name in {names}}}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={
            **_without_site(),
            **ephemeral.production(),
            "DJANGO_SETTINGS_MODULE": "sermo.settings",
        },
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    site = json.loads(done.stdout)

    for name in ("SESSION", "CSRF", "DEVICE"):
        assert site[f"{name}_COOKIE_NAME"].startswith("__Host-")
    for name in ("SESSION", "CSRF"):
        assert site[f"{name}_COOKIE_SECURE"] is True
        assert site[f"{name}_COOKIE_HTTPONLY"] is True
    assert site["SESSION_COOKIE_SAMESITE"] == "Lax"
    assert site["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert site["SECURE_HSTS_INCLUDE_SUBDOMAINS"]
    assert site["SECURE_SSL_REDIRECT"]
    assert site["DEBUG"] is False


def _without_site() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("SERMO_")}
