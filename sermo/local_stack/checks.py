"""`make test`: every check in its order, each by name, stopping at the first that fails."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

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
    """One command; `environment` completes ours, and may take a moment to make."""

    name: str
    command: list[str]
    environment: Callable[[], Mapping[str, str]] = dict


def main() -> None:
    """All checks, or with `--lint` those that need no database."""
    quick = "--lint" in sys.argv[1:]
    begun = time.monotonic()
    for check in _checks()[: 5 if quick else None]:
        _make(check)
    print(f"\nall checks passed in {time.monotonic() - begun:.0f} s")


def _make(check: Check) -> None:
    print(f"\n=== {check.name}", flush=True)
    begun = time.monotonic()
    try:
        environment = os.environ | check.environment()
    except LocalStackError as error:
        sys.exit(str(error))
    done = subprocess.run(check.command, cwd=project(), env=environment, check=False)
    if done.returncode:
        sys.exit(f"\n{check.name} failed. What comes after it was not checked.")
    print(f"=== {check.name}: passed in {time.monotonic() - begun:.1f} s", flush=True)


def _checks() -> list[Check]:
    manage = [sys.executable, "manage.py"]
    deploy = [sys.executable, "-m", "sermo.local_stack.ephemeral", "check"]
    deploy += ["--deploy", "--fail-level", "WARNING"]
    return [
        Check("ruff check", _tool("ruff", "check")),
        Check("ruff format", _tool("ruff", "format", "--check")),
        Check("mypy", _tool("mypy", "."), _test_servers),
        Check("import-linter", _tool("lint-imports")),
        Check("djlint", _tool("djlint", "templates", "--check", "--lint")),
        Check("manage.py check --deploy", deploy),
        Check("makemigrations --check", [*manage, "makemigrations", "--check"], _test_servers),
        *_compose(),
        _pytest(),
        Check("codespell", _tool("codespell")),
    ]


def _tool(name: str, *arguments: str) -> list[str]:
    return [str(PROGRAMS / name), *arguments]


def _test_servers() -> dict[str, str]:
    return local_stack.ensure(local_stack.default_local() / "test", durable=False)


def _compose() -> list[Check]:
    name = "docker compose config"
    for compose in (["docker", "compose"], ["docker-compose"]):
        found = shutil.which(compose[0])
        asked = [found or "", *compose[1:], "version"]
        if found and subprocess.run(asked, capture_output=True, check=False).returncode == 0:
            # The example stands in for the deployment's own file of secrets.
            return [Check(name, [*asked[:-1], "--env-file", ".env.example", "config", "--quiet"])]
    print(f"{name} is left out: this machine has no Docker client with compose")
    return []


def _pytest() -> Check:
    command = [sys.executable, "-m", "pytest", "-n", "auto", "--dist", "loadgroup"]
    command += ["-p", "tests.durations", "--cov", "--cov-report=term:skip-covered"]
    if not any(shutil.which(name) for name in CHROMIUMS):
        print(WITHOUT_CHROMIUM)
        command += ["-m", "not browser"]
    return Check("pytest", command)


if __name__ == "__main__":
    main()
