"""A minute of faults on a whole site: what was acknowledged is there once, and all work is done."""

from __future__ import annotations

import subprocess
import sys

import pytest

from sermo.local_stack.paths import project

# A seed whose first minute holds a killed broker, a full disk, a killed and a stopped worker, a
# stopped PostgreSQL and wrong clocks. Others are for `make chaos`.
SEED = 11
SECONDS = 60


@pytest.mark.worker
def test_nothing_acknowledged_is_lost_or_doubled_in_a_minute_of_faults() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tools.chaos", "--seconds", str(SECONDS), "--seed", str(SEED)],
        cwd=project(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("| 0 | 0 |") == 8  # no kind of write was lost or doubled
