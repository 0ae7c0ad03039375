"""Measures the nightly pass: `python -m tools.benchmarks.nightly_pass [--members 100000]`.

Fills every table that the pass renews on a server of its own, runs the steps of the pass one after
another, and prints for each its seconds, processor time and writes, and the size of each table.
There are no posts, and so no author capsules.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import secrets
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from sermo import local_stack
from sermo.local_stack import demo_keys
from sermo.local_stack.paths import LocalPaths
from tools.benchmarks.pages.http_client import processor_ms

BATCH_ROWS = 5000
# Rows for each member; one where nothing is said.
ROWS_PER_MEMBER = {"members_handlereservation": 0.01}
MB = 1 << 20


@dataclass(frozen=True)
class Cost:
    """What a piece of work took: seconds, processor seconds, megabytes of write-ahead log."""

    seconds: float
    own: float
    postgres: float
    written: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=100_000)
    parser.add_argument("--changed", type=float, default=0.1, help="share of changed sections")
    options = parser.parse_args()
    paths = LocalPaths(local_stack.default_local().absolute() / "nightly")
    os.environ["SERMO_PROCESS"] = "sealed"
    os.environ.update(local_stack.ensure_servers(paths.local))
    os.environ.update(demo_keys.private(paths, "sealed"))
    try:
        _set_up()
        postmaster = int((paths.data / "postmaster.pid").read_text().splitlines()[0])
        fill(options.members, options.changed)
        _report(options.members, postmaster)
    finally:
        local_stack.stop(paths.local)
        shutil.rmtree(paths.local)


def _set_up() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sermo.settings")
    import django
    from django.core.management import call_command

    django.setup()
    for store in ("identity", "default"):
        call_command("migrate", database=store, verbosity=0, interactive=False)


def fill(members: int, changed: float) -> None:
    """Replace what the renewed tables hold by that of so many made-up members."""
    from django.db import connections

    from sermo.custody.nightly_pass import RENEWALS
    from sermo.members.viewer import private_versions

    for table in (renewal.table for renewal in RENEWALS):
        with connections[table.alias].cursor() as cursor:
            cursor.execute(f"TRUNCATE {table.name}")  # our own names
        keys = table.reread_epoch().newest
        if table is private_versions.TABLE:
            rows = _private_state(members, changed, keys.number)
        else:
            n_rows = round(members * ROWS_PER_MEMBER.get(table.name, 1))
            names = (secrets.token_bytes(table.name_bytes) for _ in range(n_rows))
            rows = ((name, content_of(table.name)) for name in names)
        while batch := list(islice(rows, BATCH_ROWS)):
            table.replace([], keys, batch)


def content_of(table: str) -> bytes:
    """The content of one person's row."""
    if table == "accounts_credentialslots":
        return _slots()
    if table == "members_memberrecord":
        escrow = base64.b64encode(secrets.token_bytes(700)).decode()
        return json.dumps({"escrow": escrow, "banned": False, "left": ""}).encode()
    return secrets.token_bytes(16)


def _slots() -> bytes:
    """Every way to unwrap a credential, and three devices of this month."""
    from django.utils import timezone

    from accounts.models import slot_contents
    from sermo.core import coarse, keys

    month = coarse.to_month(timezone.localdate())
    version = keys.current(keys.KeyName.INNER_PUBLIC).version.to_bytes(2, "big")
    pairs = {pair: version + secrets.token_bytes(180) for pair in slot_contents.CUSTODIAN_PAIRS}
    return slot_contents.SlotContents(
        is_issued=True,
        password=slot_contents.PasswordSlot(secrets.token_bytes(16), secrets.token_bytes(90)),
        recovery=secrets.token_bytes(90),
        custodians=slot_contents.CustodianSlots(version * 3, pairs),
        devices=tuple(slot_contents.DeviceSlot(secrets.token_bytes(90), month) for _ in range(3)),
    ).encode()


def _private_state(members: int, changed: float, epoch: int) -> Iterator[tuple[bytes, bytes]]:
    """The base of each section, and an entry of today for some."""
    from sermo.members.viewer import private_state, private_versions
    from sermo.members.viewer.private_versions import BASE, Version

    section = secrets.token_bytes(private_versions.CHUNK_BYTES)
    for _ in range(members * len(private_state.SECTIONS)):
        locator = secrets.token_bytes(16)
        yield from private_versions.rows_of(locator, BASE, section).items()
        if secrets.randbelow(1000) < changed * 1000:
            yield from private_versions.rows_of(locator, Version(epoch, 1), section).items()


def _report(members: int, postmaster: int) -> None:
    from sermo.custody.nightly_pass import RENEWALS, STEPS

    before = {item.table.name: _size(item.table.alias, item.table.name) for item in RENEWALS}
    sys.stdout.write(
        f"{members:,} members, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n"
        "| step | rows | s | own CPU s | PostgreSQL CPU s | MB of log |\n"
        "|---|---|---|---|---|---|\n"
    )
    total = Cost(0, 0, 0, 0)
    for step in STEPS:
        result, cost = measured(step.function, postmaster)
        rows = f"{result:,}" if isinstance(result, int) else ""
        total = Cost(*(a + b for a, b in zip(_parts(total), _parts(cost), strict=True)))
        sys.stdout.write(_row(step.name, rows, cost))
        sys.stdout.flush()
    sys.stdout.write(_row("all", "", total))
    for item in RENEWALS:
        name, after = item.table.name, _size(item.table.alias, item.table.name)
        sys.stdout.write(f"{name}: {before[name]:,.0f} MB before, {after:,.0f} MB after\n")


def _parts(cost: Cost) -> tuple[float, float, float, float]:
    return cost.seconds, cost.own, cost.postgres, cost.written


def _row(name: str, rows: str, cost: Cost) -> str:
    figures = " | ".join(f"{part:,.1f}" for part in _parts(cost))
    return f"| {name} | {rows} | {figures} |\n"


def measured(work: Callable[[], object], postmaster: int) -> tuple[object, Cost]:
    """The result and the cost of the work in this process and its server."""
    started, own = time.perf_counter(), time.process_time()
    postgres, written = processor_ms([postmaster]), _written()
    result = work()
    return result, Cost(
        time.perf_counter() - started,
        time.process_time() - own,
        (processor_ms([postmaster]) - postgres) / 1000,
        (_written() - written) / MB,
    )


def _written() -> float:
    """Bytes of write-ahead log that the server has written; both stores are on it."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_lsn() - '0/0'")
        return float(cursor.fetchone()[0])


def _size(alias: str, table: str) -> float:
    """Megabytes of the table and its index."""
    from django.db import connections

    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size(%s)", [table])
        return float(cursor.fetchone()[0]) / MB


if __name__ == "__main__":
    main()
