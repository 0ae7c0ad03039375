"""One size, in a process of its own: prints JSON as its last line (see `__main__`)."""

from __future__ import annotations

import json
import sys

from tools.benchmarks.pages.__main__ import measure

if __name__ == "__main__":
    size, rounds, requests = sys.argv[1:]
    told = measure(size, int(rounds), int(requests))
    sys.stdout.write(json.dumps(told) + "\n")
