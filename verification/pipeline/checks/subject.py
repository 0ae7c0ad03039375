"""Whom a check is about, how it comes out, and how it can fail."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from verification import names, validators
from verification.models import Application, RegisterRow, Step, StepName, StepState
from verification.personal import Person, open_json


class Passing(Exception):
    """A fault that passes: the same question may be asked again, later."""

    def __init__(self, provider: str = "", *, after: dt.timedelta | None = None) -> None:
        super().__init__(provider)
        self.provider = provider
        self.after = after


class Unknown(Passing):
    """The question left and no answer can be read: it may have been answered and counted."""


class Misconfigured(Exception):
    """Our own credentials, address or request were refused: asking again changes nothing."""

    def __init__(self, provider: str = "") -> None:
        super().__init__(provider)
        self.provider = provider


class Rejected(Misconfigured):
    """This question was refused for what stands in it: others are answered all the same."""


class NotYet(Exception):
    """A vendor's fuse is open: nothing was asked, ask when it may close."""

    def __init__(self, until: dt.datetime) -> None:
        super().__init__()
        self.until = until


@dataclass(frozen=True)
class Subject:
    """Whom a check is about. `step` is None where nothing may be asked of a vendor."""

    application: Application
    person: Person
    step: Step | None = None
    lease: uuid.UUID | None = None

    @property
    def number(self) -> str:
        return validators.normalise(self.person.number)

    @property
    def register_row(self) -> RegisterRow | None:
        return RegisterRow.objects.filter(
            scheme=self.application.scheme, number=self.number
        ).first()

    def earlier(self, name: StepName) -> Step | None:
        """A finished step of this round."""
        return Step.objects.filter(
            application=self.application,
            attempt=self.application.attempt,
            name=name,
            state=StepState.DONE,
        ).first()

    def box_of(self, name: StepName) -> dict[str, Any]:
        """What a finished step of this round left for later ones; empty without one."""
        step = self.earlier(name)
        if step is None or step.box is None:
            return {}
        return open_json(self.application.user.decrypt_data_key(), step.box)


@dataclass(frozen=True)
class Outcome:
    """How a check came out. `normalized` is kept in clear: codes only, never a name or number.

    `box` is for later steps, and is closed under the person's data key.
    """

    code: str
    normalized: Mapping[str, Any] = field(default_factory=dict)
    box: Mapping[str, Any] | None = None


Check = Callable[[Subject], Outcome]


def same_day(typed: dt.date | None, recorded: dt.date | None) -> names.Agreement:
    if typed is None or recorded is None:
        return names.Agreement.UNKNOWN
    return names.Agreement.AGREES if typed == recorded else names.Agreement.DIFFERS
