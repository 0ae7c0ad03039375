"""Measures one size of the data in a process of its own; the last line of output is JSON."""

from __future__ import annotations

import json
import sys

from tools.benchmarks.pages.__main__ import measure

if __name__ == "__main__":
    size, rounds, requests = sys.argv[1:]
    result = measure(size, int(rounds), int(requests))
    sys.stdout.write(json.dumps(result) + "\n")
