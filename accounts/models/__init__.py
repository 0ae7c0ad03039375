"""Who a person is: sign-in, seals, second factors. Nothing here knows what anybody said."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.models.fields import EncryptedEmailField
from sermo.core import crypto, keys
from sermo.core.fields import BytesField
from sermo.core.ids import PUBLIC_ID_LENGTH, new_public_id


def current_month() -> dt.date:
    """Months, not days: exact dates of a person would join the stores (ANONYMITY.md §2)."""
    return timezone.localdate().replace(day=1)


def new_wrapped_data_key() -> bytes:
    """32 bytes for one person, wrapped by FIELD."""
    return crypto.encrypt_with_named_key(keys.KeyName.FIELD, "data-key", crypto.new_secret())


class StaffRole(models.TextChoices):
    NONE = "", _("physician")
    REVIEWER = "reviewer", _("reviewer")
    REGISTRAR = "registrar", _("registrar")


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=username)


class User(AbstractBaseUser):
    """A person who signs in."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = EncryptedEmailField(max_length=400, unique=True)
    is_active = models.BooleanField(default=True)
    role = models.CharField(
        max_length=10, choices=StaffRole.choices, default=StaffRole.NONE, blank=True
    )
    # Rotated by "sign out everywhere"; part of every session's hash.
    session_salt = models.UUIDField(default=uuid.uuid4, editable=False)
    data_key = BytesField(default=new_wrapped_data_key, editable=False)
    created_month = models.DateField(default=current_month, editable=False)
    membership_issued_month = models.DateField(null=True, blank=True, editable=False)
    # Learnt when somebody whose membership was suspended signs in; never who or why.
    is_suspended = models.BooleanField(default=False, editable=False)
    # The verification is in doubt (accounts.services.pausing): the member cannot read or write.
    is_paused = models.BooleanField(default=False, editable=False)
    last_login = None  # one of two sides of a match by time

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(role=StaffRole.NONE) | Q(membership_issued_month__isnull=True),
                name="accounts_user_staff_is_no_member",
            ),
        )

    def __str__(self) -> str:
        return f"user {self.pk}"

    def decrypt_data_key(self) -> bytes:
        """The 32 bytes this person's records are closed under."""
        return crypto.decrypt_with_named_key(keys.KeyName.FIELD, "data-key", self.data_key)

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


class CredentialSlotKind(models.TextChoices):
    PASSWORD = "password", _("password")
    DEVICE = "device", _("device")
    RECOVERY = "recovery", _("recovery code")
    PASSKEY = "passkey", _("passkey")
    CUSTODIANS = "custodians", _("custodians")


class CredentialSlot(models.Model):
    """The member credential, wrapped in one of the ways of accounts.credential_wrapping."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="credential_slots")
    kind = models.CharField(max_length=10, choices=CredentialSlotKind.choices)
    # What finds it: a token's locator, or the pair of custodians; empty for the password.
    locator = BytesField(max_length=16, default=b"", editable=False)
    # Of the password; for custodians, which versions of their three keys closed the box.
    salt = BytesField(max_length=16, default=b"", editable=False)
    box = BytesField(editable=False)
    # Devices are forgotten six months after the last use.
    used_month = models.DateField(default=current_month, editable=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["user", "kind", "locator"], name="accounts_credentialslot_unique"
            ),
        )


class VerifiedPerson(models.Model):
    """What verification established, as far as membership needs it."""

    user = models.OneToOneField(
        User, models.CASCADE, primary_key=True, related_name="verified_person"
    )
    member_class = models.CharField(max_length=20)
    specialty = models.CharField(max_length=40)
    country = models.CharField(max_length=2)
    years = models.CharField(max_length=8)
    # The verified name, under the person's data key.
    name_box = BytesField(editable=False)
    verified_month = models.DateField(default=current_month, editable=False)


class ProofingMethod(models.TextChoices):
    """How somebody who lost everything has shown anew who they are."""

    IN_PERSON = "in_person", _("in person, with an identity document")
    VIDEO = "video", _("by video, with an identity document and the licence")
    REGISTER = "register", _("through the contact on the register, called back")


class RecoveryRequest(models.Model):
    """Somebody with neither code nor known device: new proof, 72 hours, two custodians."""

    user = models.OneToOneField(
        User, models.CASCADE, primary_key=True, related_name="recovery_request"
    )
    public_id = models.CharField(
        max_length=PUBLIC_ID_LENGTH, unique=True, default=new_public_id, editable=False
    )
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    # Public half of the key that follows from the code shown when it was asked for.
    recipient = BytesField(max_length=32, default=b"", editable=False)
    proof = models.CharField(max_length=10, choices=ProofingMethod.choices, blank=True)
    proved_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    # The two custodians, until when they may act, and what the sealed worker laid out for them.
    pair = models.CharField(max_length=3, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    box = BytesField(default=b"", editable=False)
    # What they brought back, sealed to the recipient.
    answer = BytesField(default=b"", editable=False)


class Custodian(models.Model):
    """Who holds a custodian's key: three people, and none of them twice."""

    number = models.PositiveSmallIntegerField(primary_key=True)
    # Name and address as JSON, under FIELD; three rows, compared by opening them.
    holder_box = BytesField(editable=False)
    fingerprint = models.CharField(max_length=14, unique=True)
    since_month = models.DateField(default=current_month, editable=False)

    class Meta:
        ordering = ("number",)
        constraints = (
            models.CheckConstraint(
                condition=Q(number__range=(1, 3)), name="accounts_custodian_one_of_three"
            ),
        )


class EncryptedEmail(models.Model):
    """A whole message, sealed to the mailer; the row is deleted when it is sent."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    box = BytesField(editable=False)
    attempt = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["next_at"], name="accounts_encryptedemail_due"),)
