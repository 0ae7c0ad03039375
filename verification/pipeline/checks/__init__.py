"""The checks and their order. A check writes nothing but its requests to vendors."""

from __future__ import annotations

from verification.models import StepName
from verification.pipeline.checks.device_report import check_device
from verification.pipeline.checks.internal import (
    check_binding,
    check_documents,
    check_number_format,
    check_own_records,
)
from verification.pipeline.checks.registers import check_exclusion_list, check_register
from verification.pipeline.checks.subject import Check
from verification.pipeline.checks.vendors import (
    check_identity,
    check_identity_answers,
    check_masterfile,
    check_nppes,
)

CHECKS: dict[StepName, Check] = {
    StepName.FORMAT: check_number_format,
    StepName.OWN_DB: check_own_records,
    StepName.REGISTER: check_register,
    StepName.NPPES: check_nppes,
    StepName.LEIE: check_exclusion_list,
    StepName.AMA: check_masterfile,
    StepName.DEVICE: check_device,
    StepName.IDOLOGY: check_identity,
    StepName.KBA: check_identity_answers,
    StepName.DOCUMENT: check_documents,
    StepName.BINDING: check_binding,
}

# Stages run one after another; the steps of one stage may run at once. No social security number is
# sent before the credential checks have passed.
STAGES: tuple[tuple[StepName, ...], ...] = (
    (StepName.FORMAT,),
    (StepName.OWN_DB,),
    (StepName.REGISTER, StepName.NPPES, StepName.LEIE, StepName.AMA, StepName.DEVICE),
    (StepName.IDOLOGY,),
    (StepName.KBA,),
    (StepName.DOCUMENT,),
    (StepName.BINDING,),
)
