"""The environment of the scanners: pinned, with hashes, apart from that of the product."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from sermo.local_stack.paths import default_local

LOCK_FILE = Path(__file__).with_name("requirements.txt")
# One small package has no wheel.
PIP = ("--quiet", "--require-hashes", "--no-deps", "--only-binary=:all:", "--no-binary=yaswfp")


class Programs:
    """The scanners' programs. `run` gives up after some seconds."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(
        self, name: str, *arguments: str, seconds: int = 600
    ) -> subprocess.CompletedProcess[str] | None:
        """None if it did not end in time."""
        environment = os.environ | {
            "PATH": f"{self.folder / 'bin'}:{os.environ.get('PATH', os.defpath)}",
            "SEMGREP_SEND_METRICS": "off",
            "SEMGREP_ENABLE_VERSION_CHECK": "0",
            "HOME": str(self.folder.parent),
        }
        try:
            return subprocess.run(
                [str(self.folder / "bin" / name), *arguments],
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return None


def prepare() -> Programs:
    """Install the scanners unless the environment has what is pinned. Exits if pip fails."""
    folder = default_local() / "scan" / "venv"
    stamp = folder / ".installed"
    wanted = hashlib.sha256(LOCK_FILE.read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text() != wanted:
        print(f"installing the scanners into {folder} (once)", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        python = str(folder / "bin" / "python")
        pip = [python, "-m", "pip", "install", *PIP, "-r", str(LOCK_FILE)]
        if subprocess.run(pip, check=False).returncode:
            sys.exit(
                "The scanners could not be installed. Without a package index there is no scan."
            )
        stamp.write_text(wanted)
    return Programs(folder)
