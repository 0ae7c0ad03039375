"""Prints what de-identifying a 12-megapixel photograph costs.

    python -m tools.benchmarks.deid.photograph_cost

The first photograph loads the models and is not counted. Processor seconds tell more than wall
seconds on a machine that does other things as well.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from pathlib import Path

from cases.deid import images, sandbox
from tests.deid import synthetic_pictures

ROUNDS = 5


def _processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory_mb(pid: int) -> dict[str, int]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    sizes = {line.split(":")[0]: line.split()[1] for line in lines if line.startswith("Vm")}
    return {name: int(sizes[name]) // 1024 for name in ("VmRSS", "VmHWM", "VmData")}


def main() -> None:
    walls: list[float] = []
    processor: list[float] = []
    pid = 0
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        photo = synthetic_pictures.write_on(
            synthetic_pictures.skin(4032, 3024), at=(300, 300), size=90
        )
        source = synthetic_pictures.save_photo(photo, directory / "photo.jpg", 6)
        for number in range(ROUNDS + 1):
            started = time.monotonic()
            used = _processor_seconds(sandbox.warm_process_id() or 0) if number else 0.0
            inspection = images.inspect(source, directory)
            burned = images.redact(inspection.frames, inspection.boxes, directory)
            images.render_sizes(burned.frames, directory)
            pid = sandbox.warm_process_id() or 0
            if number:
                walls.append(time.monotonic() - started)
                processor.append(_processor_seconds(pid) - used)
            print(inspection.timings_ms | burned.timings_ms)
    print(
        f"wall {statistics.median(walls):.1f} s, processor {statistics.median(processor):.1f} s "
        f"(medians of {ROUNDS}, decode's process not counted in the latter); "
        f"warm child in MB: {_memory_mb(pid)}"
    )


if __name__ == "__main__":
    main()
