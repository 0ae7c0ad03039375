"""Whom a check is about, and its outcome."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from verification.models import Application, RegisterRow, Step, StepName, StepState
from verification.personal_data.applicant_details import ApplicantDetails, decrypt_json
from verification.schemes import validators


@dataclass(frozen=True)
class CheckSubject:
    """The applicant of a check. Without a `step` no vendor may be asked."""

    application: Application
    person: ApplicantDetails
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

    def finished_step(self, name: StepName) -> Step | None:
        """A finished step of this round; None if there is none."""
        return Step.objects.filter(
            application=self.application,
            attempt=self.application.attempt,
            name=name,
            state=StepState.DONE,
        ).first()

    def private_data_of(self, name: StepName) -> dict[str, Any]:
        """The private data that a finished step of this round stored; empty if there is none."""
        step = self.finished_step(name)
        if step is None or step.private_ciphertext is None:
            return {}
        return decrypt_json(self.application.user.decrypt_data_key(), step.private_ciphertext)


@dataclass(frozen=True)
class CheckOutcome:
    """The outcome of a check. `normalized` is stored in clear: codes only, never a name or number.

    `private_data` is for later steps and is encrypted with the applicant's data key.
    """

    code: str
    normalized: Mapping[str, Any] = field(default_factory=dict)
    private_data: Mapping[str, Any] | None = None


Check = Callable[[CheckSubject], CheckOutcome]
