"""A custodian's part, on a machine without network, database or Django.

python -m sermo.custody.decrypt_layer FILE --key CUSTODIAN_KEY --fingerprint DIGITS --out FILE
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import Sequence
from pathlib import Path

from sermo.custody.errors import CustodyRefusal
from sermo.custody.offline import custodian_file, private_files
from sermo.custody.offline.custodian_file import CustodianFile


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of this program; the command `unseal decrypt-layer` takes the same."""
    parser.add_argument("file", type=Path, help="the file you were handed")
    parser.add_argument("--key", type=Path, required=True, help="your own key file")
    parser.add_argument(
        "--fingerprint", required=True, help="the number you were told by telephone"
    )
    parser.add_argument("--out", type=Path, required=True, help="the file to hand on")


def decrypt_layer_of_file(file: Path, key: Path, fingerprint: str, out: Path) -> CustodianFile:
    """Remove one layer, from file to file. Raises `CustodyRefusal`."""
    decrypted = custodian_file.decrypt_layer(
        custodian_file.load(private_files.read(file)),
        custodian_file.read_custodian_key(private_files.read(key)),
        now=dt.datetime.now(dt.UTC),
        confirmed_fingerprint=fingerprint,
    )
    private_files.write_new(out, custodian_file.dump(decrypted))
    return decrypted


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status: 1 if a rule refuses."""
    parser = argparse.ArgumentParser(prog="python -m sermo.custody.decrypt_layer")
    add_arguments(parser)
    options = parser.parse_args(arguments)
    try:
        decrypted = decrypt_layer_of_file(
            options.file, options.key, options.fingerprint, options.out
        )
    except CustodyRefusal as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    sys.stdout.write(f"Layer {decrypted.step - 1} of 2 is off.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
