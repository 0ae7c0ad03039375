"""Reports, words hidden after a report, decisions, suspensions and author disclosures.

Moderators act on posts and pseudonyms; these tables contain no real name.
"""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sermo.core.fields import BytesField
from sermo.core.ids import PUBLIC_ID_LENGTH, new_public_id
from sermo.members.models import Member
from sermo.members.pseudonyms import PSEUDONYM_BYTES


class TargetKind(models.TextChoices):
    """What can be reported."""

    CASE = "case", _("case")
    COMMENT = "comment", _("comment")
    PICTURE = "picture", _("picture")
    POLL = "poll", _("poll")


class ReportReason(models.TextChoices):
    """Why a post is reported. Disagreement is not a reason: members answer instead."""

    PATIENT = "patient", _("A patient could be identified")
    HARMFUL = "harmful", _("Dangerous advice presented as safe")
    ABUSE = "abuse", _("Insult or harassment")
    NOT_PHYSICIAN = "not_physician", _("Probably not written by a physician")
    ADVERTISING = "advertising", _("Advertising")
    OTHER = "other", _("Something else")


class DetailKind(models.TextChoices):
    """What a member saw that can identify a patient."""

    NAME = "name", _("Name, initials or signature")
    DATE = "date", _("Date or birth date")
    NUMBER = "number", _("Number, phone or address")
    FACE = "face", _("Face or other recognisable feature")
    PLACE = "place", _("Hospital or town")
    RARE = "rare", _("Rare facts that point to one person")


class CoverState(models.TextChoices):
    """What a report of patient details has done to the post (docs/decisions/0032)."""

    NONE = "", _("for moderators only")
    COVERED = "covered", _("hidden after a report")
    TAKEN_DOWN = "taken_down", _("post hidden")
    WITHDRAWN = "withdrawn", _("withdrawn")
    MENDED = "mended", _("corrected by the author")
    RESTORED = "restored", _("shown again by a moderator")


# The parts of a picture, row by row.
AREA_NAMES = {
    1: _("Top left"), 2: _("Top"), 3: _("Top right"),
    4: _("Left"), 5: _("Middle"), 6: _("Right"),
    7: _("Bottom left"), 8: _("Bottom"), 9: _("Bottom right"),
}  # fmt: skip


class Report(models.Model):
    """A report of a post. One is open for each post, reason and reporter's pseudonym."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    public_id = models.CharField(
        max_length=PUBLIC_ID_LENGTH, unique=True, default=new_public_id, editable=False
    )
    target_kind = models.CharField(max_length=8, choices=TargetKind.choices)
    target_id = models.UUIDField()
    reason = models.CharField(max_length=14, choices=ReportReason.choices)
    note = models.TextField(max_length=1000, blank=True)
    reporter = BytesField(max_length=PSEUDONYM_BYTES, editable=False)
    reported_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    # Of patient details only, from here on. The pseudonym of the week: moderators see by it who
    # reports without need, and the limit of a day counts by it.
    reporter_week = BytesField(max_length=PSEUDONYM_BYTES, default=b"", editable=False)
    details = models.CharField(max_length=8, choices=DetailKind.choices, blank=True)
    # The words meant, white space normalised; emptied when the author has corrected them.
    passages = ArrayField(models.TextField(), default=list, blank=True)
    # Parts of the picture meant, 1 to 9, row by row from the top left.
    areas = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)
    cover = models.CharField(
        max_length=10, choices=CoverState.choices, default=CoverState.NONE, blank=True
    )
    # The day on which it hid something.
    covered_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("reported_at", "id")
        constraints = (
            models.UniqueConstraint(
                fields=["target_id", "reporter", "reason"],
                condition=Q(resolved_at__isnull=True),
                name="moderation_report_one_open_per_pseudonym",
            ),
            models.CheckConstraint(
                condition=Q(cover="") | Q(reason="patient"),
                name="moderation_report_only_patient_details_cover",
            ),
        )
        indexes = (
            models.Index(
                fields=["reported_at", "id"],
                condition=Q(resolved_at__isnull=True),
                name="moderation_report_open",
            ),
            models.Index(fields=["target_id"], name="moderation_report_target"),
            models.Index(fields=["reporter_week"], name="moderation_report_week"),
        )

    @property
    def area_names(self) -> list[str]:
        return [str(AREA_NAMES[area]) for area in self.areas if area in AREA_NAMES]


class HiddenText(models.Model):
    """One text of a post as its author wrote it, while words in it are hidden after a report.

    The post itself holds the text without the words, so every page, search and copy shows that.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # The reported post.
    target_id = models.UUIDField()
    # The model ("cases.case"), the row and the field that hold the text.
    model = models.CharField(max_length=40)
    row_id = models.UUIDField()
    field = models.CharField(max_length=40)
    # A string, or a list of strings (tags).
    original = models.JSONField()
    shown = models.JSONField()

    class Meta:
        ordering = ("target_id", "model", "row_id", "field")
        constraints = (
            models.UniqueConstraint(
                fields=["model", "row_id", "field"], name="moderation_hiddentext_once"
            ),
        )
        indexes = (models.Index(fields=["target_id"], name="moderation_hiddentext_target"),)

    @property
    def key(self) -> tuple[str, uuid.UUID, str]:
        return self.model, self.row_id, self.field


class StoppedReporter(models.Model):
    """A member whose reports hide nothing until a day. The row does not say who it is.

    Its key is the pseudonym of the week in which the member reported. Only the member's own session
    computes it, and does so with each report (services.reporters).
    """

    reporter_week = BytesField(max_length=PSEUDONYM_BYTES, primary_key=True, editable=False)
    until = models.DateField()

    class Meta:
        ordering = ("until", "reporter_week")


class DecisionKind(models.TextChoices):
    """What happened to a post or its author, as the public log says it."""

    COVER = "cover", _("hidden after a report")
    WITHDRAW = "withdraw", _("shown again: report withdrawn")
    MEND = "mend", _("corrected by the author")
    TAKE_DOWN = "takedown", _("post hidden after a second report")
    HIDE = "hide", _("hidden")
    RESTORE = "restore", _("restored")
    DISMISS = "dismiss", _("report dismissed")
    CLOSE = "close", _("discussion closed")
    REOPEN = "reopen", _("discussion opened again")
    SUSPEND = "suspend", _("author suspended")


class ModerationDecision(models.Model):
    """What happened to a post, shown in /log/. `moderator` is null unless a moderator decided."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    target_kind = models.CharField(max_length=8, choices=TargetKind.choices)
    target_id = models.UUIDField()
    kind = models.CharField(max_length=8, choices=DecisionKind.choices)
    reason = models.CharField(max_length=14, choices=ReportReason.choices)
    note = models.TextField(max_length=1000, blank=True)
    moderator = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="decisions"
    )
    decided_at = models.DateTimeField()
    idempotency_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)

    class Meta:
        ordering = ("-decided_at", "id")


class SanctionState(models.TextChoices):
    """The steps of a suspension."""

    REQUESTED = "requested", _("waiting for a second moderator")
    CONFIRMED = "confirmed", _("waiting for the sealed worker")
    DONE = "done", _("done")
    REFUSED = "refused", _("refused by the second moderator")
    TOO_LATE = "too_late", _("not possible: the item is too old")


class Sanction(models.Model):
    """The suspension of a post's author; for an anonymous post two moderators must agree.

    The row names the post only. Who wrote it is in the author capsule, which the sealed worker
    alone can decrypt.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    public_id = models.CharField(
        max_length=PUBLIC_ID_LENGTH, unique=True, default=new_public_id, editable=False
    )
    target_kind = models.CharField(max_length=8, choices=TargetKind.choices)
    target_id = models.UUIDField()
    reason = models.CharField(max_length=14, choices=ReportReason.choices)
    note = models.TextField(max_length=1000, blank=True)
    state = models.CharField(
        max_length=10, choices=SanctionState.choices, default=SanctionState.REQUESTED
    )
    requested_by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="+"
    )
    requested_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("requested_at", "id")
        constraints = (
            models.UniqueConstraint(
                fields=["target_id"],
                condition=Q(state__in=["requested", "confirmed"]),
                name="moderation_sanction_one_open",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("requested_by")),
                name="moderation_sanction_two_people",
            ),
        )


class DisclosureState(models.TextChoices):
    """The steps of an author disclosure."""

    REQUESTED = "requested", _("waiting for the sealed worker")
    READY = "ready", _("waiting for two custodians")
    OPENED = "opened", _("opened to one person")
    EXPIRED = "expired", _("not opened in time")


class AuthorDisclosure(models.Model):
    """Break-glass: the author of one post is disclosed to one person by two of three custodians.

    `ciphertext` is the author's escrow after the sealed worker removed the outer layer; `recipient`
    is the X25519 public key of the person who will read the name.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    public_id = models.CharField(
        max_length=PUBLIC_ID_LENGTH, unique=True, default=new_public_id, editable=False
    )
    target_kind = models.CharField(max_length=8, choices=TargetKind.choices)
    target_id = models.UUIDField()
    # Requester and reason, under the key FIELD: for an audit, but not for an attacker.
    encrypted_request = BytesField(editable=False)
    pair = models.CharField(max_length=3)
    recipient = BytesField(max_length=32, editable=False)
    state = models.CharField(
        max_length=10, choices=DisclosureState.choices, default=DisclosureState.REQUESTED
    )
    ciphertext = BytesField(default=b"", editable=False)
    requested_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    opened_month = models.DateField(null=True, blank=True)
    # The author is notified at once, or on this day if the law forbids it until then.
    notify_on = models.DateField(null=True, blank=True)
    is_notified = models.BooleanField(default=False)

    class Meta:
        ordering = ("requested_at", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(state="opened", opened_month__isnull=False)
                | (~Q(state="opened") & Q(opened_month__isnull=True)),
                name="moderation_disclosure_opened_is_counted",
            ),
            models.CheckConstraint(
                condition=Q(pair__in=["1-2", "1-3", "2-3"]),
                name="moderation_disclosure_two_of_three",
            ),
        )
