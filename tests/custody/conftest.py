from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import User
from sermo.custody import tasks
from sermo.members.viewer import Viewer
from sermo.moderation.models import AuthorDisclosure
from sermo.moderation.selectors import targets
from tests.accounts.conftest import EnteredMember, make_entered_member

HOLDERS = (
    "Ada Sample <ada@mail.example>",
    "Ben Specimen <ben@mail.example>",
    "Cy Example <cy@mail.example>",
)
REASON = "A court has ordered the author of this one comment to be named to the prosecutor."


@pytest.fixture(autouse=True)
def _encrypted_email(settings: Any) -> None:
    settings.EMAIL_BACKEND = "accounts.email_outbox.backend.EncryptedEmailBackend"


@pytest.fixture(autouse=True)
def _restore_keys() -> Iterator[None]:
    before = {name: value for name, value in os.environ.items() if name.startswith("SERMO_KEY_")}
    yield
    os.environ.update(before)


def make_custodians(directory: Path, *holders: str) -> None:
    call_command("make_custodians", str(directory), *(f"--holder={holder}" for holder in holders))


@dataclass(frozen=True)
class Custodians:
    """The directory of the three key files."""

    directory: Path

    def key(self, number: int) -> Path:
        return self.directory / f"custodian{number}.key"


@pytest.fixture
def custodians(db: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Custodians:
    """Three people with new keys, and a site that knows the public halves."""
    directory = tmp_path / "keys"
    make_custodians(directory, *HOLDERS)
    for line in capsys.readouterr().out.splitlines():
        name, _, value = line.partition("=")
        if name.startswith("SERMO_KEY_CUSTODIAN_"):
            os.environ[name] = f"{value.partition('  #')[0]},{os.environ[name]}"
    return Custodians(directory)


@dataclass(frozen=True)
class Author:
    entrant: EnteredMember
    viewer: Viewer

    @property
    def user(self) -> User:
        return self.entrant.user


@pytest.fixture
def author(custodians: Custodians) -> Author:
    """A member who entered after the custodians were appointed."""
    entrant = make_entered_member()
    return Author(entrant, entrant.viewer)


class CustodyCommands:
    """The commands, as operators and custodians type them."""

    def __init__(self, directory: Path, custodians: Custodians, capsys: Any) -> None:
        self.directory, self.custodians, self._capsys = directory, custodians, capsys
        self.reason = directory / "reason.txt"
        self.reason.write_text(REASON)
        self.key = directory / "requester.key"
        self._files = 0

    def run(self, *words: object) -> str:
        self._capsys.readouterr()
        call_command("unseal", *[str(word) for word in words])
        printed: str = self._capsys.readouterr().out
        return printed.strip()

    def new_path(self) -> Path:
        self._files += 1
        return self.directory / f"file-{self._files}.json"

    def request(self, post: Any, **options: Any) -> tuple[AuthorDisclosure, str]:
        """The request, and the fingerprint that the requester reads out."""
        chosen = {
            "reason": self.reason,
            "requester": "Rosa Requester <rosa@court.example>",
            "custodians": "1-3",
            "key-out": self.key,
            **options,
        }
        words = [word for name, value in chosen.items() for word in (f"--{name}", value)]
        printed = self.run("request", targets.target_kind(post), post.public_id, *words)
        disclosure = AuthorDisclosure.objects.get(public_id=printed.split()[1].rstrip(","))
        tasks.prepare_disclosure(str(disclosure.pk))
        return disclosure, printed.split()[-1]

    def export(self, number: str) -> Path:
        out = self.new_path()
        self.run("export", number, "--out", out)
        return out

    def decrypt_layer(self, file: Path, custodian: int, fingerprint: str) -> Path:
        out = self.new_path()
        self.run(
            "decrypt-layer",
            file,
            "--key",
            self.custodians.key(custodian),
            "--fingerprint",
            fingerprint,
            "--out",
            out,
        )
        return out


@pytest.fixture
def commands(tmp_path: Path, custodians: Custodians, capsys: Any) -> CustodyCommands:
    return CustodyCommands(tmp_path, custodians, capsys)
