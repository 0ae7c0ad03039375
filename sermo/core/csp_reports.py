"""Reports of browsers about the Content Security Policy, counted and otherwise forgotten.

A report names the address that a member had open, what was blocked, and sometimes words of the
page. Only three words of our own lists are kept: the directive, the name of the page, and what kind
of source was blocked. The counts are in the Redis in memory and end after `KEEP_DAYS`.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import Resolver404, resolve
from django.utils import timezone

from sermo.core.quotas import CSP_REPORTS, spend
from sermo.core.redis import connection

MAX_BODY_BYTES = 16 * 1024
MAX_REPORTS_IN_A_BODY = 20
KEEP_DAYS = 7
OTHER = "other"
# What browsers write instead of the address that was blocked.
BLOCKED_KINDS = {"inline", "eval", "wasm-eval", "trusted-types-policy", "trusted-types-sink"}
DIRECTIVES = {
    *settings.CONTENT_SECURITY_POLICY["DIRECTIVES"],
    *("script-src-elem", "script-src-attr", "style-src-elem", "style-src-attr", "frame-src"),
}


@dataclass(frozen=True)
class CountedReport:
    """How often a directive was broken on a page, on one day."""

    day: str
    directive: str
    page: str
    blocked: str
    n: int


def count_reports(body: bytes) -> None:
    """Count the reports in the body of one request. What cannot be read is ignored.

    Raises `QuotaReached` if the whole site has sent too many: nobody's are told from others'.
    """
    spend(CSP_REPORTS, "site")
    key = _key(timezone.now().date())
    with connection().pipeline(transaction=False) as counts:
        for report in list(_reports(body))[:MAX_REPORTS_IN_A_BODY]:
            counts.hincrby(key, " ".join(_words(report)), 1)
        counts.expire(key, dt.timedelta(days=KEEP_DAYS))
        counts.execute()


def recent_reports() -> list[CountedReport]:
    """What was counted in the last days, newest day first, then most often."""
    today = timezone.now().date()
    rows = []
    for day in (today - dt.timedelta(days=ago) for ago in range(KEEP_DAYS)):
        stored: Any = connection().hgetall(_key(day))
        for name, n in stored.items():
            directive, page, blocked = name.decode().split(" ")
            rows.append(CountedReport(day.isoformat(), directive, page, blocked, int(n)))
    return sorted(rows, key=lambda row: (row.day, row.n), reverse=True)


def _key(day: dt.date) -> str:
    return f"csp-reports:{day.isoformat()}"


def _reports(body: bytes) -> Iterable[Mapping[str, Any]]:
    """The reports in either format: that of `report-uri`, or a list of the Reporting API."""
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        return
    for entry in sent if isinstance(sent, list) else [sent]:
        report = entry.get("csp-report", entry.get("body")) if isinstance(entry, dict) else None
        if isinstance(report, dict):
            yield report


def _words(report: Mapping[str, Any]) -> tuple[str, str, str]:
    """Directive, page and kind of source, each from a list of our own."""
    directive = _first(report, "effective-directive", "effectiveDirective", "violated-directive")
    blocked = _first(report, "blocked-uri", "blockedURL")
    page = _first(report, "document-uri", "documentURL")
    name = directive.split(" ")[0]
    return (
        name if name in DIRECTIVES else OTHER,
        _page_name(page),
        blocked if blocked in BLOCKED_KINDS else _kind_of(blocked),
    )


def _first(report: Mapping[str, Any], *names: str) -> str:
    return next((value for name in names if isinstance(value := report.get(name), str)), "")


def _page_name(address: str) -> str:
    """The name of our own address, without the ids in it."""
    try:
        return resolve(urlsplit(address).path).view_name.replace(" ", "-") or OTHER
    except (Resolver404, ValueError):
        return OTHER


def _kind_of(blocked: str) -> str:
    """Whether an address is of this site."""
    try:
        host = urlsplit(blocked).hostname
    except ValueError:
        return OTHER
    return "own-address" if host in settings.ALLOWED_HOSTS else OTHER
