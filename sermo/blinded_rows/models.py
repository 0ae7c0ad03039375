"""The shape of a table of blinded rows, and the epoch of each such table."""

from __future__ import annotations

from django.db import models

from sermo.core.fields import BytesField

LOCATOR_BYTES = 16
SALT_BYTES = 32


class BlindedRow(models.Model):
    """One row about a person. Without the OUTER key it tells neither whose it is nor what it holds.

    The locator is a pseudorandom function of the row's name, the ciphertext holds the name and the
    padded content. Both change with each epoch of the table (`sermo.blinded_rows.table`).
    """

    locator = BytesField(max_length=LOCATOR_BYTES, primary_key=True, editable=False)
    # The number of the epoch under whose salt the row was written.
    epoch = models.PositiveIntegerField(editable=False)
    ciphertext = BytesField(editable=False)

    class Meta:
        abstract = True


class AbstractEpoch(models.Model):
    """The salt of a table, from which its keys are derived. A renewal replaces it."""

    table = models.CharField(max_length=63, primary_key=True)
    number = models.PositiveIntegerField(default=1)
    salt = BytesField(max_length=SALT_BYTES, editable=False)
    key_version = models.PositiveIntegerField()
    # The salt to which a running renewal moves the rows; empty while none runs.
    next_salt = BytesField(max_length=SALT_BYTES, default=b"", editable=False)
    next_key_version = models.PositiveIntegerField(default=0)
    renewed_on = models.DateField(null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.table} {self.number}"


class CommunityEpoch(AbstractEpoch):
    class Meta(AbstractEpoch.Meta):
        ordering = ("table",)


class IdentityEpoch(AbstractEpoch):
    class Meta(AbstractEpoch.Meta):
        ordering = ("table",)


class NightlyPass(models.Model):
    """What the nightly pass of one night has done (sermo.custody.nightly_pass).

    A pass that was broken off continues with the steps that are not finished.
    """

    night = models.DateField(primary_key=True)
    finished_steps = models.JSONField(default=list)
    # Name of a step to how often it failed.
    failures = models.JSONField(default=dict)
    # To the hour; null until every step is finished.
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("night",)

    def __str__(self) -> str:
        return f"{self.night}"
