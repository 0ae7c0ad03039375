from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from cases.deid import errors, images, limits, sandbox, sandbox_process
from cases.deid.errors import DeidentificationFailed, FileRefused
from cases.deid.results import Frame
from tests.deid import synthetic_pictures
from tests.waiting import wait_until


def _frame(directory: Path) -> Frame:
    path = directory / "working.png"
    synthetic_pictures.skin(120, 100).save(path)
    return Frame(path, 120, 100)


def test_death_of_the_warm_process_affects_one_job_and_not_the_next(tmp_path: Path) -> None:
    frame = _frame(tmp_path)
    images.render_sizes([frame], tmp_path)
    pid = sandbox.warm_process_id()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    _wait_for_the_end_of(pid)

    images.render_sizes([frame], tmp_path)

    assert sandbox.warm_process_id() != pid


def test_time_out_on_a_file_is_a_refusal(tmp_path: Path) -> None:
    source = synthetic_pictures.save_photo(synthetic_pictures.skin(), tmp_path / "photo.jpg")
    job = {"job": "decode", "source": str(source), "directory": str(tmp_path)}

    with pytest.raises(FileRefused) as refusal:
        sandbox.run_in_new_process(job, 0.01)

    assert refusal.value.code == "too_slow"


def test_time_out_on_our_own_file_is_a_failure(tmp_path: Path) -> None:
    job = {"job": "fingerprints", "frames": [_frame(tmp_path).as_json()]}

    with pytest.raises(DeidentificationFailed):
        sandbox.run_in_warm_process(job, 0.0)

    assert sandbox.run_in_warm_process(job, limits.RENDER_SECONDS)


def test_sandbox_process_has_limits_and_an_empty_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERMO_KEY_ZZTEST", "demo.1:c2VjcmV0")
    sandbox.close_warm_process()
    images.render_sizes([_frame(tmp_path)], tmp_path)
    process = Path(f"/proc/{sandbox.warm_process_id()}")

    granted = {line.split("  ")[0]: line for line in (process / "limits").read_text().splitlines()}

    assert str(limits.CHILD_BYTES) in granted["Max data size"]
    assert str(limits.CHILD_ADDRESS_BYTES) in granted["Max address space"]
    assert str(limits.CHILD_FILE_BYTES) in granted["Max file size"]
    assert granted["Max core file size"].split()[4:6] == ["0", "0"]
    assert b"SERMO" not in (process / "environ").read_bytes()


def test_warm_process_is_replaced_after_its_number_of_jobs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = _frame(tmp_path)
    images.render_sizes([frame], tmp_path)
    pid = sandbox.warm_process_id()
    monkeypatch.setattr(limits, "JOBS_BEFORE_RENEWAL", 1)

    images.render_sizes([frame], tmp_path)

    assert sandbox.warm_process_id() != pid


def test_process_that_failed_or_ran_out_of_memory_is_not_used_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = _frame(tmp_path)
    pids: list[int] = []
    images.render_sizes([frame], tmp_path)
    real = sandbox.SandboxProcess.ask

    def short(process: sandbox.SandboxProcess, job: dict[str, Any], seconds: float) -> Any:
        pids.append(process.pid)
        if len(pids) == 1:
            raise FileRefused(*errors.TOO_MUCH_MEMORY)
        return real(process, job, seconds)

    monkeypatch.setattr(sandbox.SandboxProcess, "ask", short)
    images.render_sizes([frame], tmp_path)

    assert len(set(pids)) == len(pids) == 2


def test_native_library_out_of_memory_refuses_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_job: object) -> None:
        raise RuntimeError("Failed to allocate memory for requested buffer of size 99")

    monkeypatch.setitem(sandbox_process._JOBS, "detect", (fails, 1))
    monkeypatch.setattr(sandbox_process, "_limit_processor_time", lambda _seconds: None)

    assert sandbox_process.run_job('{"job": "detect"}')["refused"][0] == "too_much_memory"


def test_fault_names_type_and_place_but_no_file(tmp_path: Path) -> None:
    missing = Frame(tmp_path / "ZZSECRET.png", 10, 10)

    with pytest.raises(DeidentificationFailed) as fault:
        images.render_sizes([missing], tmp_path)

    assert "FileNotFoundError" in str(fault.value)
    assert "ZZSECRET" not in str(fault.value)


def _wait_for_the_end_of(pid: int) -> None:
    stat = Path(f"/proc/{pid}/stat")
    wait_until(lambda: stat.read_text().split()[2] == "Z", "the end of the child")
