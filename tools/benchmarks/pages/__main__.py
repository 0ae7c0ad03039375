"""Measures what a page costs, relative to a minimal Django view: `make bench`, or
`python -m tools.benchmarks.pages [--sizes s]`.

xC is the processor time of the web processes for one request, divided by that of the baseline's
view of the same kind (`baseline.py`). Both use the same database and are measured in turn; the
median of the rounds is shown. The table also has the SQL statements of one request, the processor
time of PostgreSQL, kilobytes, and the growth from size s to size l.
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import random
import signal
import statistics
import subprocess
import sys
import time
import urllib.parse
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sermo import local_stack
from sermo.local_stack import demo_keys
from sermo.local_stack.paths import LocalPaths
from tools.benchmarks.pages.http_client import (
    RequestFailed,
    Visitor,
    form,
    processor_ms,
    proportional_memory_kb,
    run_in_threads,
)

SIZES = {"s": (1000, 3500, 48_000), "l": (10_000, 70_000, 969_000)}
PORTS = {"product": 8791, "floor": 8792}
WORKERS, CONNECTIONS = 2, 8
EMAIL, PASSWORD = "bench-member@mail.example", "synthetic pass phrase"
Job = Callable[[Visitor], object]


@dataclass(frozen=True)
class Action:
    """A kind of request.

    `limit`: the highest cost, in multiples of the baseline's. `part`: this share of the requests of
    a round.
    """

    name: str
    limit: float
    product: Job
    floor: Job
    part: float = 1.0
    connections: int = CONNECTIONS


@dataclass
class Figures:
    """The measurements of one action on one size of the data."""

    ratios: list[float] = field(default_factory=list)
    product_ms: list[float] = field(default_factory=list)
    floor_ms: list[float] = field(default_factory=list)
    postgres_ms: list[float] = field(default_factory=list)
    statements: int = 0
    kb: float = 0.0


def actions(targets: dict[str, Any]) -> list[Action]:
    """Every action with a limit in docs/design/performance.md that a signed-in member does."""
    short = targets["thread_20"].split("/")[2]
    chance = random.Random()
    cases, polls = (
        iter(_shuffled(targets["replies"], chance)),
        iter(_shuffled(targets["polls"], chance)),
    )
    search = targets["search"]

    def feed_later(visitor: Visitor) -> object:
        return visitor.get(targets["later"])

    def reply(visitor: Visitor) -> object:
        address = next(cases)
        fields = [
            ("csrfmiddlewaretoken", targets["csrf"]),
            ("idempotency_key", str(uuid.uuid4())),
            ("text", "Synthetic words to measure by."),
            ("shown_as", "handle"),
        ]
        return visitor.post(f"{address}comments/", fields)

    def vote(visitor: Visitor) -> object:
        address = next(polls)
        fields = [
            ("csrfmiddlewaretoken", targets["csrf"]),
            ("idempotency_key", str(uuid.uuid4())),
            ("choice", targets["choices"][address]),
        ]
        return visitor.post(f"{address}vote/", fields)

    def login(_visitor: Visitor) -> object:
        fresh = Visitor(PORTS["product"])
        _, fields = form(fresh.get("/accounts/login/"), "/accounts/login/")
        return fresh.post("/accounts/login/", [*fields, ("login", EMAIL), ("password", PASSWORD)])

    write = [("text", "Synthetic words to measure by.")]
    return [
        Action("feed", 5.2, lambda v: v.get("/cases/"), lambda v: v.get("/feed/")),
        Action("feed, a later page", 5.2, feed_later, lambda v: v.get("/feed/")),
        Action("thread of 20", 4.1, lambda v: v.get(targets["thread_20"]), _floor_thread(short)),
        Action("thread of 231", 4.7, lambda v: v.get(targets["thread_231"]), _floor_thread(short)),
        Action(
            "search",
            4.0,
            lambda v: v.get(search),
            lambda v: v.get("/search/?" + urllib.parse.urlsplit(search).query),
        ),
        Action("reply", 6.9, reply, lambda v: v.post("/write/", write), 0.2),
        Action("vote", 6.4, vote, lambda v: v.post("/write/", write), 0.2),
        Action(
            "sign-in",
            1.05,
            login,
            lambda v: v.post("/login/", [("password", PASSWORD)]),
            0.02,
            1,
        ),
    ]


def _floor_thread(public_id: str) -> Job:
    return lambda visitor: visitor.get(f"/thread/{public_id}/")


def _shuffled(items: list[str], chance: random.Random) -> list[str]:
    return chance.sample(items, len(items))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="s,l")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=200, help="of a reading action, per round")
    options = parser.parse_args()
    results: dict[str, dict[str, Figures]] = {}
    notes: list[str] = []
    for size in options.sizes.split(","):
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "tools.benchmarks.pages.measure_size",
                size,
                *map(str, _numbers(options)),
            ],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        result = json.loads(done.stdout.splitlines()[-1])
        results[size] = {name: Figures(**values) for name, values in result["figures"].items()}
        notes.append(f"{size}: {result['note']}")
    text = "\n".join([_heading(options), "", *_table(results), "", *notes, ""])
    sys.stdout.write(text)
    Path(__file__).with_name("RESULTS.md").write_text(text)


def _numbers(options: argparse.Namespace) -> tuple[int, int]:
    return options.rounds, options.requests


def _heading(options: argparse.Namespace) -> str:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    return (
        f"`python -m tools.benchmarks.pages --sizes {options.sizes} "
        f"--rounds {options.rounds} --requests {options.requests}` "
        f"at {commit or 'an unknown commit'}, {os.cpu_count()} cores, "
        f"load {os.getloadavg()[0]:.1f} at the end. Data: "
        + "; ".join(f"{k} = {c:,} cases, {n:,} comments" for k, (_, c, n) in SIZES.items())
        + "."
    )


def _table(results: dict[str, dict[str, Figures]]) -> Iterator[str]:
    first, *rest = results
    yield (
        "| action | bar xC | "
        + " | ".join(f"{s}: xC | ms | floor ms | PostgreSQL ms" for s in results)
        + " | statements | kB |"
        + (" growth of ms |" if rest else "")
    )
    yield "|---" * (4 + 4 * len(results) + bool(rest)) + "|"
    for name, figures in results[first].items():
        cells = [name, f"{_bar(name):.2f}"]
        for size in results:
            row = results[size][name]
            cells.append(f"**{statistics.median(row.ratios):.2f}**")
            for times in (row.product_ms, row.floor_ms, row.postgres_ms):
                cells.append(f"{statistics.median(times):.1f}")
        cells += [str(figures.statements), f"{figures.kb:.0f}"]
        if rest:
            later = statistics.median(results[rest[-1]][name].product_ms)
            cells.append(f"{later / statistics.median(figures.product_ms):.2f}")
        yield "| " + " | ".join(cells) + " |"


def _bar(name: str) -> float:
    targets = {"thread_20": "/a/b/", "replies": [], "polls": [], "search": "/?q"}
    return next(action.limit for action in actions(targets) if action.name == name)


@contextmanager
def serving(name: str, application: str, environment: dict[str, str], log: Path) -> Iterator[int]:
    """Run gunicorn with the settings of the product; yields its process id."""
    port = PORTS[name]
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "python:sermo.gunicorn", application],
            env=os.environ
            | environment
            | {"SERMO_BIND": f"127.0.0.1:{port}", "SERMO_WEB_WORKERS": str(WORKERS)},
            stdout=file,
            stderr=file,
        )
    try:
        _wait(port)
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _wait(port: int) -> None:
    for _ in range(300):
        try:
            Visitor(port).get("/nowhere/", expect=404)
        except (OSError, RequestFailed):
            time.sleep(0.1)
        else:
            return
    raise RequestFailed(f"nothing answers at {port}")


def measure(size: str, rounds: int, requests: int) -> dict[str, Any]:
    """Measure one size. Returns the figures by action, and a note on memory."""
    paths = LocalPaths(local_stack.default_local().absolute() / "bench" / size)
    os.environ |= {"SERMO_LOCAL": str(paths.local), "SERMO_BENCH": "1"}
    os.environ["SERMO_BASE_URL"] = f"http://localhost:{PORTS['product']}"
    try:
        os.environ.update(local_stack.ensure_servers(paths.local))
        return _measure(size, paths, rounds, requests)
    finally:
        local_stack.stop(paths.local)


def _measure(size: str, paths: LocalPaths, rounds: int, requests: int) -> dict[str, Any]:
    _prepare(size)
    targets = json.loads((paths.local / "bench.json").read_text())
    environment = {"SERMO_PROCESS": "web", **demo_keys.private(paths, "web")}
    floor = _floor_environment()
    postmaster = int((paths.data / "postmaster.pid").read_text().splitlines()[0])
    with (
        serving("product", "sermo.wsgi:application", environment, paths.log / "bench.log") as web,
        serving(
            "floor", "tools.benchmarks.pages.baseline:application", floor, paths.log / "floor.log"
        ) as bare,
    ):
        visitors = {
            "product": _visitors("product", targets["member"]),
            "floor": _visitors("floor", {}),
        }
        _find_form_values(targets, visitors["product"])
        figures = {
            action.name: _measured(action, visitors, (web, bare, postmaster), rounds, requests)
            for action in actions(targets)
        }
        memory = proportional_memory_kb([web]) / 1024
    _count(targets, figures)
    note = f"{WORKERS} web processes and their parent hold {memory:.0f} MB (proportional)"
    return {"figures": {name: vars(values) for name, values in figures.items()}, "note": note}


def _prepare(size: str) -> None:
    """Migrate, load the data and collect static files, unless this is done already."""
    from django.core.management import call_command

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sermo.settings")
    import django

    django.setup()
    for store in ("identity", "default"):
        call_command("migrate", database=store, verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)
    members, cases, comments = SIZES[size]
    call_command("load_bench", members=members, cases=cases, comments=comments, stdout=sys.stderr)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE IF NOT EXISTS floor_write (id bigserial PRIMARY KEY, text text)"
        )


def _floor_environment() -> dict[str, str]:
    from django.db import connection

    given = connection.get_connection_params()
    return {
        "FLOOR_NAME": str(given.get("dbname", "")),
        "FLOOR_USER": str(given.get("user", "")),
        "FLOOR_HOST": str(given.get("host", "")),
        "FLOOR_PORT": str(given.get("port", "")),
        "FLOOR_PASSWORD": str(given.get("password", "")),
    }


def _visitors(name: str, cookies: dict[str, str]) -> queue.Queue[Visitor]:
    visitors: queue.Queue[Visitor] = queue.Queue()
    for _ in range(CONNECTIONS):
        visitors.put(Visitor(PORTS[name], dict(cookies)))
    return visitors


def _find_form_values(targets: dict[str, Any], visitors: queue.Queue[Visitor]) -> None:
    """Add what forms need: a CSRF token, the first option of each poll, the URL of a later page."""
    import re

    from polls.models import AnswerOption, Poll

    visitor = visitors.get()
    _, fields = form(visitor.get(targets["reply"]), "comments/")
    targets["csrf"] = dict(fields)["csrfmiddlewaretoken"]
    page = visitor.get("/cases/").decode()
    later = re.search(r'href="(\?[^"]*after=[^"]*)"', page)
    if later is None:
        raise RequestFailed("the feed has no later page")
    targets["later"] = "/cases/" + later.group(1).replace("&amp;", "&")
    for other in list(visitors.queue):
        other.cookies |= visitor.cookies
    visitors.put(visitor)
    first = dict(AnswerOption.objects.filter(position=0).values_list("poll_id", "pk"))
    targets["choices"] = {
        f"/polls/{public_id}/": str(first[key])
        for key, public_id in Poll.objects.values_list("pk", "public_id")
    }


def _measured(
    action: Action,
    visitors: dict[str, queue.Queue[Visitor]],
    servers: tuple[int, int, int],
    rounds: int,
    requests: int,
) -> Figures:
    from tests.quotas import forget_counters

    web, bare, postmaster = servers
    figures = Figures()
    forget_counters()
    n = max(2, round(requests * action.part))

    def measure_job(name: str, job: Job, pid: int) -> tuple[float, float]:
        def request() -> None:
            visitor = visitors[name].get()
            try:
                job(visitor)
            finally:
                visitors[name].put(visitor)

        def request_and_forget() -> None:
            request()
            forget_counters()

        before = processor_ms([pid]), processor_ms([postmaster])
        # The one member does more than the quotas of an hour allow.
        jobs = [request_and_forget if number % 16 == 15 else request for number in range(n)]
        run_in_threads(jobs, action.connections)
        after = processor_ms([pid]), processor_ms([postmaster])
        return (after[0] - before[0]) / n, (after[1] - before[1]) / n

    for number in range(rounds + 1):
        floor, _ = measure_job("floor", action.floor, bare)
        product, postgres = measure_job("product", action.product, web)
        if number:  # the first round warms up
            figures.floor_ms.append(floor)
            figures.product_ms.append(product)
            figures.postgres_ms.append(postgres)
            figures.ratios.append(product / max(floor, 0.01))
    return figures


def _count(targets: dict[str, Any], figures: dict[str, Figures]) -> None:
    """Count the statements and kilobytes of one request each, in this process."""
    from django.test import Client

    from tests.counting import statements

    client = Client(HTTP_HOST=f"localhost:{PORTS['product']}")
    client.cookies.load(targets["member"])
    pages = {
        "feed": "/cases/",
        "feed, a later page": targets["later"],
        "thread of 20": targets["thread_20"],
        "thread of 231": targets["thread_231"],
        "search": targets["search"],
    }
    for name, address in pages.items():
        client.get(address)
        with statements() as executed:
            response = client.get(address)
        figures[name].statements, figures[name].kb = len(executed), len(response.content) / 1024
    poll = targets["polls"][-1]
    posts = {
        "reply": (f"{targets['replies'][-1]}comments/", {"text": "Words.", "shown_as": "handle"}),
        "vote": (
            f"{poll}vote/",
            {"choice": targets["choices"][poll]},
        ),
    }
    for name, (address, fields) in posts.items():
        with statements() as executed:
            client.post(address, fields)
        figures[name].statements = len(executed)


if __name__ == "__main__":
    main()
