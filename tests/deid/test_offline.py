"""Models and codecs lie in the installed packages: nothing is fetched when pictures are cleaned."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cases.deid import images, sandbox
from cases.deid.results import Frame
from tests.deid import synthetic_dicom, synthetic_pictures

ROOT = Path(__file__).resolve().parents[2]
_CLOSED = """
import json, sys

def refuse(event, arguments):
    # Making one and binding it to this machine is how a library asks whether IPv6 is there.
    if event in ("socket.__new__", "socket.bind"):
        return
    if event.split(".")[0] in ("socket", "urllib", "ftplib", "http"):
        print("NETWORK", event, flush=True)
        raise OSError("closed")

sys.addaudithook(refuse)
from cases.deid import sandbox_process
for line in sys.stdin:
    print(json.dumps(sandbox_process.run_job(line)), flush=True)
"""


def test_detection_works_with_every_socket_closed(tmp_path: Path) -> None:
    photo = synthetic_pictures.write_on(synthetic_pictures.skin(400, 300), size=30)
    synthetic_pictures.save_photo(photo, tmp_path / "photo.jpg")
    synthetic_dicom.write(
        tmp_path / "scan.dcm", synthetic_dicom.values(synthetic_dicom.ultrasound("", (64, 48)))
    )
    photo.save(tmp_path / "working.png")
    frame = Frame(tmp_path / "working.png", 400, 300).as_json()
    home = tmp_path / "home"
    home.mkdir()
    jobs = [
        *(
            {"job": "decode", "source": str(tmp_path / name), "directory": str(tmp_path)}
            for name in ("photo.jpg", "scan.dcm")
        ),
        {"job": "detect", "frame": frame, "number": 0, "near": None},
    ]

    done = subprocess.run(
        [sys.executable, "-c", _CLOSED],
        input="".join(f"{json.dumps(job)}\n" for job in jobs),
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "HOME": str(home), "XDG_CACHE_HOME": str(home)},
        check=True,
    )

    replies = done.stdout.splitlines()
    assert not any(line.startswith("NETWORK") for line in replies)
    photograph, scan, look = (json.loads(line)["done"] for line in replies)
    assert (photograph["format"], scan["format"]) == ("JPEG", "DICOM")
    assert any(box["kind"] == "text" for box in look)
    assert list(home.rglob("*")) == []


def test_sandbox_process_has_no_network(tmp_path: Path) -> None:
    synthetic_pictures.skin(64, 48).save(tmp_path / "working.png")
    images.render_sizes([Frame(tmp_path / "working.png", 64, 48)], tmp_path, (32,))

    child = Path(f"/proc/{sandbox.warm_process_id()}")
    if (child / "ns/net").readlink() == Path("/proc/self/ns/net").readlink():
        pytest.skip("this kernel does not let a process leave the network")
    devices = (child / "net/dev").read_text().splitlines()[2:]

    assert [line.split(":")[0].strip() for line in devices] == ["lo"]
