"""Moves the clock of a Python process when it starts; the folder is on PYTHONPATH in `make chaos`.

The file named by SERMO_CHAOS_CLOCK holds {process: seconds}. The clocks of PostgreSQL and Redis
are not moved, and neither is the monotonic one.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path


def _seconds() -> float:
    try:
        offsets = json.loads(Path(os.environ["SERMO_CHAOS_CLOCK"]).read_text())
    except (KeyError, OSError, ValueError):
        return 0
    return float(offsets.get(os.environ.get("SERMO_PROCESS", ""), 0))


if _offset := _seconds():
    import time_machine

    time_machine.travel(time.time() + _offset, tick=True).start()
    sys.stderr.write(f"clock moved by {_offset:.0f} s\n")
