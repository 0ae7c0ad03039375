"""The outcomes of the checks in words, for the reviewer who holds the claim."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from verification.models import Application, Step, StepName, StepState
from verification.personal_data import applicant_details
from verification.policy import qualifiers

# What each code means to a reviewer. A code in neither table is shown as it is.
_GOOD_TEXTS: dict[tuple[str, Any], str] = {
    ("name", "agrees"): "same name",
    ("birth_date", "agrees"): "same date of birth",
    ("licence_status", "active"): "licence active",
    ("licences", "active"): "an active licence",
    ("licence_known", True): "knows the licence that was named",
    ("physician_code", True): "listed as a physician",
    ("degree", True): "names a medical degree",
    ("degree_awarded", True): "degree awarded",
    ("profession", "physician"): "listed as a physician",
}
_DOUBT_TEXTS: dict[tuple[str, Any], str] = {
    ("name", "differs"): "another name",
    ("birth_date", "differs"): "another date of birth",
    ("licence_status", "conditions"): "conditions, undertakings or warnings",
    ("licence_status", "not_active"): "no licence to practise now",
    ("licence_status", "revoked"): "licence revoked",
    ("licence_status", "removed"): "removed from the register",
    ("licence_status", "deactivated"): "number deactivated",
    ("profession", "resident"): "listed as in training",
    ("profession", "student"): "listed as a student",
    ("profession", "ambiguous"): "profession not stated plainly",
    ("profession", "other"): "another profession",
    ("profession", "organisation"): "an organisation",
    ("licences", "none_active"): "no active licence",
    ("licences", "all_revoked"): "every licence revoked",
    ("licences", "none"): "no licence recorded",
    ("some_revoked", True): "one licence revoked, another active",
    ("sanction", True): "a sanction",
    ("dead", True): "recorded as dead",
    ("student", True): "a student",
    ("degree_awarded", False): "no degree awarded",
    ("degree", False): "the credential names no medical degree",
    ("in_training", True): "in training now",
    ("organisation", True): "an organisation",
    ("deactivated", True): "number deactivated",
    ("other_code", True): "a code of another profession",
    ("trainee_code", True): "a student's or trainee's code",
    ("banned", True): "this number was excluded from here",
    ("duplicate", True): "a member has the same identity",
    ("contested", True): "another account claims this number",
    ("ssn_used", True): "the social security number was given before",
    ("fraud", True): "a risk of fraud",
    ("tampered", True): "altered or replayed",
    ("country_differs", True): "the device is in another country",
    ("watch_list", True): "a watch list holds this name",
    ("velocity", True): "checked unusually often",
    ("questions", "failed"): "questions answered wrongly",
    ("differs", True): "the document shows another name or date of birth",
}
_HIDDEN_VALUES = {
    "unknown",
    "not_asked",
    "no_register",
    "clear",
    "valid",
    "found",
    "answered",
    "seen",
}
_NOT_MADE = {"not_asked"}
_BAD_OUTCOMES = {
    "not_found",
    "ambiguous",
    "unavailable",
    "invalid",
    "number_and_name",
    "possible",
    "failed",
    "config_error",
    "no_answer",
}


@dataclass(frozen=True)
class CheckNote:
    text: str
    is_doubt: bool


@dataclass(frozen=True)
class CheckResult:
    """One check of this round: its outcome, its notes, and what the source records."""

    name: str
    outcome: str
    is_doubt: bool
    notes: list[CheckNote] = field(default_factory=list)
    recorded: list[tuple[str, str]] = field(default_factory=list)


def check_results(application: Application, data_key: bytes) -> list[CheckResult]:
    """In the order of the checks. Checks that were not made are left out."""
    order = {name: index for index, name in enumerate(StepName.values)}
    steps = Step.objects.filter(application=application, attempt=application.attempt)
    made = [
        step for step in steps if step.outcome not in _NOT_MADE and step.name != StepName.DECIDE
    ]
    return [
        _check_result(step, data_key) for step in sorted(made, key=lambda step: order[step.name])
    ]


def _check_result(step: Step, data_key: bytes) -> CheckResult:
    outcome = step.outcome or step.get_state_display()
    return CheckResult(
        name=step.get_name_display(),
        outcome=outcome.replace("_", " "),
        is_doubt=step.outcome in _BAD_OUTCOMES or step.state == StepState.DEAD,
        notes=list(_notes(step.normalized)),
        recorded=_recorded(step, data_key),
    )


def _notes(codes: Mapping[str, Any]) -> list[CheckNote]:
    notes: list[CheckNote] = []
    for name, value in codes.items():
        if name == "qualifiers":
            notes.extend(
                CheckNote(qualifiers.normalise_key(key).replace(".", " "), _is_relevant(key))
                for key in value
            )
        elif isinstance(value, bool | str) and (note := _note(name, value)):
            notes.append(note)
    return sorted(notes, key=lambda note: not note.is_doubt)


def _note(name: str, value: bool | str) -> CheckNote | None:
    if (name, value) in _DOUBT_TEXTS:
        return CheckNote(_DOUBT_TEXTS[name, value], True)
    if (name, value) in _GOOD_TEXTS:
        return CheckNote(_GOOD_TEXTS[name, value], False)
    if isinstance(value, bool) or not value or value in _HIDDEN_VALUES:
        return None
    return CheckNote(f"{name} {value}".replace("_", " "), False)


def _is_relevant(key: str) -> bool:
    return qualifiers.classify(key) is not qualifiers.QualifierClass.NOTHING


def _recorded(step: Step, data_key: bytes) -> list[tuple[str, str]]:
    """Names, date of birth and licences as the source records them."""
    if step.private_ciphertext is None:
        return []
    recorded = (
        applicant_details.decrypt_json(data_key, step.private_ciphertext).get("recorded") or {}
    )
    rows = [
        ("Given names", ", ".join(recorded.get("given", ()))),
        ("Family names", ", ".join(recorded.get("family", ()))),
        ("Date of birth", recorded.get("born", "")),
        *(("Licence", licence) for licence in recorded.get("licences", ())),
    ]
    return [(label, text) for label, text in rows if text]
