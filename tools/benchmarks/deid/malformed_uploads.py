"""Prints what broken and hostile files do to the de-identifier.

    python -m tools.benchmarks.deid.malformed_uploads

Each goes through `deidentify_image --out-dir`. Ends with 1 if a bar is missed: a crash, a time-out
(20 s for one file), more than 1 GB in a child, a refusal without its one sentence. Seconds are
those of the processor, in all children, which say the same on a busy machine; a limit of the
product that struck by the clock counts as well.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import resource
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from django.core.management import call_command

from cases.deid import sandbox
from cases.management.commands.deidentify_image import EXIT_REFUSED, Command
from tests.deid.malformed_files import MalformedFile, malformed_files

MAX_SECONDS = 20.0
MAX_BYTES = 1_000_000_000


@dataclass(frozen=True)
class UploadOutcome:
    """`code` is "read", a refusal's code, or "crash" with what was raised."""

    name: str
    code: str
    sentence: str
    seconds: float
    peak: int

    def faults(self, file: MalformedFile) -> list[str]:
        """Which limits the outcome breaks."""
        sentence = self.sentence.strip()
        faults = {
            "crash": self.code == "crash",
            "time-out": self.seconds > MAX_SECONDS or self.code == "too_slow",
            "over 1 GB": self.peak > MAX_BYTES,
            "no sentence": self.code not in {"read", "crash"} and not _is_a_sentence(sentence),
            "read": file.must_refuse and self.code == "read",
        }
        return [fault for fault, is_broken in faults.items() if is_broken]


def _is_a_sentence(text: str) -> bool:
    return text.endswith(".") and "\n" not in text


def peak_bytes() -> int:
    """The largest memory of any child process, those that ended and the warm one, in bytes."""
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    warm = Path(f"/proc/{sandbox.warm_process_id()}/status")
    if warm.exists():
        line = next(row for row in warm.read_text().splitlines() if row.startswith("VmHWM"))
        most = max(most, int(line.split()[1]) * 1024)
    return most


def processor_seconds() -> float:
    """Processor time of all child processes so far."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    warm = Path(f"/proc/{sandbox.warm_process_id()}/stat")
    ticks = [0, 0]
    if warm.exists():
        ticks = [int(field) for field in warm.read_text().rsplit(")", 1)[1].split()[11:13]]
    return ended.ru_utime + ended.ru_stime + sum(ticks) / os.sysconf("SC_CLK_TCK")


def outcome(file: MalformedFile, directory: Path) -> UploadOutcome:
    """Run the command on one file."""
    source, out, errors = directory / file.name, directory / "out", io.StringIO()
    source.write_bytes(file.data)
    started, code = processor_seconds(), "read"
    try:
        call_command(Command(), str(source), out_dir=out, stderr=errors)
    except SystemExit as end:
        report = json.loads((out / f"{file.name}.json").read_text())
        code = str(report["refused"]) if end.code == EXIT_REFUSED else "crash"
    except Exception as fault:  # every exception is a result of this benchmark
        code, _ = "crash", errors.write(f"{type(fault).__name__}: {fault}")
    sentence = errors.getvalue().removeprefix(f"{file.name}: ")
    return UploadOutcome(file.name, code, sentence, processor_seconds() - started, peak_bytes())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5, help="broken files of each kind and way")
    options = parser.parse_args()
    codes: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    slowest, largest = 0.0, 0
    for file in malformed_files(options.seed, options.rounds):
        with tempfile.TemporaryDirectory() as name:
            result = outcome(file, Path(name))
        broken = result.faults(file)
        codes[result.code] += 1
        faults.update(broken)
        if broken or result.peak > largest:
            print(
                f"{file.name}: {result.code}, {result.seconds:.1f} s, so far at most "
                f"{result.peak // 1_000_000} MB "
                f"{' '.join(broken).upper()} {result.sentence.strip()}"
            )
        slowest, largest = max(slowest, result.seconds), max(largest, result.peak)
    rows = [f"{codes.total()} files", *(f"{code} {n}" for code, n in codes.most_common())]
    print("; ".join(rows))
    limits = ("crash", "time-out", "over 1 GB", "no sentence", "read")
    print("; ".join(f"{fault} {faults[fault]}" for fault in limits))
    print(f"slowest {slowest:.1f} s, largest child {largest // 1_000_000} MB")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
