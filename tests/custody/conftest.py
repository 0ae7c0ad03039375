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
from sermo.members.models import Member
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
def _sealed_mail(settings: Any) -> None:
    settings.EMAIL_BACKEND = "accounts.email_outbox.backend.EncryptedEmailBackend"


@pytest.fixture(autouse=True)
def _keys_are_put_back() -> Iterator[None]:
    before = {name: value for name, value in os.environ.items() if name.startswith("SERMO_KEY_")}
    yield
    os.environ.update(before)


def make_custodians(directory: Path, *holders: str) -> None:
    call_command("make_custodians", str(directory), *(f"--holder={one}" for one in holders))


@dataclass(frozen=True)
class Custodians:
    """Where the three key files lie."""

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
class Insider:
    entrant: EnteredMember
    viewer: Viewer

    @property
    def user(self) -> User:
        return self.entrant.user


@pytest.fixture
def author(custodians: Custodians) -> Insider:
    """A member who came in by the front door, after the custodians were named."""
    entrant = make_entered_member()
    return Insider(
        entrant,
        Viewer(
            Member.objects.get(pk=entrant.credential.member_id),
            entrant.credential.secret,
        ),
    )


class Ceremony:
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
        said: str = self._capsys.readouterr().out
        return said.strip()

    def file(self) -> Path:
        self._files += 1
        return self.directory / f"errand-{self._files}.json"

    def ask(self, item: Any, **options: Any) -> tuple[AuthorDisclosure, str]:
        """The request, and the fingerprint that the requester reads out."""
        given = {
            "reason": self.reason,
            "requester": "Rosa Requester <rosa@court.example>",
            "custodians": "1-3",
            "key-out": self.key,
            **options,
        }
        words = [word for name, value in given.items() for word in (f"--{name}", value)]
        said = self.run("ask", targets.target_kind(item), item.public_id, *words)
        unsealing = AuthorDisclosure.objects.get(public_id=said.split()[1].rstrip(","))
        tasks.lay_out_opening(str(unsealing.pk))
        return unsealing, said.split()[-1]

    def take(self, number: str) -> Path:
        out = self.file()
        self.run("take", number, "--out", out)
        return out

    def peel(self, errand: Path, custodian: int, told: str) -> Path:
        out = self.file()
        self.run(
            "peel", errand, "--key", self.custodians.key(custodian), "--told", told, "--out", out
        )
        return out


@pytest.fixture
def ceremony(tmp_path: Path, custodians: Custodians, capsys: Any) -> Ceremony:
    return Ceremony(tmp_path, custodians, capsys)
