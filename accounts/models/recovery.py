"""Recovery of a membership by custodians."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.users import User, current_month
from sermo.core.fields import BytesField
from sermo.core.ids import PUBLIC_ID_LENGTH, new_public_id


class ProofingMethod(models.TextChoices):
    """How a registrar proofed the identity of a person who asks for recovery."""

    IN_PERSON = "in_person", _("in person, with an identity document")
    VIDEO = "video", _("by video, with an identity document and the licence")
    REGISTER = "register", _("through the contact on the register, called back")


class RecoveryRequest(models.Model):
    """A user without password slot, known device and recovery code asks for the membership back.

    It takes new identity proofing, 72 hours and two custodians.
    """

    user = models.OneToOneField(
        User, models.CASCADE, primary_key=True, related_name="recovery_request"
    )
    public_id = models.CharField(
        max_length=PUBLIC_ID_LENGTH, unique=True, default=new_public_id, editable=False
    )
    requested_at = models.DateTimeField()
    wait_ends_at = models.DateTimeField()
    # Derived from the code that the user wrote down; the recovered credential is encrypted to it.
    recipient_public_key = BytesField(max_length=32, default=b"", editable=False)
    proofing_method = models.CharField(max_length=10, choices=ProofingMethod.choices, blank=True)
    proofed_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    # The two custodians, such as "1-3", and until when they may act.
    custodian_pair = models.CharField(max_length=3, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    # The slot of this pair without its outer layer, prepared by the sealed worker.
    custodian_ciphertext = BytesField(default=b"", editable=False)
    # The credential as the second custodian returned it: encrypted to `recipient_public_key`.
    recovered_ciphertext = BytesField(default=b"", editable=False)


class Custodian(models.Model):
    """Who holds one of the three custodian keys. No person holds two."""

    number = models.PositiveSmallIntegerField(primary_key=True)
    # Name and e-mail address as JSON, under the FIELD key; compared after decryption.
    encrypted_holder = BytesField(editable=False)
    key_fingerprint = models.CharField(max_length=14, unique=True)
    appointed_month = models.DateField(default=current_month, editable=False)

    class Meta:
        ordering = ("number",)
        constraints = (
            models.CheckConstraint(
                condition=Q(number__range=(1, 3)), name="accounts_custodian_one_of_three"
            ),
        )
