"""A custodian's half, on a machine without network, database or site.

python -m sermo.custody.decrypt_layer ERRAND --key CUSTODIAN_KEY --told FINGERPRINT --out FILE
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import Sequence
from pathlib import Path

from sermo.custody import ceremony, files


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("errand", type=Path, help="the file you were handed")
    parser.add_argument("--key", type=Path, required=True, help="your own key file")
    parser.add_argument("--told", required=True, help="the number you were told by telephone")
    parser.add_argument("--out", type=Path, required=True, help="the file to hand on")


def peel(errand: Path, key: Path, told: str, out: Path) -> ceremony.Errand:
    """Take off one layer, from file to file. Raises `Refused`."""
    done = ceremony.peel(
        ceremony.load(files.read(errand)),
        ceremony.read_key(files.read(key)),
        now=dt.datetime.now(dt.UTC),
        told=told,
    )
    files.write_new(out, ceremony.dump(done))
    return done


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m sermo.custody.decrypt_layer")
    add_arguments(parser)
    given = parser.parse_args(arguments)
    try:
        done = peel(given.errand, given.key, given.told, given.out)
    except ceremony.Refused as refused:
        sys.stderr.write(f"{refused}\n")
        return 1
    sys.stdout.write(f"Layer {done.step - 1} of 2 is off.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
