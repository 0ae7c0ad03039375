"""The checks themselves. Each takes a subject and answers an outcome; none writes anything."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from verification import names, policy, schemes, validators
from verification.models import (
    Application,
    Credential,
    Exclusion,
    RegisterRow,
    StepName,
)
from verification.personal import Person


class Passing(Exception):
    """A fault that passes: try again later."""


@dataclass(frozen=True)
class Subject:
    """Whom a check is about."""

    application: Application
    person: Person

    @property
    def number(self) -> str:
        return validators.normalise(self.person.number)

    @property
    def register_row(self) -> RegisterRow | None:
        return RegisterRow.objects.filter(
            scheme=self.application.scheme, number=self.number
        ).first()


@dataclass(frozen=True)
class Outcome:
    """How a check came out. `normalized` is kept in clear: codes only, never a name or number."""

    code: str
    normalized: Mapping[str, Any] = field(default_factory=dict)


Check = Callable[[Subject], Outcome]


def number_format(subject: Subject) -> Outcome:
    scheme = schemes.BY_CODE[subject.application.scheme]
    return Outcome("valid" if scheme.valid(subject.number) else "invalid")


def own_database(subject: Subject) -> Outcome:
    """Whether the number is banned, or held or claimed by another account."""
    application = subject.application
    same = Credential.objects.filter(number_index=application.number_index)
    banned = same.filter(banned=True).exists()
    ours = same.filter(application=application, active=True).exists()
    return Outcome("asked", {"banned": banned, "contested": not ours})


def register(subject: Subject) -> Outcome:
    """The local copy of the register against what was typed."""
    scheme = schemes.BY_CODE[subject.application.scheme]
    if not scheme.has_register:
        return Outcome(policy.Lookup.NO_REGISTER)
    row = subject.register_row
    if row is None:
        loaded = RegisterRow.objects.filter(scheme=scheme.code).exists()
        return Outcome(policy.Lookup.NOT_FOUND if loaded else policy.Lookup.UNAVAILABLE)
    return Outcome(policy.Lookup.FOUND, compare(subject.person, row))


def compare(person: Person, row: RegisterRow) -> dict[str, str]:
    """Codes for each comparison between a person and a row of a register."""
    born = _birth_dates(person.born, row.birth_date)
    name = names.compare(
        given=person.given_name,
        family=person.family_name,
        recorded_given=row.given_names,
        recorded_family=row.family_names,
        same_birth_date=born is names.Agreement.AGREES,
    )
    return {
        "name": name,
        "birth_date": born,
        "standing": row.standing,
        "profession": row.profession,
    }


def _birth_dates(typed: dt.date | None, recorded: dt.date | None) -> names.Agreement:
    if typed is None or recorded is None:
        return names.Agreement.UNKNOWN
    return names.Agreement.AGREES if typed == recorded else names.Agreement.DIFFERS


def exclusion_list(subject: Subject) -> Outcome:
    """The federal exclusion list, where it is imported; it concerns the United States only."""
    if subject.application.country != "US" or not Exclusion.objects.exists():
        return Outcome(policy.Exclusion.NOT_ASKED)
    person = subject.person
    by_number = Exclusion.objects.filter(npi=subject.number).exclude(npi="")
    if any(names.same_family(person.family_name, [row.family_name]) for row in by_number):
        return Outcome(policy.Exclusion.NUMBER_AND_NAME)
    for row in Exclusion.objects.filter(birth_date=person.born):
        if names.same_family(person.family_name, [row.family_name]) and names.same_given(
            person.given_name, [row.given_name], initials_count=True
        ):
            return Outcome(policy.Exclusion.NAME_AND_BIRTH_DATE)
    return Outcome(policy.Exclusion.CLEAR)


def documents(subject: Subject) -> Outcome:
    there = subject.application.documents.filter(deleted_at__isnull=True).exists()
    return Outcome("present" if there else "absent")


def binding(subject: Subject) -> Outcome:
    """What ties the person to the licence: a code from the register's contact, or a mailbox.

    The domain must be listed to the letter: a look-alike or a subdomain is another domain.
    """
    person = subject.person
    if person.bound_by_code:
        return Outcome(policy.Binding.RECORD_CONTACT_CODE)
    if person.email_domain.isascii() and person.email_domain in settings.INSTITUTIONAL_DOMAINS:
        return Outcome(policy.Binding.INSTITUTIONAL_EMAIL)
    if contact_of_record(subject):
        return Outcome(policy.Binding.CODE_POSSIBLE)
    return Outcome(policy.Binding.NONE)


def contact_of_record(subject: Subject) -> str:
    """The mailbox on the register where a code may go; empty without one or without consent."""
    row = subject.register_row
    if row is None or not subject.application.consents.filter(kind="contact").exists():
        return ""
    return row.contact_email


def not_configured(subject: Subject) -> Outcome:
    """The null twin of a vendor without credentials: it says so, and raises nothing."""
    return Outcome("not_configured")


CHECKS: dict[StepName, Check] = {
    StepName.FORMAT: number_format,
    StepName.OWN_DB: own_database,
    StepName.REGISTER: register,
    StepName.LEIE: exclusion_list,
    StepName.NPPES: not_configured,
    StepName.AMA: not_configured,
    StepName.DEVICE: not_configured,
    StepName.IDOLOGY: not_configured,
    StepName.DOCUMENT: documents,
    StepName.BINDING: binding,
}

# Stages run one after another; what stands in one stage may run at once.
STAGES: tuple[tuple[StepName, ...], ...] = (
    (StepName.FORMAT,),
    (StepName.OWN_DB,),
    (StepName.REGISTER, StepName.LEIE, StepName.NPPES, StepName.AMA, StepName.DEVICE),
    (StepName.IDOLOGY,),
    (StepName.DOCUMENT,),
    (StepName.BINDING,),
)
# Nothing secret is sent anywhere before the credential held: hard failures stop here.
BEFORE_IDENTITY = 3
