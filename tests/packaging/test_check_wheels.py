"""The command that says on which platforms every pinned package has a wheel."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from django.conf import settings

from tools import check_wheels

LINUX, MAC = check_wheels.TARGETS[0], check_wheels.TARGETS[2]
LOCK_FILE = """\
# written by a tool
first==1.0 \\
    --hash=sha256:00
    # via second
only-mac==2 ; sys_platform == 'darwin' and python_full_version >= '3.12' \\
    --hash=sha256:00
third==3.post1
"""


def test_every_pin_of_the_lock_file_is_read() -> None:
    text = (settings.BASE_DIR / "requirements.txt").read_text()
    pinned = [line for line in text.splitlines() if line and line[0] not in " #"]

    assert len(check_wheels.read_pins(text)) == len(pinned) > 70


def test_pins_apply_where_their_markers_hold() -> None:
    pins = check_wheels.read_pins(LOCK_FILE)

    def applying(target: check_wheels.Target, python: str) -> list[str]:
        return [pin.name for pin in pins if check_wheels.applies(pin, target, python)]

    assert applying(LINUX, "3.14") == applying(MAC, "3.11") == ["first", "third"]
    assert applying(MAC, "3.14") == ["first", "only-mac", "third"]


def test_every_missing_wheel_is_found_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Sequence[str]] = []

    def ask(pins: Sequence[str], target: check_wheels.Target, python: str) -> str | None:
        calls.append(tuple(pins))
        absent = [pin for pin in pins if pin.startswith(("first", "third"))]
        return f"ERROR: No matching distribution found for {absent[0]}\n" if absent else None

    monkeypatch.setattr(check_wheels, "_ask_pip", ask)
    pins = check_wheels.read_pins(LOCK_FILE)

    missing = check_wheels.missing_wheels(pins, MAC, "3.14")

    assert missing == ["first==1.0", "third==3.post1"]
    assert calls[-1] == ("only-mac==2",)


def test_an_index_that_does_not_answer_is_no_missing_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_wheels, "_ask_pip", lambda *arguments: "ERROR: connection refused")

    with pytest.raises(SystemExit, match=r"pip failed for Linux x86-64, Python 3\.14"):
        check_wheels.missing_wheels(check_wheels.read_pins(LOCK_FILE), LINUX, "3.14")


def test_table_has_a_row_for_each_platform() -> None:
    cells: dict[tuple[check_wheels.Target, str], list[str]] = {
        (target, "3.14"): [] for target in check_wheels.TARGETS
    }
    cells[MAC, "3.14"] = ["a==1"]

    rows = check_wheels.format_table(cells, ["3.14"]).splitlines()

    assert rows[0] == "| platform | Python 3.14 |"
    assert "| Linux x86-64 | all |" in rows
    assert "| macOS ARM64 | a==1 |" in rows
    assert len(rows) == 2 + len(check_wheels.TARGETS)
