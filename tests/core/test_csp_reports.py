"""Reports about the Content Security Policy are counted, and nothing else of them is kept."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from sermo.core import csp_reports
from sermo.core.quotas import CSP_REPORTS
from sermo.core.redis import connection
from sermo.members.viewer import Viewer
from tests.access_table import ROLES
from tests.factories import client_for, make_user, make_viewer

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
CASE = "https://sermo.example/cases/abcdefgh1234/?q=secret-words"


def report(**values: Any) -> dict[str, Any]:
    return {
        "csp-report": {
            "document-uri": CASE,
            "effective-directive": "script-src-elem",
            "blocked-uri": "inline",
            "script-sample": "secret-words",
            **values,
        }
    }


def send(body: Any, **headers: str) -> int:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    client = Client(enforce_csrf_checks=True, headers=headers)
    return client.post("/csp-report/", raw, content_type="application/csp-report").status_code


def stored() -> str:
    redis = connection()
    keys = list(redis.scan_iter("csp-reports:*"))
    return f"{keys} {[redis.hgetall(key) for key in keys]}"


def test_a_report_is_counted_by_directive_page_and_kind() -> None:
    assert [send(report()) for _ in range(3)] == [204] * 3

    (counted,) = csp_reports.recent_reports()
    assert (counted.directive, counted.page, counted.blocked, counted.n) == (
        "script-src-elem",
        "cases:detail",
        "inline",
        3,
    )


def test_no_address_query_or_word_of_a_report_is_kept() -> None:
    send(
        report(
            **{
                "blocked-uri": "https://tracker.example/secret-words?member=7",
                "referrer": "https://secret-words.example/",
                "effective-directive": "secret-words",
                "source-file": CASE,
            }
        )
    )
    send(report(**{"document-uri": "https://sermo.example/secret-words/"}))

    kept = stored()
    for secret in ("secret", "abcdefgh1234", "tracker", "https", "?"):
        assert secret not in kept
    assert "other" in kept


def test_the_format_of_the_reporting_api_is_read_too() -> None:
    body = {"documentURL": CASE, "effectiveDirective": "img-src", "blockedURL": "data"}

    assert send([{"type": "csp-violation", "body": body}] * 2) == 204

    (counted,) = csp_reports.recent_reports()
    assert (counted.directive, counted.page, counted.n) == ("img-src", "cases:detail", 2)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[" * 15000, b"\xff", b"7", b'{"csp-report": 7}', b"[null, [], {}]", b'"\\ud800"'],
)
def test_what_cannot_be_read_is_ignored(body: bytes) -> None:
    assert send(body) == 204
    assert csp_reports.recent_reports() == []


def test_a_long_body_and_a_report_from_another_site_are_refused() -> None:
    assert send(b" " * (csp_reports.MAX_BODY_BYTES + 1)) == 413
    assert send(report(), **{"Sec-Fetch-Site": "cross-site"}) == 403
    assert csp_reports.recent_reports() == []


def test_names_and_number_of_counts_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csp_reports, "CSP_REPORTS", replace(CSP_REPORTS, per_hour=30))
    statuses = [
        send(
            report(
                **{
                    "effective-directive": f"odd-{number}",
                    "document-uri": f"https://sermo.example/{number}/",
                }
            )
        )
        for number in range(40)
    ]

    (counted,) = csp_reports.recent_reports()
    assert statuses == [204] * 30 + [429] * 10
    assert (counted.directive, counted.page, counted.n) == ("other", "other", 30)


def test_many_reports_in_one_body_are_cut() -> None:
    send([{"body": report()["csp-report"]}] * 50)

    assert csp_reports.recent_reports()[0].n == csp_reports.MAX_REPORTS_IN_A_BODY


@pytest.mark.parametrize(
    ("site", "role"), [("identity", "registrar"), ("community", "admin")], ids=str
)
def test_staff_of_either_store_see_the_counts_and_nobody_else(site: str, role: str) -> None:
    send(report())
    people: dict[str, Viewer | Any] = {
        "registrar": make_user("registrar", role="registrar"),
        "reviewer": make_user("reviewer", role="reviewer"),
        "admin": make_viewer("admin", role="admin"),
        "moderator": make_viewer("moderator", role="moderator"),
        "member": make_viewer("member"),
    }
    address = f"/admin/{site}/csp-reports/"

    for other, person in people.items():
        response = client_for(person).get(address)
        if other == role:
            assert "cases:detail" in response.content.decode()
        else:
            assert response.status_code in {302, 403, 404}
    assert address in client_for(people[role]).get(f"/admin/{site}/").content.decode()
    assert set(people) <= set(ROLES)


def test_every_page_names_the_address_of_reports() -> None:
    for address in ("/", "/nothing-here/"):
        assert "report-uri /csp-report/" in Client().get(address)["Content-Security-Policy"]
