"""Lists the files that go into the production images: `python -m tools.image_files`.

It evaluates `.dockerignore` against the files under version control, as the builder does: patterns
in their order, the last that matches decides, `!` takes files in again, and what matches a
directory matches all in it.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Print the list, one file a line."""
    print("\n".join(image_files()))


def image_files() -> list[str]:
    """The files under version control that `COPY . .` takes into the images."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    patterns = read_patterns((PROJECT / ".dockerignore").read_text())
    return [path for path in listed.stdout.split("\0") if path and not is_ignored(path, patterns)]


def read_patterns(text: str) -> list[tuple[re.Pattern[str], bool]]:
    """Each pattern, and whether it leaves files out (True) or takes them in again."""
    lines = [line.strip() for line in text.splitlines()]
    patterns = [line for line in lines if line and not line.startswith("#")]
    return [(_expression(line.removeprefix("!")), not line.startswith("!")) for line in patterns]


def is_ignored(path: str, patterns: list[tuple[re.Pattern[str], bool]]) -> bool:
    """Whether the builder leaves this file out."""
    parts = path.split("/")
    candidates = ["/".join(parts[:length]) for length in range(1, len(parts) + 1)]
    ignored = False
    for expression, leaves_out in patterns:
        if any(expression.fullmatch(candidate) for candidate in candidates):
            ignored = leaves_out
    return ignored


def _expression(pattern: str) -> re.Pattern[str]:
    """`**/` is any number of directories, `*` and `?` stay within one name."""
    pieces = re.split(r"(\*\*/|\*\*|\*|\?)", pattern.strip("/"))
    regex = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(regex.get(piece, re.escape(piece)) for piece in pieces))


if __name__ == "__main__":
    main()
