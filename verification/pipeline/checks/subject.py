"""Whom a check is about, how it comes out, and how it can fail."""

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
    """Whom a check is about. `step` is None where nothing may be asked of a vendor."""

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

    def earlier(self, name: StepName) -> Step | None:
        """A finished step of this round."""
        return Step.objects.filter(
            application=self.application,
            attempt=self.application.attempt,
            name=name,
            state=StepState.DONE,
        ).first()

    def private_data_of(self, name: StepName) -> dict[str, Any]:
        """What a finished step of this round left for later ones; empty without one."""
        step = self.earlier(name)
        if step is None or step.private_ciphertext is None:
            return {}
        return decrypt_json(self.application.user.decrypt_data_key(), step.private_ciphertext)


@dataclass(frozen=True)
class CheckOutcome:
    """How a check came out. `normalized` is kept in clear: codes only, never a name or number.

    `private_data` is for later steps, and is closed under the person's data key.
    """

    code: str
    normalized: Mapping[str, Any] = field(default_factory=dict)
    private_data: Mapping[str, Any] | None = None


Check = Callable[[CheckSubject], CheckOutcome]
