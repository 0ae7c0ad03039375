"""Everything about one application, for the reviewer who holds its claim."""

from __future__ import annotations

import datetime as dt
import difflib
from dataclasses import dataclass, field

from django.conf import settings

from sermo.core import clock, countries, specialties
from verification import policy, schemes
from verification.models import (
    Application,
    ApplicationState,
    Decision,
    Document,
    DocumentView,
    RegisterRow,
)
from verification.models.application import OPEN_STATES
from verification.personal_data import applicant_details
from verification.policy import matching
from verification.policy.reasons import SECOND_REVIEW_REASONS
from verification.registers.comparison import compare_with_register
from verification.schemes.validators import normalise
from verification.selectors.applications import details_of, stored_documents
from verification.selectors.check_results import CheckResult, check_results
from verification.selectors.review_queue import reason_labels


@dataclass(frozen=True)
class DiffPart:
    """A part of a text, and whether the other side has it too."""

    text: str
    differs: bool


@dataclass(frozen=True)
class ComparisonRow:
    """What the applicant typed beside what the register records."""

    label: str
    typed: list[DiffPart]
    register: list[DiffPart]
    verdict: str
    is_different: bool


@dataclass(frozen=True)
class ReviewDossier:
    """Everything that a reviewer who holds the claim sees."""

    application: Application
    scheme: schemes.Scheme
    country: str
    comparison: list[ComparisonRow]
    has_register_row: bool
    reasons: list[str]
    needs_two: bool
    documents: list[Document]
    views: list[DocumentView]
    questions: list[tuple[str, str]]
    earlier: list[Decision]
    earlier_notes: list[tuple[Decision, str]]
    others_with_number: int
    sources: list[CheckResult] = field(default_factory=list)
    evidence_days: int = 0
    deleted_on: dt.date | None = None


def review_dossier(application: Application) -> ReviewDossier:
    """Decrypts the applicant's details: call it only for the reviewer who holds the claim."""
    person = details_of(application)
    key = application.user.decrypt_data_key()
    row = RegisterRow.objects.filter(
        scheme=application.scheme, number=normalise(person.number)
    ).first()
    same = Application.objects.filter(number_index=application.number_index)
    earlier = list(
        Decision.objects.filter(application__user_id=application.user_id).exclude(
            undone_at__isnull=False, application=application
        )
    )
    return ReviewDossier(
        application=application,
        scheme=schemes.BY_CODE[application.scheme],
        country=countries.NAMES.get(application.country, application.country),
        comparison=_comparison(application, person, row),
        has_register_row=row is not None,
        reasons=reason_labels(application.reasons),
        needs_two=bool(SECOND_REVIEW_REASONS.intersection(application.reasons)),
        documents=list(stored_documents(application)),
        views=list(
            DocumentView.objects.filter(document__application=application).select_related(
                "document"
            )[:30]
        ),
        questions=[
            (
                applicant_details.decrypt_text(key, r.question_ciphertext),
                applicant_details.decrypt_text(key, r.answer_ciphertext),
            )
            for r in application.reviewer_questions.all()
        ],
        earlier=earlier,
        earlier_notes=[
            (d, applicant_details.decrypt_text(key, d.note_ciphertext)) for d in earlier
        ],
        others_with_number=same.exclude(user_id=application.user_id)
        .filter(state__in=[*OPEN_STATES, ApplicationState.APPROVED])
        .values("user_id")
        .distinct()
        .count(),
        sources=check_results(application, key),
        evidence_days=settings.EVIDENCE_DAYS,
        deleted_on=clock.today() + dt.timedelta(days=settings.EVIDENCE_DAYS),
    )


def _comparison(
    application: Application, person: applicant_details.ApplicantDetails, row: RegisterRow | None
) -> list[ComparisonRow]:
    comparison = compare_with_register(person, row) if row is not None else {}
    born = row.birth_date.isoformat() if row is not None and row.birth_date else ""
    # A register may record several names; the closest one is shown.
    given = _closest_name(person.given_name, row.given_names if row else [])
    family = _closest_name(person.family_name, row.family_names if row else [])
    same_family = row is not None and matching.matches_family_name(
        person.family_name, row.family_names
    )
    same_given = row is not None and matching.matches_given_name(
        person.given_name, row.given_names, initials_count=person.birth_date == born
    )
    return [
        _comparison_row("Number", person.number, row.number if row else "", same=row is not None),
        _comparison_row("Given name", person.given_name, given, same=same_given),
        _comparison_row("Family name", person.family_name, family, same=same_family),
        _comparison_row("Date of birth", person.birth_date, born, same=person.birth_date == born),
        _comparison_row(
            "Licence",
            "",
            row.status_text if row else "",
            same=_is_good(comparison.get("licence_status")),
        ),
        _comparison_row(
            "Profession",
            "physician",
            " ".join(p for p in (row.profession, row.credential) if p) if row else "",
            same=comparison.get("profession") == policy.Profession.PHYSICIAN,
            plain=True,
        ),
        _comparison_row(
            "Specialty",
            specialties.name(application.specialty),
            ", ".join(row.specialties) if row else "",
            same=None,
        ),
        _comparison_row(
            "Year of degree",
            str(person.graduation_year or ""),
            str(row.degree_year or "") if row else "",
            same=None,
        ),
        _comparison_row("E-mail", person.email, row.contact_email if row else "", same=None),
    ]


def _is_good(standing: str | None) -> bool:
    return standing == policy.LicenceStatus.ACTIVE


def _closest_name(typed: str, recorded: list[str]) -> str:
    close = difflib.get_close_matches(typed.casefold(), [n.casefold() for n in recorded], 1, 0.0)
    return next((n for n in recorded if close and n.casefold() == close[0]), "")


def _comparison_row(
    label: str, typed: str, recorded: str, *, same: bool | None, plain: bool = False
) -> ComparisonRow:
    """`same` is None if the values are shown but not compared."""
    if not recorded:
        return ComparisonRow(
            label, [DiffPart(typed, differs=False)], [], "not on the register", False
        )
    if same is None:
        verdict, different = "to compare", False
    else:
        verdict, different = ("agrees", False) if same else ("differs", True)
    if not different or plain or not typed:
        typed_parts = [DiffPart(typed, differs=False)] if typed else []
        return ComparisonRow(
            label, typed_parts, [DiffPart(recorded, differs=different)], verdict, different
        )
    typed_parts, recorded_parts = _diff(typed, recorded)
    return ComparisonRow(label, typed_parts, recorded_parts, verdict, different)


def _diff(typed: str, recorded: str) -> tuple[list[DiffPart], list[DiffPart]]:
    typed_parts: list[DiffPart] = []
    recorded_parts: list[DiffPart] = []
    matcher = difflib.SequenceMatcher(
        None, _lower_same_length(typed), _lower_same_length(recorded), autojunk=False
    )
    for tag, a1, a2, b1, b2 in matcher.get_opcodes():
        if a2 > a1:
            typed_parts.append(DiffPart(typed[a1:a2], differs=tag != "equal"))
        if b2 > b1:
            recorded_parts.append(DiffPart(recorded[b1:b2], differs=tag != "equal"))
    return typed_parts, recorded_parts


def _lower_same_length(text: str) -> str:
    """In lower case, unless that changes the number of characters."""
    lower = text.lower()
    return lower if len(lower) == len(text) else text
