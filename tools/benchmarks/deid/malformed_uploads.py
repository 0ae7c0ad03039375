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
from cases.management.commands.deidentify_image import REFUSED, Command
from tests.deid.malformed_files import MalformedFile, malformed_files

SECONDS = 20.0
BYTES = 1_000_000_000


@dataclass(frozen=True)
class Outcome:
    """`code` is "read", a refusal's code, or "crash" with what was raised."""

    name: str
    code: str
    sentence: str
    seconds: float
    peak: int

    def faults(self, one: MalformedFile) -> list[str]:
        """What must not be."""
        said = self.sentence.strip()
        found = {
            "crash": self.code == "crash",
            "time-out": self.seconds > SECONDS or self.code == "too_slow",
            "over 1 GB": self.peak > BYTES,
            "no sentence": self.code not in {"read", "crash"} and not _is_a_sentence(said),
            "read": one.must_refuse and self.code == "read",
        }
        return [fault for fault, is_so in found.items() if is_so]


def _is_a_sentence(said: str) -> bool:
    return said.endswith(".") and "\n" not in said


def peak() -> int:
    """Most bytes any child held: the ended ones, and the warm one that still runs."""
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    warm = Path(f"/proc/{sandbox.warm_process_id()}/status")
    if warm.exists():
        line = next(one for one in warm.read_text().splitlines() if one.startswith("VmHWM"))
        most = max(most, int(line.split()[1]) * 1024)
    return most


def processor_seconds() -> float:
    """Of all children so far."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    warm = Path(f"/proc/{sandbox.warm_process_id()}/stat")
    ticks = [0, 0]
    if warm.exists():
        ticks = [int(field) for field in warm.read_text().rsplit(")", 1)[1].split()[11:13]]
    return ended.ru_utime + ended.ru_stime + sum(ticks) / os.sysconf("SC_CLK_TCK")


def outcome(one: MalformedFile, place: Path) -> Outcome:
    """Run the command on one file."""
    source, out, said = place / one.name, place / "out", io.StringIO()
    source.write_bytes(one.data)
    started, code = processor_seconds(), "read"
    try:
        call_command(Command(), str(source), out_dir=out, stderr=said)
    except SystemExit as end:
        report = json.loads((out / f"{one.name}.json").read_text())
        code = str(report["refused"]) if end.code == REFUSED else "crash"
    except Exception as fault:  # whatever comes out of it is what this measures
        code, _ = "crash", said.write(f"{type(fault).__name__}: {fault}")
    sentence = said.getvalue().removeprefix(f"{one.name}: ")
    return Outcome(one.name, code, sentence, processor_seconds() - started, peak())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5, help="broken files of each kind and way")
    options = parser.parse_args()
    codes: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    slowest, most = 0.0, 0
    for one in malformed_files(options.seed, options.rounds):
        with tempfile.TemporaryDirectory() as name:
            result = outcome(one, Path(name))
        wrong = result.faults(one)
        codes[result.code] += 1
        faults.update(wrong)
        if wrong or result.peak > most:
            print(
                f"{one.name}: {result.code}, {result.seconds:.1f} s, so far at most "
                f"{result.peak // 1_000_000} MB {' '.join(wrong).upper()} {result.sentence.strip()}"
            )
        slowest, most = max(slowest, result.seconds), max(most, result.peak)
    rows = [f"{codes.total()} files", *(f"{code} {n}" for code, n in codes.most_common())]
    print("; ".join(rows))
    asked = ("crash", "time-out", "over 1 GB", "no sentence", "read")
    print("; ".join(f"{fault} {faults[fault]}" for fault in asked))
    print(f"slowest {slowest:.1f} s, largest child {most // 1_000_000} MB")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
