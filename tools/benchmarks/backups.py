"""Measures a backup and a restore: `python -m tools.benchmarks.backups [--members 100000]`.

Fills the tables that the nightly pass renews, and files of one size, on a server of its own. Prints
seconds, size and the most memory that this process took.
"""

from __future__ import annotations

import argparse
import base64
import os
import resource
import shutil
import time
from collections.abc import Callable
from typing import Any

from nacl.public import PrivateKey

from sermo import local_stack
from sermo.local_stack import demo_keys
from sermo.local_stack.paths import LocalPaths
from tools.benchmarks import nightly_pass


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=100_000)
    options = parser.parse_args()
    paths = LocalPaths(local_stack.default_local().absolute() / "backups")
    os.environ["SERMO_PROCESS"] = "sealed"
    os.environ.update(local_stack.ensure_servers(paths.local))
    os.environ.update(demo_keys.private(paths, "sealed"))
    try:
        private_keys = _name_places(paths)
        nightly_pass._set_up()
        print(f"{_peak_mb()} MB before")
        nightly_pass.fill(options.members, 0.0)
        _measure(private_keys)
    finally:
        local_stack.stop(paths.local)
        shutil.rmtree(paths.local)


def _name_places(paths: LocalPaths) -> dict[str, bytes]:
    """Set the variables of both stores; their private keys."""
    private_keys = {}
    for store in ("community", "identity"):
        key = PrivateKey.generate()
        private_keys[store] = bytes(key)
        name = f"SERMO_BACKUP_{store.upper()}"
        os.environ[name] = f"file:{paths.local / 'archives' / store}"
        os.environ[f"{name}_KEY"] = base64.b64encode(bytes(key.public_key)).decode()
    return private_keys


def _measure(private_keys: dict[str, bytes]) -> None:
    from sermo.backups.services import backup, configuration, keep_lists, reading, restore

    def back_up() -> list[Any]:
        return list(backup.back_up(reads_back=False))

    made = _timed("backup, not read back", back_up)
    print(f"  {sum(archive.n_rows for archive in made)} rows in {_sizes(made)}")
    _timed("backup, read back, with keep lists", backup.back_up)
    _timed("keep lists alone", keep_lists.write_keep_lists)
    lists = [configuration.archives(store, "keep-list")[-1] for store in configuration.STORES]
    sizes = map(_size_of, configuration.STORES, lists)
    print(f"  {', '.join(sizes)}")
    requests = [
        restore.Request(
            store,
            store.place,
            reading.with_private_key(private_keys[store.name]),
            replaces=True,
        )
        for store in configuration.STORES
    ]
    _timed("restore, checked first", lambda: restore.restore(requests))


def _timed(title: str, work: Callable[[], Any]) -> Any:
    begun = time.monotonic()
    result = work()
    print(f"{title}: {time.monotonic() - begun:.1f} s, at most {_peak_mb()} MB so far", flush=True)
    return result


def _sizes(made: list[Any]) -> str:
    return ", ".join(f"{archive.n_bytes / 1e6:.0f} MB {archive.store.name}" for archive in made)


def _size_of(store: Any, archive: Any) -> str:
    directory = store.place.directory
    return f"{(directory / archive.name).stat().st_size / 1e6:.0f} MB {store.name}"


def _peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
