"""What verification tells this app about a user."""

from __future__ import annotations

from django.db import transaction

from accounts.models import User, VerifiedPerson, current_month
from sermo.core import crypto
from sermo.routers import IDENTITY


@transaction.atomic(using=IDENTITY)
def save_verified_person(
    *,
    user: User,
    member_class: str,
    specialty: str,
    country: str,
    years: str,
    real_name: str,
) -> None:
    """Store who the user is. A second call replaces the first."""
    VerifiedPerson.objects.update_or_create(
        user=user,
        defaults={
            "member_class": member_class,
            "specialty": specialty,
            "country": country,
            "years": years,
            "encrypted_name": crypto.encrypt(user.decrypt_data_key(), real_name.encode()),
            "verified_month": current_month(),
        },
    )


@transaction.atomic(using=IDENTITY)
def delete_verified_person(*, user: User) -> None:
    """Withdraw a verification before membership. Idempotent."""
    VerifiedPerson.objects.filter(user=user).delete()
