"""The checks, and the order in which they are made. None writes anything but calls to vendors."""

from __future__ import annotations

from verification.models import StepName
from verification.pipeline.checks.device_report import device
from verification.pipeline.checks.internal import binding, documents, number_format, own_database
from verification.pipeline.checks.registers import exclusion_list, register
from verification.pipeline.checks.subject import Check
from verification.pipeline.checks.vendors import idology, masterfile, nppes, questions

CHECKS: dict[StepName, Check] = {
    StepName.FORMAT: number_format,
    StepName.OWN_DB: own_database,
    StepName.REGISTER: register,
    StepName.NPPES: nppes,
    StepName.LEIE: exclusion_list,
    StepName.AMA: masterfile,
    StepName.DEVICE: device,
    StepName.IDOLOGY: idology,
    StepName.KBA: questions,
    StepName.DOCUMENT: documents,
    StepName.BINDING: binding,
}

# Stages run one after another; what stands in one stage may run at once. Nothing secret is sent
# anywhere before the credential held.
STAGES: tuple[tuple[StepName, ...], ...] = (
    (StepName.FORMAT,),
    (StepName.OWN_DB,),
    (StepName.REGISTER, StepName.NPPES, StepName.LEIE, StepName.AMA, StepName.DEVICE),
    (StepName.IDOLOGY,),
    (StepName.KBA,),
    (StepName.DOCUMENT,),
    (StepName.BINDING,),
)
