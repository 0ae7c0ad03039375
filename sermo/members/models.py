"""What the community store holds of a member: no e-mail, name, licence, date or address."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sermo.blinded_rows.models import BlindedRow
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
    """The identity shown with one post. It can be revealed later, but not hidden again."""

    HANDLE = "handle", _("handle")
    ANONYMOUS = "anonymous", _("anonymous in this case")
    REAL_NAME = "real", _("real name")


class Member(models.Model):
    """One physician under a handle, who has written or is a member for a week.

    Until then there is only the record, and it alone tells of a ban (sermo.members.records).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    handle = models.CharField(max_length=30)
    handle_key = models.CharField(max_length=60, unique=True, editable=False)
    role = models.CharField(
        max_length=12, choices=CommunityRole.choices, default=CommunityRole.NONE, blank=True
    )
    wants_mail = models.BooleanField(default=False)
    # Derived from the member secret: only the member's session decrypts what is encrypted to it.
    notice_public_key = BytesField(max_length=32, default=b"", editable=False)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.handle


class MemberRecord(BlindedRow):
    """What the community must know of a member and nobody may see beside the handle.

    Its name is the member id, its content that of `sermo.members.records`.
    """


class HandleReservation(BlindedRow):
    """A handle that was chosen, until its member's row exists. Named by a hash of its skeleton."""


class AuthorCapsule(models.Model):
    """The author of one anonymous post, encrypted to the MODERATION key.

    In the night the sealed worker encrypts all of them anew, so no capsule changes alone. After
    settings.AUTHOR_CAPSULE_DAYS a capsule is deleted, and nothing stored names the author.
    """

    post_id = models.UUIDField(primary_key=True, editable=False)
    ciphertext = BytesField(editable=False)
    # The Monday of the week of the post.
    week = models.DateField()
    # The night in which it was encrypted anew; null for one of today.
    renewed_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("post_id",)


class PrivateState(BlindedRow):
    """A part of one version of a section of private state (sermo.members.viewer)."""

    class Meta(BlindedRow.Meta):
        verbose_name_plural = "private state"


class ShownLine(models.Model):
    """One member who showed a credential line in one week; or nobody, to hide how many did.

    The locator is the member's pseudonym of the week, or random. The exact facts are encrypted to
    the INNER key. Written and deleted by the nightly pass only.
    """

    locator = BytesField(max_length=PSEUDONYM_BYTES, primary_key=True, editable=False)
    # Its Monday.
    week = models.DateField(editable=False)
    ciphertext = BytesField(editable=False)

    class Meta:
        ordering = ("locator",)
        indexes = (models.Index(fields=["week"], name="members_shownline_week"),)


class LineTally(models.Model):
    """How many members showed a line in a closed week, by exact facts; encrypted to INNER."""

    week = models.DateField(primary_key=True, editable=False)
    ciphertext = BytesField(editable=False)

    class Meta:
        ordering = ("week",)
        verbose_name_plural = "line tallies"


class ReleasedLine(models.Model):
    """A credential line that at least k members showed. Replaced by the nightly pass."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    specialty = models.CharField(max_length=40)
    years = models.CharField(max_length=8, blank=True)
    # A country (two letters) or a region.
    place = models.CharField(max_length=40, blank=True)
    # Colleagues of one of them who showed it, rounded down to five; 0 if fewer than k did.
    n_this_week = models.PositiveIntegerField(default=0)
    n_last_week = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("specialty", "years", "place")
        constraints = (
            models.UniqueConstraint(
                fields=["specialty", "years", "place"], name="members_releasedline_once"
            ),
        )


class EncryptedNotice(models.Model):
    """A message to one member, encrypted to their key. The row does not say to whom."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ciphertext = BytesField(editable=False)
    month = models.DateField()

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=["month"], name="members_encryptednotice_month"),)


class MemberJobKind(models.TextChoices):
    EXPORT = "export", _("a copy of what you said")
    LEAVING = "leaving", _("leaving")


class MemberJob(models.Model):
    """A long job for one member, done by the sealed worker. The row does not say for whom.

    The payload is encrypted to the INNER key, the result to the member's key.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # A pseudonym of the member, or a hash of the address shown to a member who has just left.
    locator = BytesField(max_length=PSEUDONYM_BYTES, unique=True, editable=False)
    kind = models.CharField(max_length=8, choices=MemberJobKind.choices)
    encrypted_payload = BytesField(default=b"", editable=False)
    encrypted_result = BytesField(default=b"", editable=False)
    steps_done = models.PositiveSmallIntegerField(default=0)
    steps_total = models.PositiveSmallIntegerField(default=0)
    finished_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("id",)
        indexes = (
            models.Index(
                fields=["id"], condition=Q(finished_on__isnull=True), name="members_memberjob_due"
            ),
        )


class AbstractPost(models.Model):
    """A post: by a member under the handle or real name, or by a pseudonym.

    Exactly one of author and pseudonym is set. The byline and the credential line are those of the
    time of posting.
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
    encrypted_contact_email = BytesField(null=True, editable=False)
    # The minute with an author; with a pseudonym the mark at which the post appeared or will appear
    # (docs/design/anonymity.md, times and order).
    posted_at = models.DateTimeField()
    # Anonymous posts wait for the next mark and appear together; null once visible.
    appears_at = models.DateTimeField(null=True, blank=True)
    hidden_at = models.DateTimeField(null=True, blank=True)
    # From the form: a double click or a retry writes once.
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
                    shown_as=ShownAs.ANONYMOUS,
                ),
                name="%(app_label)s_%(class)s_one_identity",
            ),
        )
