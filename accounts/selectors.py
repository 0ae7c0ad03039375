"""Reads of the identity store."""

from __future__ import annotations

from uuid import UUID

from accounts.models import SLOT_TABLE, RecoveryRequest, SlotContents, User, VerifiedPerson
from sermo.core import crypto
from sermo.members.credential_lines.k_anonymity import MemberFacts

MAX_RECOVERY_REQUESTS_SHOWN = 100


def real_name(user: User) -> str:
    """The verified name; "" where nothing was verified."""
    person = VerifiedPerson.objects.filter(user=user).first()
    if person is None:
        return ""
    return crypto.decrypt(user.decrypt_data_key(), bytes(person.encrypted_name)).decode()


def member_facts(user: User) -> MemberFacts | None:
    """What the credential line is made from; None where specialty and country are not verified."""
    person = (
        VerifiedPerson.objects.filter(user=user).exclude(specialty="").exclude(country="").first()
    )
    return MemberFacts(person.specialty, person.years, person.country) if person else None


def is_verified(user: User) -> bool:
    """Whether verification has established who the user is."""
    return VerifiedPerson.objects.filter(user=user).exists()


def read_slots(user_id: UUID) -> SlotContents:
    """The person's slots; empty where the row was never written. One statement."""
    name = user_id.bytes
    content = SLOT_TABLE.get(name).get(name)
    return SlotContents.decode(content) if content else SlotContents()


def recovery_request_of(user: User) -> RecoveryRequest | None:
    """The pending request of this user."""
    return RecoveryRequest.objects.filter(user=user).first()


def recovery_requests_without_proofing() -> list[RecoveryRequest]:
    """For registrars: who waits for identity proofing, the longest wait first."""
    return list(
        RecoveryRequest.objects.filter(proofing_method="")
        .select_related("user")
        .order_by("requested_at")[:MAX_RECOVERY_REQUESTS_SHOWN]
    )
