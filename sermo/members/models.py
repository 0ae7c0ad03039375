"""What the community knows of a physician. No e-mail, name, licence, date or address."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sermo.core.fields import BytesField
from sermo.members.pseudonyms import PSEUDONYM_BYTES


class YearsBand(models.TextChoices):
    """Years since the medical degree."""

    UP_TO_5 = "0-5", _("up to 5 years")
    TO_10 = "6-10", _("6 to 10 years")
    TO_20 = "11-20", _("11 to 20 years")
    TO_30 = "21-30", _("21 to 30 years")
    OVER_30 = "30+", _("over 30 years")


class CommunityRole(models.TextChoices):
    NONE = "", _("member")
    MODERATOR = "moderator", _("moderator")
    ADMIN = "admin", _("administrator")


class ShownAs(models.TextChoices):
    """The identity shown with one item; it may be revealed later, never hidden later."""

    HANDLE = "handle", _("handle")
    ANONYMOUS = "anonymous", _("anonymous in this case")
    REAL_NAME = "real", _("real name")


class Member(models.Model):
    """One physician under a pseudonym."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    handle = models.CharField(max_length=30)
    handle_key = models.CharField(max_length=60, unique=True, editable=False)
    # What is shown of specialty, years and country, and all that this store knows of them: coarse
    # enough that at least k members share the whole line. No date: with the line it told persons
    # apart (decision 0011).
    line_specialty = models.CharField(max_length=40, default="")
    line_years = models.CharField(max_length=8, default="", blank=True)
    line_place = models.CharField(max_length=40, default="", blank=True)
    role = models.CharField(
        max_length=12, choices=CommunityRole.choices, default=CommunityRole.NONE, blank=True
    )
    wants_mail = models.BooleanField(default=False)
    suspended_at = models.DateField(null=True, blank=True)
    identity_escrow = BytesField(editable=False)
    # Public half of a key that follows from the member secret: what is sealed to it, only the
    # member's own session opens, and no row says for whom it is.
    notice_public_key = BytesField(max_length=32, default=b"", editable=False)
    # Somebody who has gone and let stand what they wrote under the handle.
    left_month = models.DateField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ("id",)
        indexes = (
            models.Index(
                fields=["line_specialty", "line_years", "line_place"], name="members_member_line"
            ),
        )

    def __str__(self) -> str:
        return self.handle


class PrivateState(models.Model):
    """One shelf of what only its member can read, under a locator only its member can compute."""

    locator = BytesField(max_length=PSEUDONYM_BYTES, primary_key=True)
    version = models.PositiveIntegerField(default=0)
    box = BytesField()

    class Meta:
        verbose_name_plural = "private state"


class EncryptedNotice(models.Model):
    """A word to one member, sealed to their key. Every session tries all; one of them opens it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    box = BytesField(editable=False)
    month = models.DateField()

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=["month"], name="members_encryptednotice_month"),)


class MemberJobKind(models.TextChoices):
    EXPORT = "export", _("a copy of what you said")
    LEAVING = "leaving", _("leaving")


class MemberJob(models.Model):
    """A long piece of work for one member, done by the sealed worker; it tells not for whom.

    The brief (whose, and by which tags) is sealed to the inner key, the result to the member's.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # A tag of the member, or of the address shown to somebody who has just left.
    locator = BytesField(max_length=PSEUDONYM_BYTES, unique=True, editable=False)
    kind = models.CharField(max_length=8, choices=MemberJobKind.choices)
    brief = BytesField(default=b"", editable=False)
    result = BytesField(default=b"", editable=False)
    done = models.PositiveSmallIntegerField(default=0)
    of = models.PositiveSmallIntegerField(default=0)
    finished_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("id",)
        indexes = (
            models.Index(
                fields=["id"], condition=Q(finished_on__isnull=True), name="members_memberjob_due"
            ),
        )


class AbstractPost(models.Model):
    """Something said: by a member under the handle or real name, or by a tag that is nobody else.

    Exactly one of author and tag is set. The byline is frozen when the item appears.
    """

    author = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="%(class)ss"
    )
    pseudonym = BytesField(max_length=PSEUDONYM_BYTES, null=True, editable=False)
    shown_as = models.CharField(max_length=10, choices=ShownAs.choices, default=ShownAs.HANDLE)
    byline = models.CharField(max_length=120)
    line_specialty = models.CharField(max_length=40, default="", blank=True)
    line_years = models.CharField(max_length=8, default="", blank=True)
    line_place = models.CharField(max_length=40, default="", blank=True)
    encrypted_member_id = BytesField(null=True, editable=False)
    encrypted_contact_email = BytesField(null=True, editable=False)
    # To the minute under a name, to the hour for a tag (ANONYMITY.md §2, time).
    posted_at = models.DateTimeField()
    # Anonymous items appear after a while; null once visible.
    appears_at = models.DateTimeField(null=True, blank=True)
    hidden_at = models.DateTimeField(null=True, blank=True)
    # The form's key: a double click or a retry writes once.
    idempotency_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            models.CheckConstraint(
                condition=(
                    Q(author__isnull=False, pseudonym__isnull=True) & ~Q(shown_as=ShownAs.ANONYMOUS)
                )
                | Q(
                    author__isnull=True,
                    pseudonym__isnull=False,
                    encrypted_member_id__isnull=False,
                    shown_as=ShownAs.ANONYMOUS,
                ),
                name="%(app_label)s_%(class)s_one_identity",
            ),
        )
