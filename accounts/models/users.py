"""Users, and what verification established about them. No row here names a member or a post."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.models.credential_slots import create_slots
from accounts.models.fields import EncryptedEmailField, RenewedTextField
from sermo.core import coarse, crypto, keys
from sermo.core.fields import BytesField
from sermo.core.identifiers import normalise_email


def current_month() -> dt.date:
    """The first day of this month.

    This store keeps months of a person, not days: an exact date would link a row here to a row of
    the community store (docs/design/anonymity.md, time).
    """
    return coarse.to_month(timezone.localdate())


def new_wrapped_data_key() -> bytes:
    """A new data key of 32 bytes for one person, encrypted under the FIELD key."""
    return crypto.encrypt_with_named_key(keys.KeyName.FIELD, "data-key", crypto.new_secret())


def new_session_salt() -> str:
    """A random UUID as text."""
    return str(uuid.uuid4())


class StaffRole(models.TextChoices):
    """Staff of the identity store. A physician has none of these roles."""

    NONE = "", _("physician")
    REVIEWER = "reviewer", _("reviewer")
    REGISTRAR = "registrar", _("registrar")


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A saved user with a row of slots; without a password, one who cannot sign in with it."""
        user = self.model(email=normalise_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        create_slots(user.pk)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=username)


class User(AbstractBaseUser):
    """A person who signs in. Nothing here tells whether they are a member (`CredentialSlots`)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = EncryptedEmailField(max_length=400, unique=True)
    # Of these two, a change in one night would tell who was here on that day.
    password = RenewedTextField()
    # Part of every session's hash; "sign out everywhere" replaces it.
    session_salt = RenewedTextField(default=new_session_salt, editable=False)
    is_active = models.BooleanField(default=True)
    role = models.CharField(
        max_length=10, choices=StaffRole.choices, default=StaffRole.NONE, blank=True
    )
    wrapped_data_key = BytesField(default=new_wrapped_data_key, editable=False)
    created_month = models.DateField(default=current_month, editable=False)
    # The verification is in doubt (accounts.services.pausing): the member cannot read or write.
    is_paused = models.BooleanField(default=False, editable=False)
    # Django's column is left out: times of sign-ins would link a user to a member.
    last_login = None

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    def __str__(self) -> str:
        return f"user {self.pk}"

    def decrypt_data_key(self) -> bytes:
        """The 32 bytes under which this person's records are encrypted.

        Raises `DecryptionError` if the column was changed, `MissingKeyError` without the FIELD key.
        """
        return crypto.decrypt_with_named_key(keys.KeyName.FIELD, "data-key", self.wrapped_data_key)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Changes with the password and with "sign out everywhere"."""
        return salted_hmac(
            "accounts.User.session",
            f"{self.password}:{self.session_salt}",
            secret=secret,
            algorithm="sha256",
        ).hexdigest()

    @property
    def is_staff(self) -> bool:
        return self.role == StaffRole.REGISTRAR


class VerifiedPerson(models.Model):
    """What verification established about a user, as far as membership needs it."""

    user = models.OneToOneField(
        User, models.CASCADE, primary_key=True, related_name="verified_person"
    )
    member_class = models.CharField(max_length=20)
    specialty = models.CharField(max_length=40)
    country = models.CharField(max_length=2)
    years = models.CharField(max_length=8)
    # The verified name, under the person's data key.
    encrypted_name = BytesField(editable=False)
    verified_month = models.DateField(default=current_month, editable=False)
