"""Requests over connections that stay open, as a browser's do, and what they cost the server."""

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


class Failed(Exception):
    """The server answered otherwise than it should have: nothing was measured."""


@dataclass
class Visitor:
    """One connection with its cookies."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("localhost", self.port, timeout=60)

    def get(self, path: str, *, expect: int = 200) -> bytes:
        return self._ask("GET", path, None, expect)

    def post(self, path: str, fields: Iterable[tuple[str, str]], *, expect: int = 302) -> bytes:
        return self._ask("POST", path, urllib.parse.urlencode(list(fields)), expect)

    def _ask(self, method: str, path: str, body: str | None, expect: int) -> bytes:
        headers = {"Host": f"localhost:{self.port}", "Origin": f"http://localhost:{self.port}"}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        content = answer.read()
        for line in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        if answer.status != expect:
            raise Failed(f"{method} {path.partition('?')[0]} answered {answer.status}")
        return content


def form(page: bytes, ending: str) -> tuple[str, list[tuple[str, str]]]:
    """The form whose action ends so, with its hidden fields."""
    for one in _FORM.findall(page.decode()):
        action = _ACTION.search(one)
        if action and action.group(1).endswith(ending):
            return action.group(1), _hidden(one)
    raise Failed(f"no form to {ending}")


def _hidden(source: str) -> list[tuple[str, str]]:
    found = []
    for tag in _FIELD.findall(source):
        kind, name, value = _TYPE.search(tag), _NAME.search(tag), _VALUE.search(tag)
        if kind and kind.group(1) == "hidden" and name:
            found.append((name.group(1), html.unescape(value.group(1)) if value else ""))
    return found


def at_once(jobs: Iterable[Callable[[], object]], connections: int) -> float:
    """Run the jobs over so many threads; the seconds it took. Raises what one of them raised."""
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
    """Milliseconds of processor time used so far by these processes and all below them."""
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
    found: set[int] = set()
    waiting = list(parents)
    while waiting:
        pid = waiting.pop()
        if pid not in found:
            found.add(pid)
            waiting += children.get(pid, [])
    return found


def shared_kb(parents: Iterable[int]) -> int:
    """Proportional set size of all of them, in kB."""
    total = 0
    for pid in _family(parents):
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        found = re.search(r"^Pss:\s+(\d+)", text, re.M)
        total += int(found.group(1)) if found else 0
    return total
