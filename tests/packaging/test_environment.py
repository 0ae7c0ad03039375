"""`.venv`: made anew where it is needed, and never emptied through a symbolic link."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from sermo.local_stack import environment

CHECKSUM_OF_EMPTY_FILE = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What `make venv` reads, with nothing pinned."""
    clone = tmp_path / "clone"
    for name in ("Makefile", "sermo/local_stack/environment.py"):
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(settings.BASE_DIR / name, clone / name)
    (clone / "tests").mkdir()
    for name in environment.LOCK_FILES.values():
        (clone / name).touch()
    return clone


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """An environment that others use too, with everything that the clone pins."""
    shared = tmp_path / "shared"
    (shared / "bin").mkdir(parents=True)
    (shared / "bin" / "python").symlink_to(sys.executable)
    (shared / "pyvenv.cfg").touch()
    for name in environment.LOCK_FILES:
        (shared / f".installed-{name}").write_text(CHECKSUM_OF_EMPTY_FILE)
    return shared


def _make(clone: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", "--no-print-directory", f"PYTHON={sys.executable}", *arguments],
        cwd=clone,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )


def _content(directory: Path) -> dict[str, str]:
    return {
        str(path.relative_to(directory)): "" if path.is_symlink() else path.read_text()
        for path in directory.rglob("*")
        if path.is_symlink() or path.is_file()
    }


def test_link_to_an_environment_that_fits_is_used_as_it_is(clone: Path, shared: Path) -> None:
    (clone / ".venv").symlink_to(shared)
    before = _content(shared)

    done = _make(clone, "venv")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (clone / ".venv").is_symlink()
    assert _content(shared) == before


def test_link_to_another_environment_is_replaced_and_its_directory_stays(
    clone: Path, shared: Path
) -> None:
    (shared / ".installed-test").write_text("0" * 64)
    (clone / ".venv").symlink_to(shared)
    before = _content(shared)

    done = _make(clone, "venv")

    assert done.returncode == 0, done.stderr
    assert "what it pointed to stays as it is" in done.stdout
    assert not (clone / ".venv").is_symlink()
    assert (clone / ".venv" / "bin" / "python").exists()
    assert _content(shared) == before


@pytest.mark.parametrize("spelling", [".venv", ".venv/"])
def test_clean_removes_a_link_and_not_what_it_points_to(
    clone: Path, shared: Path, spelling: str
) -> None:
    (clone / ".venv").symlink_to(shared)
    before = _content(shared)

    done = _make(clone, "clean", f"VENV={spelling}")

    assert done.returncode == 0, done.stderr
    assert not (clone / ".venv").is_symlink()
    assert _content(shared) == before


def test_clean_removes_a_link_that_points_nowhere(clone: Path) -> None:
    (clone / ".venv").symlink_to(clone / "gone")

    assert _make(clone, "clean").returncode == 0
    assert not (clone / ".venv").is_symlink()


def test_clean_removes_an_environment_and_follows_no_link_in_it(
    clone: Path, shared: Path, tmp_path: Path
) -> None:
    shared.rename(clone / ".venv")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "file").touch()
    (clone / ".venv" / "lib64").symlink_to(tmp_path / "elsewhere")

    assert _make(clone, "clean").returncode == 0
    assert not (clone / ".venv").exists()
    assert (tmp_path / "elsewhere" / "file").exists()


def test_directory_that_is_no_environment_is_never_deleted(clone: Path) -> None:
    (clone / ".venv").mkdir()
    (clone / ".venv" / "thesis.txt").touch()

    for target in ("clean", "venv"):
        done = _make(clone, target)

        assert done.returncode != 0
        assert "is not a Python environment; move it away" in done.stderr
        assert (clone / ".venv" / "thesis.txt").exists()


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would be created and installed, in order; nothing is."""
    steps: list[str] = []
    monkeypatch.setattr(environment, "_create", lambda venv: steps.append("create"))
    monkeypatch.setattr(environment, "_install", lambda venv, name: steps.append(name))
    return steps


@pytest.mark.parametrize("damage", ["interrupted", "without Python"])
def test_link_to_a_damaged_environment_is_replaced_and_its_directory_stays(
    tmp_path: Path, shared: Path, installed: list[str], damage: str
) -> None:
    if damage == "interrupted":
        (shared / ".incomplete").touch()
        (shared / ".installed-test").unlink()
    else:
        (shared / "bin" / "python").unlink()
    (tmp_path / "link").symlink_to(shared)
    before = _content(shared)

    environment.prepare(tmp_path / "link", ["run", "test"])

    assert installed == ["create", "run", "test"]
    assert not (tmp_path / "link").is_symlink()
    assert _content(shared) == before


def test_interrupted_environment_is_created_anew(
    tmp_path: Path, shared: Path, installed: list[str]
) -> None:
    (shared / ".incomplete").touch()
    (shared / ".installed-test").unlink()

    environment.prepare(shared, ["run", "test"])

    assert installed == ["create", "run", "test"]
    assert not shared.exists()


def test_only_what_is_missing_is_installed(
    shared: Path, installed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "_wanted", lambda name: CHECKSUM_OF_EMPTY_FILE)
    monkeypatch.setattr(environment, "_runs", lambda venv: True)
    (shared / ".installed-test").unlink()

    environment.prepare(shared, ["run"])
    assert installed == []

    environment.prepare(shared, ["run", "test"])
    assert installed == ["test"]


def test_python_that_is_too_old_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "MIN_PYTHON", (99, 0))

    with pytest.raises(environment.EnvironmentProblem, match=r"Python 3\.11 or later is needed"):
        environment.prepare(tmp_path / "venv", ["run"])
