"""`make test`: runs the checks in order, prints the name of each, stops at the first failure."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from sermo import local_stack
from sermo.local_stack.errors import LocalStackError
from sermo.local_stack.paths import project

PROGRAMS = Path(sys.executable).parent
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
WITHOUT_CHROMIUM = """\
************************************************************************
*  BROWSER TESTS ARE LEFT OUT: no Chromium was found on this machine.  *
*  Install one (Debian: sudo apt install chromium) or run .ci/run.     *
************************************************************************"""


@dataclass(frozen=True)
class Check:
    """A command, and a function for the environment variables that it needs in addition."""

    name: str
    command: list[str]
    environment: Callable[[], Mapping[str, str]] = dict


@dataclass(frozen=True)
class CheckResult:
    """The result of a check that ran in the background; `seconds` by the clock."""

    returncode: int
    output: str
    seconds: float


def main() -> None:
    """Run all checks; with `--lint` only the linters, with `--coverage` only the tests.

    Exits with an error message at the first check that fails.
    """
    begun = time.monotonic()
    if "--coverage" in sys.argv[1:]:
        _run_in_foreground(_pytest(coverage=True))
    elif "--lint" in sys.argv[1:]:
        _run_in_parallel(_linters())
    else:
        _run_in_parallel([*_linters(), *_django_checks()])
        _run_in_foreground(_pytest())
    print(f"\nall checks passed in {time.monotonic() - begun:.0f} s")


def _run_in_foreground(check: Check) -> None:
    """Run one check with its output on the terminal. Exits if it fails."""
    print(f"\n=== {check.name}", flush=True)
    begun = time.monotonic()
    done = subprocess.run(check.command, cwd=project(), env=_environment(check), check=False)
    if done.returncode:
        _exit_failed(check)
    print(f"=== {check.name}: passed in {time.monotonic() - begun:.1f} s", flush=True)


def _run_in_parallel(checks: list[Check]) -> None:
    """Run two at a time, because most use one core; print their output in the given order.

    Exits at the first that fails.
    """
    with ThreadPoolExecutor(max_workers=2) as pool:
        running = [pool.submit(_run_in_background, check) for check in checks]
        for check, future in zip(checks, running, strict=True):
            outcome = future.result()
            print(f"\n=== {check.name}\n{outcome.output}", end="", flush=True)
            if outcome.returncode:
                pool.shutdown(wait=False, cancel_futures=True)
                _exit_failed(check)
            print(f"=== {check.name}: passed in {outcome.seconds:.1f} s", flush=True)


def _run_in_background(check: Check) -> CheckResult:
    begun = time.monotonic()
    done = subprocess.run(
        check.command,
        cwd=project(),
        env=_environment(check),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return CheckResult(done.returncode, done.stdout, time.monotonic() - begun)


def _environment(check: Check) -> dict[str, str]:
    try:
        return os.environ | check.environment()
    except LocalStackError as error:
        sys.exit(str(error))


def _exit_failed(check: Check) -> NoReturn:
    sys.exit(f"\n{check.name} failed. Later checks did not run.")


def _linters() -> list[Check]:
    return [
        Check("ruff check", _tool("ruff", "check")),
        Check("ruff format", _tool("ruff", "format", "--check")),
        Check("mypy", _tool("mypy", "."), _test_servers),
        Check("import-linter", _tool("lint-imports")),
        Check("djlint", _tool("djlint", "templates", "--check", "--lint")),
        *_biome(),
        Check("codespell", _tool("codespell")),
        Check("docstrings", [sys.executable, "-m", "tools.check_docstrings"]),
    ]


def _django_checks() -> list[Check]:
    manage = [sys.executable, "manage.py"]
    deploy = [sys.executable, "-m", "sermo.local_stack.ephemeral", "check"]
    deploy += ["--deploy", "--fail-level", "WARNING"]
    return [
        Check("manage.py check --deploy", deploy),
        Check("makemigrations --check", [*manage, "makemigrations", "--check"], _test_servers),
        *_compose(),
    ]


def _tool(name: str, *arguments: str) -> list[str]:
    return [str(PROGRAMS / name), *arguments]


def _test_servers() -> dict[str, str]:
    return local_stack.ensure_servers(local_stack.default_local() / "test", durable=False)


def _biome() -> list[Check]:
    """Format and lint CSS and JavaScript (biome.json)."""
    if (PROGRAMS / "biome").exists():
        return [Check("biome", _tool("biome", "ci", "--error-on-warnings", "--colors=off"))]
    print("biome is left out: it has no wheel for this machine (only for Linux on x86-64)")
    return []


def _compose() -> list[Check]:
    name = "docker compose config"
    for compose in (["docker", "compose"], ["docker-compose"]):
        program = shutil.which(compose[0])
        version = [program or "", *compose[1:], "version"]
        if program and subprocess.run(version, capture_output=True, check=False).returncode == 0:
            # .env.example replaces a deployment's .env here.
            return [Check(name, [*version[:-1], "--env-file", ".env.example", "config", "--quiet"])]
    print(f"{name} is left out: this machine has no Docker client with compose")
    return []


def _pytest(*, coverage: bool = False) -> Check:
    command = [sys.executable, "-m", "pytest", "-n", "auto", "--dist", "loadgroup"]
    command += ["-p", "tests.durations"]
    if coverage:  # costs more than half as much processor time again
        command += ["--cov", "--cov-report=term:skip-covered"]
    if not any(shutil.which(name) for name in CHROMIUMS):
        print(WITHOUT_CHROMIUM)
        command += ["-m", "not browser"]
    return Check("pytest", command)


if __name__ == "__main__":
    main()
