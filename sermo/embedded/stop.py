"""`make stop`: end the embedded servers of the site and of the tests."""

from __future__ import annotations

import sys

from sermo.embedded import Trouble, default_local, stop


def main() -> None:
    """Stop both sets and say what was stopped."""
    local = default_local()
    try:
        stopped = [*stop(local), *(f"{name} of the tests" for name in stop(local / "test"))]
    except Trouble as error:
        sys.exit(str(error))
    print("stopped: " + ", ".join(stopped) if stopped else "nothing was running")


if __name__ == "__main__":
    main()
