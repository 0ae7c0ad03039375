"""HTTP requests over persistent connections, and the processor time and memory of servers."""

from __future__ import annotations

import html
import http.client
import re
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

TICKS = 100
_FORM = re.compile(r"<form[^>]*?>.*?</form>", re.S)
_ACTION = re.compile(r'action="([^"]*)"')
_FIELD = re.compile(r"<(?:input|textarea)[^>]*>")
_NAME, _VALUE, _TYPE = (re.compile(rf'\s{name}="([^"]*)"') for name in ("name", "value", "type"))


class RequestFailed(Exception):
    """The server did not answer as expected, so the measurement is void."""


@dataclass
class Visitor:
    """A connection with its cookies."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("localhost", self.port, timeout=60)

    def get(self, path: str, *, expect: int = 200) -> bytes:
        return self._request("GET", path, None, expect)

    def post(self, path: str, fields: Iterable[tuple[str, str]], *, expect: int = 302) -> bytes:
        return self._request("POST", path, urllib.parse.urlencode(list(fields)), expect)

    def _request(self, method: str, path: str, body: str | None, expect: int) -> bytes:
        headers = {"Host": f"localhost:{self.port}", "Origin": f"http://localhost:{self.port}"}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        content = response.read()
        for line in response.headers.get_all("Set-Cookie") or ():
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        if response.status != expect:
            raise RequestFailed(f"{method} {path.partition('?')[0]} answered {response.status}")
        return content


def form(page: bytes, ending: str) -> tuple[str, list[tuple[str, str]]]:
    """The action of the form whose action ends with `ending`, and its hidden fields.

    Raises `RequestFailed` if the page has no such form.
    """
    for source in _FORM.findall(page.decode()):
        action = _ACTION.search(source)
        if action and action.group(1).endswith(ending):
            return action.group(1), _hidden(source)
    raise RequestFailed(f"no form to {ending}")


def _hidden(source: str) -> list[tuple[str, str]]:
    fields = []
    for tag in _FIELD.findall(source):
        kind, name, value = _TYPE.search(tag), _NAME.search(tag), _VALUE.search(tag)
        if kind and kind.group(1) == "hidden" and name:
            fields.append((name.group(1), html.unescape(value.group(1)) if value else ""))
    return fields


def run_in_threads(jobs: Iterable[Callable[[], object]], connections: int) -> float:
    """Run the jobs in so many threads; returns the seconds. Raises the first error of a job."""
    waiting = list(jobs)
    lock = threading.Lock()
    errors: list[Exception] = []

    def work() -> None:
        while not errors:
            with lock:
                if not waiting:
                    return
                job = waiting.pop()
            try:
                job()
            except Exception as error:
                errors.append(error)

    begun = time.perf_counter()
    threads = [threading.Thread(target=work) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return time.perf_counter() - begun


def processor_ms(parents: Iterable[int]) -> float:
    """Milliseconds of processor time of these processes and their descendants until now."""
    ticks = 0
    for pid in _family(parents):
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        ticks += sum(map(int, fields[11:15]))
    return 1000 * ticks / TICKS


def _family(parents: Iterable[int]) -> set[int]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = (entry / "stat").read_text().rsplit(")", 1)[1].split()[1]
            except OSError:
                continue
            children.setdefault(int(parent), []).append(int(entry.name))
    family: set[int] = set()
    waiting = list(parents)
    while waiting:
        pid = waiting.pop()
        if pid not in family:
            family.add(pid)
            waiting += children.get(pid, [])
    return family


def proportional_memory_kb(parents: Iterable[int]) -> int:
    """Proportional set size of these processes and their descendants, in kB."""
    total = 0
    for pid in _family(parents):
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        size = re.search(r"^Pss:\s+(\d+)", text, re.M)
        total += int(size.group(1)) if size else 0
    return total
