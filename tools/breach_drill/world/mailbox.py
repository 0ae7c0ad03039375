"""Reading mail as people read it: from the spool, by the address it went to."""

from __future__ import annotations

import email
import email.policy
import re
from collections import defaultdict
from pathlib import Path

# A code is on a line of its own, or is the only sequence of eight digits.
_CODE = re.compile(r"^\s*([A-Z0-9]{3,5}-?[A-Z0-9]{3,5})\s*$|(?<!\d)(\d{8})(?!\d)", re.MULTILINE)


class Mailbox:
    """The spool, each email read once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read: set[str] = set()
        self._of: dict[str, list[str]] = defaultdict(list)

    def latest(self, address: str) -> str:
        """The text of the last email to this address; "" where none came."""
        fresh = {
            path.name: path for path in self.folder.glob("*.eml") if path.name not in self._read
        }
        for path in sorted(fresh.values(), key=lambda path: path.stat().st_mtime_ns):
            self._read.add(path.name)
            message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            body = message.get_body(("plain",))
            text = body.get_content() if body is not None else ""
            self._of[str(message["To"]).lower()].append(text)
        texts = self._of[address.lower()]
        return texts[-1] if texts else ""

    def code(self, address: str) -> str:
        """The code in the last email. Raises `LookupError`."""
        match = _CODE.search(self.latest(address))
        if match is None:
            raise LookupError("no code in the last mail to this address")
        return str(match.group(1) or match.group(2))
