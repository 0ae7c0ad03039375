"""What somebody wrote into a form that did not arrive."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest
from django.http.request import UnreadablePostError

from sermo.core.unsent.form_pages import holds_words

# Never kept: secrets, and what a new page brings itself.
_NEVER_KEPT = frozenset({"csrfmiddlewaretoken", "code", "ssn", "credential"})
_CHOICES = frozenset({"on", "off", "true", "false"})
_NO_WORDS = re.compile(r"^[\d.:,+-]*$|^[0-9a-hj-km-np-tv-z]{12}$|^\{.*\}$", re.DOTALL)
# Hidden fields of forms and buttons: no words for a reader.
_TECHNICAL = frozenset(
    {"version", "base", "idempotency_key", "quoted", "change", "shown_as", "do", "after", "purpose"}
)


@dataclass(frozen=True)
class UnsentForm:
    """The address it was sent to, with its query, and its fields without secrets and files."""

    address: str
    fields: dict[str, list[str]]
    had_files: bool = False

    def to_json(self) -> bytes:
        return json.dumps([self.address, self.fields, self.had_files]).encode()

    @classmethod
    def from_json(cls, content: bytes) -> UnsentForm:
        """Raises ValueError if `to_json` did not write the content."""
        address, fields, had_files = json.loads(content)
        return cls(address, fields, had_files)

    def written(self) -> list[tuple[str, str]]:
        """The texts that a person can copy, each with a name made from that of its field."""
        return list(self._written())

    def _written(self) -> Iterator[tuple[str, str]]:
        for name, values in self.fields.items():
            if name in _TECHNICAL or name.startswith("finding-"):
                continue
            for value in values:
                if value.strip() and value not in _CHOICES and not _is_key(value):
                    yield name.rpartition("-")[2].replace("_", " ").capitalize(), value


def form_of(request: HttpRequest) -> UnsentForm | None:
    """The form of a request; None if it holds no words, or cannot be read any more."""
    if not holds_words(request):
        return None
    try:
        sent = request.POST
    except (UnreadablePostError, OSError):
        return None
    fields = {name: list(values) for name, values in sent.lists() if not _is_secret(name)}
    had_files = bool(request.FILES)
    form = UnsentForm(request.get_full_path(), fields, had_files)
    return form if form.written() else None


def _is_secret(name: str) -> bool:
    return name in _NEVER_KEPT or "password" in name


def _is_key(value: str) -> bool:
    """Whether it is a number or a key, which only the site reads."""
    if _NO_WORDS.match(value):
        return True
    try:
        UUID(value)
    except ValueError:
        return False
    return True
