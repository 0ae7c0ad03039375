"""Demo keys of one machine: made once, stored in `.local/keys`, one file for each process."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from sermo.local_stack.errors import LocalStackError
from sermo.local_stack.paths import LocalPaths

# Processes that are not listed read only `common.env`. No process reads the custodians' files.
PRIVATE_FILES = {
    "mailer": ("SERMO_KEY_MAIL_PRIVATE",),
    "sealed": ("SERMO_KEY_MODERATION_PRIVATE", "SERMO_KEY_INNER_PRIVATE"),
    "custodian1": ("SERMO_KEY_CUSTODIAN_1_PRIVATE",),
    "custodian2": ("SERMO_KEY_CUSTODIAN_2_PRIVATE",),
    "custodian3": ("SERMO_KEY_CUSTODIAN_3_PRIVATE",),
}


def common(paths: LocalPaths) -> dict[str, str]:
    """The keys of every process. Makes all files on the first call. The caller holds the lock.

    An existing file gets the symmetric keys that it lacks and loses keys that no longer exist, so
    that a later version of the code starts with the data of an earlier one.

    Raises `LocalStackError` if the file cannot be read.
    """
    file = paths.keys / "common.env"
    if not file.exists():
        _make(paths)
    held = read(file)
    updated = _updated(held)
    if updated != held:
        _write(file, updated)
    return updated


def private(paths: LocalPaths, process: str) -> dict[str, str]:
    """The further keys of this process; empty for most.

    Raises `LocalStackError` if its file cannot be read.
    """
    if process not in PRIVATE_FILES:
        return {}
    return read(paths.keys / f"{process}.env")


def read(file: Path) -> dict[str, str]:
    """The variables in a file of lines `NAME=value`.

    Raises `LocalStackError` if it cannot be read: new keys could not decrypt the existing data.
    """
    try:
        lines = file.read_text().splitlines()
    except OSError:
        raise LocalStackError(
            f"{file} is missing or unreadable: put it back, or start again with "
            f"`rm -r {file.parent.parent}` (all demo data is lost)."
        ) from None
    return dict(line.partition("=")[::2] for line in lines if "=" in line)


def _updated(held: dict[str, str]) -> dict[str, str]:
    """The variables as this version of the code needs them; the values of those it has stay."""
    from sermo.core.keys import SYMMETRIC, KeyName, generate_demo_environment

    known = {f"SERMO_KEY_{name.value}" for name in KeyName}
    kept = {
        name: value
        for name, value in held.items()
        if name in known or not name.startswith("SERMO_KEY_")
    }
    needed = {f"SERMO_KEY_{name.value}" for name in SYMMETRIC}
    if needed <= kept.keys():
        return kept
    fresh = generate_demo_environment()
    return kept | {name: fresh[name] for name in sorted(needed - kept.keys())}


def _make(paths: LocalPaths) -> None:
    """Writes the common file last: after an interruption, the next start makes all files again."""
    from sermo.core.keys import generate_demo_environment

    keys = generate_demo_environment()
    for process, names in PRIVATE_FILES.items():
        _write(paths.keys / f"{process}.env", {name: keys.pop(name) for name in names})
    keys["SERMO_SECRET_KEY"] = secrets.token_urlsafe(50)
    _write(paths.keys / "common.env", keys)


def _write(file: Path, values: dict[str, str]) -> None:
    new_file = file.with_suffix(".new")
    new_file.unlink(missing_ok=True)
    handle = os.open(new_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as stream:
        stream.writelines(f"{name}={value}\n" for name, value in values.items())
        stream.flush()
        os.fsync(stream.fileno())
    new_file.rename(file)
