"""The scanners that attack: wapiti and sqlmap, against a site of their own on this machine."""

from __future__ import annotations

import json
import re
import shutil
import socket
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from tools.chaos.browser import Browser, found
from tools.chaos.people import PASSWORD
from tools.chaos.site import Site
from tools.scan.environment import Programs
from tools.scan.findings import Finding, Result

# Without those that call a server of wapiti's authors (ssrf, xxe, log4shell) or update lists.
MODULES = (
    "cookieflags,crlf,csp,csrf,exec,file,http_headers,methods,permanentxss,redirect,"
    "sql,timesql,upload,xss"
)
SQLMAP_SECONDS = 45
SQLMAP = (
    *("--batch", "--level", "1", "--risk", "1", "--threads", "1", "--time-sec", "2"),
    *("--timeout", "10", "--retries", "1", "--disable-coloring", "--flush-session"),
    *("--dbms", "PostgreSQL", "--ignore-code", "*"),
)
_PUBLIC_ID = re.compile(r"(?<=/)[a-z0-9]{12}(?=/|$)")


def attack(programs: Programs, seconds: int) -> list[Result]:
    """Start a site, attack it as a visitor and as a member, end it."""
    folder = Path(tempfile.mkdtemp(prefix="sermo-scan-"))
    site = Site(folder / "local", _free_port())
    try:
        site.start()
        site.manage("seed_chaos")
        member = Browser(site.port)
        member.get("/accounts/login/")
        member.post("/accounts/login/", login="member01@mail.example", password=PASSWORD)
        cookies = "; ".join(f"{name}={value}" for name, value in member.cookies.items())
        cases = found(r'href="(/cases/[a-z0-9]{12}/)"', member.get("/cases/"))
        results = [
            _wapiti(programs, site, seconds, folder, "a visitor", ""),
            _wapiti(programs, site, seconds, folder, "a member", cookies),
            _sqlmap(programs, site, folder, "a visitor", "", _public_targets()),
            _sqlmap(programs, site, folder, "a member", cookies, _member_targets(cases)),
        ]
        if site.readiness()[0] != 200:
            results.append(Result("site", "not ready after the attacks", failed=True))
        return results
    finally:
        site.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wapiti(
    programs: Programs, site: Site, seconds: int, folder: Path, who: str, cookies: str
) -> Result:
    base = f"http://localhost:{site.port}/"
    report = folder / "wapiti.json"
    report.unlink(missing_ok=True)
    command = [
        *("-u", base, "--scope", "folder", "-m", MODULES, "-f", "json", "-o", str(report)),
        *("--max-scan-time", str(seconds), "--max-attack-time", str(max(10, seconds // 6))),
        *("--max-links-per-page", "60", "-d", "4", "--flush-session", "--no-bugreport"),
        *("--tasks", "4", "-x", f"{base}accounts/logout/", "-v", "0", "-S", "normal"),
        *("--store-session", str(folder / "wapiti")),
    ]
    if cookies:
        command += ["-H", f"Cookie: {cookies}"]
    done = programs.run("wapiti", *command, seconds=seconds * 3 + 120)
    scope = f"as {who}, at most {seconds} s"
    if done is None or not report.exists():
        return Result("wapiti", scope, failed=True)
    body = json.loads(report.read_text())
    rows = [
        Finding(f"wapiti {kind}", _place(row["path"]))
        for part in ("vulnerabilities", "anomalies")
        for kind, items in body[part].items()
        for row in items
    ]
    pages = body["infos"].get("crawled_pages_nbr", 0)
    return Result("wapiti", f"{scope}; {pages} pages", sorted(set(rows)))


def _place(path: str) -> str:
    """The address without the public ids of this run."""
    return _PUBLIC_ID.sub("ID", urlsplit(path).path)


def _public_targets() -> list[str]:
    return ["/accounts/login/?next=1*", "/join/?country=1*"]


def _member_targets(cases: list[str]) -> list[str]:
    """Addresses whose query reaches a statement, and one with an id in the path."""
    return [
        "/search/?q=cough*",
        "/cases/?specialty=internal*&status=open",
        "/cases/?sort=new*",
        "/polls/concepts/?q=asthma*",
        "/log/?page=1*",
        *(f"{case[:-1]}*/" for case in cases[:1]),
    ]


def _sqlmap(
    programs: Programs, site: Site, folder: Path, who: str, cookies: str, targets: list[str]
) -> Result:
    found_in, finished, useless = [], 0, 0
    for target in targets:
        address = f"http://localhost:{site.port}{target}"
        command = ["-u", address, *SQLMAP, "--output-dir", str(folder / "sqlmap")]
        if cookies:
            command += ["--cookie", cookies]
        done = programs.run("sqlmap", *command, seconds=SQLMAP_SECONDS)
        if done is not None:
            is_found = "injection point(s)" in done.stdout
            is_done = is_found or "does not seem to be injectable" in done.stdout
            is_done |= "do not appear to be injectable" in done.stdout
            finished, useless = finished + is_done, useless + (not is_done)
            if is_found:
                found_in.append(Finding("sqlmap", _place(target)))
    scope = f"as {who}, {len(targets)} addresses, level 1, at most {SQLMAP_SECONDS} s each"
    return Result("sqlmap", f"{scope}; {finished} to the end", found_in, useless > 0)
