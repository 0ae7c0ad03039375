"""Installs what the lock files pin into `.venv`; the Makefile runs it before anything else.

It uses only the standard library and also parses on older Pythons, so that it can say which version
is needed. An environment behind a symbolic link may serve other clones: it is used if it has the
pinned packages, and is never changed or deleted. Otherwise the link is replaced.

    python3 environment.py run       install what the site needs
    python3 environment.py test      install also what checks, tests and tools need
    python3 environment.py remove    delete the environment, or the link to it
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

MIN_PYTHON = (3, 11)
PROJECT = Path(__file__).resolve().parents[2]
LOCK_FILES = {"run": "requirements.txt", "test": "tests/requirements.txt"}
PIP = ("-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet")
# Modules are compiled when they are first imported, which is faster than compiling all of them.
# The lock files are complete, so pip need not look for dependencies.
INSTALL = (
    *("install", "--require-hashes", "--no-deps", "--only-binary=:all:", "--no-compile"),
    *("--retries", "8", "--timeout", "60", "-r"),
)
PIP_FAILED = """\
The requirements could not be installed. If the network failed, run the same command again.
If a package has no wheel for this machine, see the platforms in README.md; another Python is taken
with `make PYTHON=python3.12`."""


class EnvironmentProblem(Exception):
    """The environment cannot be made. The message says why and what to do."""


def main() -> None:
    """Run one of the three commands for the environment named by `VENV`."""
    venv = Path(os.environ.get("VENV") or PROJECT / ".venv")
    try:
        if sys.argv[1:] == ["remove"]:
            remove(venv)
        else:
            prepare(venv, [name for name in LOCK_FILES if sys.argv[1:] in ([name], ["test"])])
    except EnvironmentProblem as problem:
        sys.exit(str(problem))


def prepare(venv: Path, names: list[str]) -> None:
    """Install the lock files with these names unless the environment has them.

    Raises `EnvironmentProblem` if this Python cannot make an environment, or if pip fails.
    """
    missing = [name for name in names if not _is_installed(venv, name)]
    if not missing:
        return
    _check_python()
    if venv.is_symlink() or _incomplete(venv).exists() or not _runs(venv):
        if venv.is_symlink():
            print(f"{venv} is a link to an environment without the packages that are pinned here;")
            print("the link is replaced, and what it pointed to stays as it is")
        remove(venv)
        _create(venv)
        missing = names
    for name in missing:
        _install(venv, name)


def remove(venv: Path) -> None:
    """Delete an environment, or only the link if it is one.

    Raises `EnvironmentProblem` if the directory is no environment.
    """
    if venv.is_symlink():
        venv.unlink()
    elif venv.is_dir():
        if any(venv.iterdir()) and not (venv / "pyvenv.cfg").exists():
            raise EnvironmentProblem(f"{venv} is not a Python environment; move it away.")
        shutil.rmtree(venv)
    elif venv.exists():
        raise EnvironmentProblem(f"{venv} is a file; move it away.")


def _is_installed(venv: Path, name: str) -> bool:
    try:
        installed = _stamp(venv, name).read_text()
    except OSError:
        return False
    return installed == _wanted(name) and (venv / "bin" / "python").exists()


def _wanted(name: str) -> str:
    return hashlib.sha256((PROJECT / LOCK_FILES[name]).read_bytes()).hexdigest()


def _stamp(venv: Path, name: str) -> Path:
    """The file with the checksum of the lock file that was installed."""
    return venv / f".installed-{name}"


def _incomplete(venv: Path) -> Path:
    """The file that exists while pip runs. After an interruption, a package may be incomplete."""
    return venv / ".incomplete"


def _check_python() -> None:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < MIN_PYTHON:
        raise EnvironmentProblem(
            f"Python 3.11 or later is needed; this is {version}. "
            "Name another with make PYTHON=python3.12"
        )
    if find_spec("ensurepip") is None or find_spec("venv") is None:
        raise EnvironmentProblem(
            "Python lacks its venv module; on Debian and Ubuntu: sudo apt install python3-venv"
        )


def _runs(venv: Path) -> bool:
    """Whether pip starts there: the Python that made the environment may have been removed."""
    try:
        done = subprocess.run(
            [venv / "bin" / "python", "-m", "pip", "--version"], capture_output=True, check=False
        )
    except OSError:
        return False
    return done.returncode == 0


def _create(venv: Path) -> None:
    print(f"creating {venv}", flush=True)
    if subprocess.run([sys.executable, "-m", "venv", venv], check=False).returncode:
        raise EnvironmentProblem(
            f"{venv} could not be made; is this directory yours, and is there room?"
        )


def _install(venv: Path, name: str) -> None:
    size = {"run": "about 800 MB", "test": "about 300 MB"}[name]
    print(f"installing {LOCK_FILES[name]} (once; {size})", flush=True)
    _stamp(venv, name).unlink(missing_ok=True)
    _incomplete(venv).touch()
    command: list[str | Path] = [
        venv / "bin" / "python",
        *PIP,
        *INSTALL,
        PROJECT / LOCK_FILES[name],
    ]
    environment = dict(os.environ, PIP_ROOT_USER_ACTION="ignore")
    if subprocess.run(command, env=environment, check=False).returncode:
        raise EnvironmentProblem(PIP_FAILED)
    _stamp(venv, name).write_text(_wanted(name))
    _incomplete(venv).unlink()


if __name__ == "__main__":
    main()
