"""Demo keys of one machine: made once, kept in `.local/keys`, each file for its process."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from sermo.local_stack.errors import LocalStackError
from sermo.local_stack.paths import LocalPaths

# Whoever is not named here reads `common.env` alone. The custodians' files are read by no process.
PRIVATE_FILES = {
    "mailer": ("SERMO_KEY_MAIL_PRIVATE",),
    "sealed": ("SERMO_KEY_MODERATION_PRIVATE", "SERMO_KEY_INNER_PRIVATE"),
    "custodian1": ("SERMO_KEY_CUSTODIAN_1_PRIVATE",),
    "custodian2": ("SERMO_KEY_CUSTODIAN_2_PRIVATE",),
    "custodian3": ("SERMO_KEY_CUSTODIAN_3_PRIVATE",),
}


def common(paths: LocalPaths) -> dict[str, str]:
    """What every process holds; makes the whole set on the first call. Call under the lock."""
    file = paths.keys / "common.env"
    if not file.exists():
        _make(paths)
    return read(file)


def private(paths: LocalPaths, process: str) -> dict[str, str]:
    """What this process holds beside the common keys; empty for most."""
    if process not in PRIVATE_FILES:
        return {}
    return read(paths.keys / f"{process}.env")


def read(file: Path) -> dict[str, str]:
    """Lines `NAME=value`. A lost file cannot be replaced: what it closed would stay closed."""
    try:
        lines = file.read_text().splitlines()
    except OSError:
        raise LocalStackError(
            f"{file} is missing or unreadable: put it back, or begin anew with "
            f"`rm -r {file.parent.parent}` (all demo data is lost)."
        ) from None
    return dict(line.partition("=")[::2] for line in lines if "=" in line)


def _make(paths: LocalPaths) -> None:
    """The common file comes last, so that a start broken off half-way makes all of them again."""
    from sermo.core.keys import generate_demo_environment

    made = generate_demo_environment()
    for process, names in PRIVATE_FILES.items():
        _write(paths.keys / f"{process}.env", {name: made.pop(name) for name in names})
    made["SERMO_SECRET_KEY"] = secrets.token_urlsafe(50)
    _write(paths.keys / "common.env", made)


def _write(file: Path, values: dict[str, str]) -> None:
    fresh = file.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as stream:
        stream.writelines(f"{name}={value}\n" for name, value in values.items())
        stream.flush()
        os.fsync(stream.fileno())
    fresh.rename(file)
