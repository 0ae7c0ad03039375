"""Directories with running servers, for the tests of the one-command start."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sermo import local_stack
from sermo.local_stack.paths import LocalPaths


@pytest.fixture(autouse=True)
def _sockets(socket_enabled: None) -> None:
    """Let tests use sockets: the servers listen on this machine."""


@pytest.fixture(scope="module")
def local() -> Iterator[Path]:
    """A `.local` directory; its servers are stopped after the last test of the module."""
    directory = Path(tempfile.mkdtemp(prefix="sermo-start-"))
    yield directory
    local_stack.stop(directory)
    shutil.rmtree(directory)


@pytest.fixture
def paths(local: Path, monkeypatch: pytest.MonkeyPatch) -> LocalPaths:
    """The paths of a `.local` with both servers running; no address is configured."""
    for name in (*local_stack.ADDRESSES, "SERMO_SECRET_KEY", "SERMO_STORAGE"):
        monkeypatch.delenv(name, raising=False)
    local_stack.ensure_servers(local)
    return LocalPaths(local)
