"""Paths of the local servers, the account that runs PostgreSQL, locks and processes."""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sermo.local_stack.errors import LocalStackError

# A socket's path may have 107 bytes (103 on macOS); ".s.PGSQL.5432.lock" is the longest name.
MAX_SOCKET_DIRECTORY_LENGTH = 80
ROOT = 0


def project() -> Path:
    """The directory that holds manage.py."""
    return Path(__file__).resolve().parent.parent.parent


def default_local() -> Path:
    """`SERMO_LOCAL`, or `.local` beside manage.py."""
    given = os.environ.get("SERMO_LOCAL", "")
    return Path(given).expanduser().absolute() if given else project() / ".local"


@dataclass(frozen=True)
class LocalPaths:
    """The directories under `.local`; `make` creates them."""

    local: Path

    @property
    def cluster(self) -> Path:
        """The directory with `data`, the server's log, and `data.new` while initdb runs."""
        return self.local / "postgres"

    @property
    def data(self) -> Path:
        return self.cluster / "data"

    @property
    def redis(self) -> Path:
        """The directory of the broker."""
        return self.local / "redis"

    @property
    def cache(self) -> Path:
        """The directory of the Redis that keeps its data in memory."""
        return self.local / "cache"

    @property
    def keys(self) -> Path:
        return self.local / "keys"

    @property
    def log(self) -> Path:
        return self.local / "log"

    @cached_property
    def run(self) -> Path:
        """The directory of the sockets: `.local/run`, or a temporary one if that path is too long.

        Raises `LocalStackError` if the temporary path is too long, too.
        """
        inside = self.local / "run"
        if len(os.fsencode(inside)) <= MAX_SOCKET_DIRECTORY_LENGTH:
            return inside
        name = hashlib.sha256(os.fsencode(self.local.resolve())).hexdigest()[:12]
        for base in (Path(tempfile.gettempdir()), Path("/tmp")):  # noqa: S108  # TMPDIR may be long
            short = base / f"sermo-{os.getuid()}-{name}"
            if len(os.fsencode(short)) <= MAX_SOCKET_DIRECTORY_LENGTH:
                return short
        raise LocalStackError(
            f"The path {inside} is too long for a socket; choose SERMO_LOCAL=DIR."
        )

    @property
    def redis_socket(self) -> Path:
        return self.run / "redis.sock"

    @property
    def cache_socket(self) -> Path:
        return self.run / "cache.sock"

    def make(self) -> None:
        """Create the directories.

        Raises `LocalStackError` if one cannot be written, or belongs to another account.
        """
        try:
            self.local.mkdir(parents=True, exist_ok=True)
            for directory in (
                self.redis,
                self.cache,
                self.keys,
                self.log,
                self.local / "files",
                self.local / "mail",
            ):
                directory.mkdir(mode=0o700, exist_ok=True)
            for directory in (self.cluster, self.run):
                directory.mkdir(mode=0o700, exist_ok=True)
                _change_owner(directory, account_of(self))
            (self.redis / "writable").touch()
        except OSError as error:
            raise LocalStackError(
                f"{self.local} cannot be written ({error.strerror}): make it yours with "
                f"`sudo chown -R $USER {self.local}`, or choose another with SERMO_LOCAL=DIR."
            ) from None
        owner = self.run.lstat()
        if self.run.is_symlink() or owner.st_uid not in {os.getuid(), account_of(self).pw_uid}:
            raise LocalStackError(
                f"{self.run} belongs to another account; remove it or set TMPDIR."
            )


def account_of(paths: LocalPaths) -> pwd.struct_passwd:
    """The account that runs PostgreSQL: the current user.

    PostgreSQL refuses to run as root. For root it is the owner of the data, or `nobody`. Raises
    `LocalStackError` if root has no such account.
    """
    if os.getuid() != ROOT:
        return pwd.getpwuid(os.getuid())
    try:
        owner = (paths.data if paths.data.exists() else paths.cluster).stat().st_uid
    except OSError:
        owner = ROOT
    try:
        return pwd.getpwuid(owner) if owner != ROOT else pwd.getpwnam("nobody")
    except KeyError:
        raise LocalStackError(
            "PostgreSQL will not run as root and this machine has no account `nobody`; "
            "run the command as a normal user."
        ) from None


def _change_owner(directory: Path, account: pwd.struct_passwd) -> None:
    if directory.stat().st_uid != account.pw_uid and os.getuid() == ROOT:
        os.chown(directory, account.pw_uid, account.pw_gid)


def run_as_account(
    paths: LocalPaths, command: list[str | Path], *, stdin: str | None = None, seconds: int = 120
) -> subprocess.CompletedProcess[str]:
    """Run a program of PostgreSQL as its account, detached from this terminal.

    Returns the exit code and, in `stdout`, the combined output. Raises `LocalStackError` if root
    cannot change to that account. After `seconds` it raises subprocess.TimeoutExpired.
    """
    environment = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", "HOME": "/"}
    # A file, because a server in the background would keep a pipe open.
    with tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(
            [*_prefix(paths, Path(command[0])), *map(str, command)],
            input=stdin,
            stdin=None if stdin is not None else subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd="/",
            text=True,
            start_new_session=True,
            timeout=seconds,
            check=False,
        )
        output.seek(0)
        return subprocess.CompletedProcess(done.args, done.returncode, output.read(), "")


def _prefix(paths: LocalPaths, program: Path) -> list[str]:
    """The `setpriv` command with which root changes to the account; empty for other users.

    The account cannot enter /root or a private temporary directory; for a clone there it keeps the
    capability to do so (`dac_override`).
    """
    if os.getuid() != ROOT:
        return []
    account, setpriv = account_of(paths), shutil.which("setpriv")
    if setpriv is None:
        raise LocalStackError(
            "PostgreSQL will not run as root and this machine has no `setpriv`; "
            "install util-linux or run the command as a normal user."
        )
    down = [setpriv, f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
    keep = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
    for prefix in (down, [*down, *keep]):
        probe = [*prefix, "sh", "-c", 'test -x "$0" && test -w "$1"', str(program)]
        probe.append(str(paths.cluster))
        if subprocess.run(probe, cwd="/", capture_output=True, check=False).returncode == 0:
            return prefix
    raise LocalStackError(
        f"PostgreSQL will not run as root, and the account {account.pw_name} cannot reach "
        f"{paths.local}; run the command as a normal user, or "
        "move the clone to a directory that the account can enter."
    )


@contextmanager
def locked(paths: LocalPaths) -> Iterator[None]:
    """Wait for the lock of this `.local`. It ends with its process, so it cannot become stale."""
    with (paths.local / "lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def is_process(pid: int, *marks: str) -> bool:
    """Whether the process is alive and its command line contains all `marks`.

    The marks are needed because process ids are reused.
    """
    try:
        line = (
            Path(f"/proc/{pid}/cmdline")
            .read_bytes()
            .replace(b"\0", b" ")
            .decode("utf-8", "replace")
        )
    except FileNotFoundError:
        if Path("/proc/self").exists():
            return False
        ps = ["ps", "-o", "args=", "-p", str(pid)]
        line = subprocess.run(ps, capture_output=True, text=True, check=False).stdout
    except OSError:
        return False
    return bool(line.strip()) and all(mark in line for mark in marks)


def read_pid(file: Path) -> int | None:
    """The number on the first line, or None if there is none."""
    try:
        return int(file.read_text().splitlines()[0])
    except (OSError, ValueError, IndexError):
        return None
