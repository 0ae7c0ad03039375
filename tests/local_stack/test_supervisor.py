"""The supervisor of `make run`: its port, its child processes, and the steps before them."""

from __future__ import annotations

import os
import socket
import sys
import threading
from pathlib import Path

import pytest

from sermo.local_stack import (
    child_processes,
    preflight,
    prepare,
    run,
)
from sermo.local_stack.child_processes import ChildProcess
from sermo.local_stack.errors import LocalStackError
from sermo.local_stack.paths import LocalPaths, is_process, read_pid
from tests.waiting import MAX_WAIT_SECONDS, wait_until


def test_error_for_a_port_in_use_proposes_another(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(LocalStackError, match=r"in use by another program: .*make run PORT="):
            preflight.check_preconditions(LocalPaths(tmp_path), port)


@pytest.mark.parametrize("port", ["eighty", "0", "65536", "-1"])
def test_invalid_port_is_refused(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", port)

    with pytest.raises(LocalStackError, match="PORT must be a number"):
        preflight.requested_port()


def test_second_supervisor_is_refused_while_the_first_runs(tmp_path: Path) -> None:
    paths = LocalPaths(tmp_path)

    with (
        run._single_instance(paths),
        pytest.raises(LocalStackError, match=r"already running .*make stop"),
    ):
        run._single_instance(paths).__enter__()

    with run._single_instance(paths):
        assert read_pid(tmp_path / "supervisor") == os.getpid()


def _child(tmp_path: Path, code: str) -> ChildProcess:
    return ChildProcess(
        name="test",
        command=[sys.executable, "-u", "-c", code],
        environment=os.environ,
        log=tmp_path / "test.log",
    )


def test_child_that_dies_starts_again_after_a_growing_pause(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    child = _child(tmp_path, "raise SystemExit(3)")
    child.start()
    wait_until(lambda: not child.is_alive(), "the end of the child")

    child.restart_if_dead()

    assert child.starts == 1
    assert child.pause == 2.0
    assert "ended with 3; it starts again in 2 s" in capsys.readouterr().out
    child.due_at = 0
    child.restart_if_dead()
    assert child.starts == 2
    child_processes.end_all([child], grace=1, stop_now=threading.Event())


def test_child_finishes_its_work_before_it_ends(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    child = _child(
        tmp_path,
        "import signal, sys, time\n"
        "def end(*_): time.sleep(0.3); print('work done'); sys.exit()\n"
        "signal.signal(signal.SIGTERM, end); print('at work'); time.sleep(3600)",
    )
    child.start()
    wait_until(lambda: "at work" in child.last_lines, "the child at work")

    child_processes.end_all([child], grace=MAX_WAIT_SECONDS, stop_now=threading.Event())

    assert "work done" in (tmp_path / "test.log").read_text()
    assert "test   | work done" in capsys.readouterr().out


def test_child_that_does_not_end_is_killed_when_stop_now(tmp_path: Path) -> None:
    child = _child(
        tmp_path,
        "import signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf'); time.sleep(3600)",
    )
    child.start()
    wait_until(lambda: "deaf" in child.last_lines, "the child that ignores TERM")
    stop_now = threading.Event()
    stop_now.set()

    # Had it waited for the child's own end, this would take an hour.
    child_processes.end_all([child], grace=3600, stop_now=stop_now)

    assert not child.is_alive()


def test_processes_of_a_killed_supervisor_are_ended(tmp_path: Path) -> None:
    child = _child(tmp_path, "import time; time.sleep(3600)")
    child.start()
    assert child.process
    child_processes.record_children(LocalPaths(tmp_path), child.process)
    reaper = threading.Thread(target=child.process.wait)  # as init would
    reaper.start()

    assert child_processes.end_orphans(LocalPaths(tmp_path)) == 1

    reaper.join(MAX_WAIT_SECONDS)
    assert not is_process(child.process.pid)
    assert child_processes.end_orphans(LocalPaths(tmp_path)) == 0


def test_a_reused_process_number_is_not_taken_for_an_orphan(tmp_path: Path) -> None:
    (tmp_path / "children.json").write_text(f'[[{os.getpid()}, "python -m celery of another day"]]')

    assert child_processes.end_orphans(LocalPaths(tmp_path)) == 0


def test_a_step_is_marked_only_after_it_succeeded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    monkeypatch.setattr("django.core.management.get_commands", lambda: {"seed_demo": "test"})

    def call(command: str, **_: object) -> None:
        calls.append(command)
        if len(calls) == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr("django.core.management.call_command", call)
    marks = prepare.CompletedSteps(tmp_path / "prepared.json")
    with pytest.raises(KeyboardInterrupt):
        prepare._run_if_changed(marks, "demo", "1", "inventing", "seed_demo")

    prepare._run_if_changed(
        prepare.CompletedSteps(marks.file), "demo", "1", "inventing", "seed_demo"
    )
    prepare._run_if_changed(
        prepare.CompletedSteps(marks.file), "demo", "1", "inventing", "seed_demo"
    )

    assert len(calls) == 2
