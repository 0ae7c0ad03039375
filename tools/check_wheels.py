"""Asks the package index for a wheel of each pinned package on each platform and Python version.

    python -m tools.check_wheels                 what the site runs on: requirements.txt
    python -m tools.check_wheels --lock-file tests/requirements.txt
    python -m tools.check_wheels --python 3.14   one version; may be repeated

pip's own resolver is asked, with the index it is configured to use, so an answer is what an
installation there would get. Nothing is downloaded or installed. It ends with 1 if any wheel is
missing on a platform that README.md names as supported.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement

PROJECT = Path(__file__).resolve().parents[1]
PYTHONS = ("3.11", "3.12", "3.13", "3.14")


@dataclass(frozen=True)
class Target:
    """A platform: its name here, whether README.md names it, and what pip and markers call it."""

    name: str
    is_supported: bool
    tags: tuple[str, ...]
    system: str
    machine: str


def _manylinux(machine: str) -> tuple[str, ...]:
    """Tags of a Linux with glibc 2.28 or later, as Debian 10 and Red Hat 8 have."""
    named = ("manylinux2014", "manylinux_2_17")
    return tuple(
        f"{tag}_{machine}" for tag in (*(f"manylinux_2_{n}" for n in range(28, 17, -1)), *named)
    )


def _macos(machine: str) -> tuple[str, ...]:
    """Tags of macOS 14 and before."""
    versions = [f"{major}_0" for major in range(14, 10, -1)] + [f"10_{n}" for n in range(16, 8, -1)]
    return tuple(
        f"macosx_{version}_{kind}" for version in versions for kind in (machine, "universal2")
    )


TARGETS = (
    Target("Linux x86-64", True, _manylinux("x86_64"), "linux", "x86_64"),
    Target("Linux ARM64", True, _manylinux("aarch64"), "linux", "aarch64"),
    Target("macOS ARM64", True, _macos("arm64"), "darwin", "arm64"),
    Target("macOS x86-64", False, _macos("x86_64"), "darwin", "x86_64"),
)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lock-file", default="requirements.txt")
    parser.add_argument("--python", action="append", choices=PYTHONS)
    options = parser.parse_args()
    pythons = options.python or PYTHONS
    pins = read_pins((PROJECT / options.lock_file).read_text())
    print(f"{options.lock_file}: {len(pins)} packages")
    cells = [(target, python) for target in TARGETS for python in pythons]
    with ThreadPoolExecutor(4) as pool:
        missing = dict(
            zip(cells, pool.map(lambda cell: missing_wheels(pins, *cell), cells), strict=True)
        )
    print(format_table(missing, pythons))
    sys.exit(any(names for (target, _), names in missing.items() if target.is_supported))


def read_pins(lock_file: str) -> list[Requirement]:
    """The pinned requirements of a lock file, with their markers and without their hashes."""
    lines = re.findall(r"^([\w.-]+==[^\\\n]+?) *\\?$", lock_file, re.M)
    return [Requirement(line) for line in lines]


def applies(pin: Requirement, target: Target, python: str) -> bool:
    """Whether the pin's marker holds there."""
    environment: dict[str, str] = {
        "implementation_name": "cpython",
        "implementation_version": f"{python}.9",
        "os_name": "posix",
        "platform_machine": target.machine,
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": target.system.capitalize(),
        "platform_version": "",
        "python_full_version": f"{python}.9",
        "python_version": python,
        "sys_platform": target.system,
    }
    return pin.marker is None or pin.marker.evaluate(environment)


def missing_wheels(pins: Sequence[Requirement], target: Target, python: str) -> list[str]:
    """The pins that have no wheel there. pip names one at a time, so it is asked repeatedly."""
    wanted = [f"{pin.name}{pin.specifier}" for pin in pins if applies(pin, target, python)]
    missing: list[str] = []
    while wanted:
        errors = _ask_pip(wanted, target, python)
        if errors is None:
            break
        named = re.search(r"No matching distribution found for ([\w.-]+==\S+)", errors)
        if named is None or named[1] not in wanted:
            raise SystemExit(f"pip failed for {target.name}, Python {python}:\n{errors}")
        wanted.remove(named[1])
        missing.append(named[1])
    return missing


def _ask_pip(pins: Sequence[str], target: Target, python: str) -> str | None:
    """What pip says if it finds no wheel for one of the pins, None if it has them all."""
    platforms = [option for tag in target.tags for option in ("--platform", tag)]
    with tempfile.TemporaryDirectory() as directory:
        done = subprocess.run(
            [
                *(sys.executable, "-m", "pip", "install", "--dry-run", "--quiet", "--no-deps"),
                *("--disable-pip-version-check", "--no-input", "--ignore-installed"),
                *("--only-binary=:all:", "--python-version", python, "--implementation", "cp"),
                *("--target", directory, *platforms, *pins),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
    return None if done.returncode == 0 else done.stderr


def format_table(missing: dict[tuple[Target, str], list[str]], pythons: Sequence[str]) -> str:
    """A Markdown table: a row for each platform, a column for each Python."""
    rows = [["platform", *(f"Python {python}" for python in pythons)]]
    rows.append(["---"] * len(rows[0]))
    for target in TARGETS:
        cells = [missing[target, python] for python in pythons]
        rows.append([target.name, *(", ".join(names) or "all" for names in cells)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


if __name__ == "__main__":
    main()
