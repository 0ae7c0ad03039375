"""Local copies of public registers, stored in clear because they are public."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class RegisterRow(models.Model):
    """One licence as a register publishes it; written by `manage.py import_register`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scheme = models.CharField(max_length=12)
    number = models.CharField(max_length=24)
    given_names = models.JSONField(default=list)
    family_names = models.JSONField(default=list)
    birth_date = models.DateField(null=True, blank=True)
    # The register's own text, and its meaning (policy.LicenceStatus, policy.Profession).
    status_text = models.CharField(max_length=120, blank=True)
    licence_status = models.CharField(max_length=12, blank=True)
    profession = models.CharField(max_length=14, blank=True)
    credential = models.CharField(max_length=40, blank=True)
    specialties = models.JSONField(default=list)
    degree_year = models.PositiveSmallIntegerField(null=True, blank=True)
    # A mailbox that the register records. A contact code may go there.
    contact_email = models.EmailField(blank=True)
    contact_phone = models.CharField(max_length=20, blank=True)
    # State licences the provider declares, as [{"state", "number"}].
    licences = models.JSONField(default=list)

    class Meta:
        ordering = ("scheme", "number")
        constraints = (
            models.UniqueConstraint(
                fields=["scheme", "number"], name="verification_registerrow_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.scheme} {self.number}"


class Exclusion(models.Model):
    """One row of the federal exclusion list (LEIE). Most rows carry no NPI."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    family_name = models.CharField(max_length=80, db_index=True)
    given_name = models.CharField(max_length=80, blank=True)
    npi = models.CharField(max_length=10, blank=True, db_index=True)
    birth_date = models.DateField(null=True, blank=True, db_index=True)
    state = models.CharField(max_length=2, blank=True)
    general = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return str(self.id)


class Taxonomy(models.Model):
    """One NUCC provider taxonomy code."""

    code = models.CharField(max_length=10, primary_key=True)
    grouping = models.CharField(max_length=120)
    classification = models.CharField(max_length=120)
    specialization = models.CharField(max_length=120, blank=True)
    display_name = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("code",)
        verbose_name_plural = "taxonomies"

    def __str__(self) -> str:
        return self.code


class RegisterImportQuerySet(models.QuerySet["RegisterImport"]):
    def done(self) -> RegisterImportQuerySet:
        return self.filter(state=RegisterImport.State.DONE)


class RegisterImport(models.Model):
    """One import, running or ended."""

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        REFUSED = "refused", _("refused")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DONE)
    rows = models.PositiveIntegerField(default=0)
    # How much of the file is read.
    percent = models.PositiveSmallIntegerField(default=0)
    sha256 = models.CharField(max_length=64, default="", blank=True)
    # Why it was refused: a column or line, never its content.
    error = models.CharField(max_length=200, default="", blank=True)
    # The start while it runs, the end afterwards.
    imported_at = models.DateTimeField()

    objects = RegisterImportQuerySet.as_manager()

    class Meta:
        ordering = ("-imported_at",)
        get_latest_by = "imported_at"

    def __str__(self) -> str:
        return f"{self.kind} {self.state} {self.rows}"
