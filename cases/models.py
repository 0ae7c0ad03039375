"""Cases, their images and discussion. Nothing here knows who a person is."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from sermo.core import specialties
from sermo.core.fields import BytesField
from sermo.core.ids import PUBLIC_ID_LENGTH, new_public_id
from sermo.members.models import AbstractPost, Member
from sermo.members.pseudonyms import PSEUDONYM_BYTES


class Door(models.TextChoices):
    """The two doors of the composer (CONSULT.md §1)."""

    ASK = "ask", _("Ask for help")
    SHARE = "share", _("Share a solved case")


class Status(models.TextChoices):
    UNSOLVED = "unsolved", _("Unsolved")
    SOLVED = "solved", _("Solved")
    CASE_STUDY = "study", _("Case study")


class Urgency(models.TextChoices):
    """The target is the time to a first answer; this is not an emergency service."""

    ROUTINE = "routine", _("This week")
    SOON = "soon", _("Today")
    URGENT = "urgent", _("Within the hour")


class PresetQuestion(models.TextChoices):
    DIAGNOSIS = "diagnosis", _("What is the diagnosis?")
    TREATMENT = "treatment", _("How would you treat this?")
    NEXT_STEP = "next", _("What would you do next?")
    URGENCY = "urgency", _("Is this urgent?")
    OWN = "own", _("In my own words")


class AgeBand(models.TextChoices):
    """Never an exact age above 89 (45 CFR 164.514(b)(2)(i)(C))."""

    NEONATE = "neonate", _("under 28 days")
    INFANT = "infant", _("28 days to 1 year")
    CHILD_1 = "1-4", _("1 to 4 years")
    CHILD_5 = "5-9", _("5 to 9 years")
    TEENS = "10-17", _("10 to 17 years")
    YOUNG = "18-29", _("18 to 29 years")
    THIRTIES = "30-39", _("30 to 39 years")
    FORTIES = "40-49", _("40 to 49 years")
    FIFTIES = "50-59", _("50 to 59 years")
    SIXTIES = "60-69", _("60 to 69 years")
    SEVENTIES = "70-79", _("70 to 79 years")
    EIGHTIES = "80-89", _("80 to 89 years")
    NINETY = "90+", _("90 years or older")


class Sex(models.TextChoices):
    FEMALE = "f", _("female")
    MALE = "m", _("male")
    OTHER = "x", _("another or not stated")


class Setting(models.TextChoices):
    OFFICE = "office", _("office or clinic")
    EMERGENCY = "emergency", _("emergency department")
    WARD = "ward", _("hospital ward")
    CRITICAL = "critical", _("critical care")
    REMOTE = "remote", _("remote or low-resource")
    OTHER = "other", _("elsewhere")


@dataclass(frozen=True)
class Fact:
    """One described finding, for the pages that show a case."""

    label: str
    text: str


FACTS = {
    "complaint": "Chief complaint",
    "duration": "Duration",
    "history": "History",
    "examination": "Examination",
    "laboratory": "Laboratory",
    "imaging": "Imaging",
    "medication": "Medication and treatment",
}


class CaseText(models.Model):
    """The fields a case is written in; a draft keeps the same names in its box."""

    title = models.CharField(max_length=160)
    preset = models.CharField(max_length=10, choices=PresetQuestion.choices)
    question = models.CharField(max_length=300, blank=True)
    age_band = models.CharField(max_length=8, choices=AgeBand.choices, blank=True)
    sex = models.CharField(max_length=1, choices=Sex.choices, blank=True)
    setting = models.CharField(max_length=10, choices=Setting.choices, blank=True)
    complaint = models.CharField(max_length=300, blank=True)
    duration = models.CharField(max_length=120, blank=True)
    history = models.TextField(max_length=8000, blank=True)
    examination = models.TextField(max_length=8000, blank=True)
    laboratory = models.TextField(max_length=8000, blank=True)
    imaging = models.TextField(max_length=8000, blank=True)
    medication = models.TextField(max_length=8000, blank=True)

    class Meta:
        abstract = True

    @property
    def facts(self) -> list[Fact]:
        """What is filled in of the patient's story, in the order a case is told."""
        told = ((label, getattr(self, name)) for name, label in FACTS.items())
        return [Fact(label, text) for label, text in told if text]


class CaseQuerySet(models.QuerySet["Case"]):
    def visible(self) -> CaseQuerySet:
        """What every member may see: appeared, not hidden."""
        return self.filter(hidden_at__isnull=True, appears_at__isnull=True)


class Case(AbstractPost, CaseText):
    """One case, as published. Its author is a member or a pseudonym."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    public_id = models.CharField(
        max_length=PUBLIC_ID_LENGTH, unique=True, default=new_public_id, editable=False
    )
    door = models.CharField(max_length=8, choices=Door.choices, default=Door.ASK)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.UNSOLVED)
    urgency = models.CharField(max_length=8, choices=Urgency.choices, default=Urgency.ROUTINE)
    # One to three asked; the first is the case's own.
    specialties = ArrayField(models.CharField(max_length=40, choices=specialties.choices), size=3)
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True, size=8)
    language = models.CharField(max_length=8, default="en")
    closed_to_comments_at = models.DateTimeField(null=True, blank=True)
    # A diagnosis poll is open on it: what carries a diagnosis is sealed (services.seal_answers).
    seals_answers = models.BooleanField(default=False)

    objects = CaseQuerySet.as_manager()

    class Meta(AbstractPost.Meta):
        ordering = ("id",)
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            *AbstractPost.Meta.constraints,
            models.CheckConstraint(
                condition=Q(specialties__len__gte=1, specialties__len__lte=3),
                name="cases_case_one_to_three_specialties",
            ),
        )
        indexes = (
            # A member's own page: what stands under the handle.
            models.Index(
                fields=["author", "-posted_at", "id"],
                condition=Q(author__isnull=False),
                name="cases_case_author",
            ),
            models.Index(
                fields=["appears_at"],
                condition=Q(appears_at__isnull=False),
                name="cases_case_to_appear",
            ),
        )

    def __str__(self) -> str:
        return f"case {self.public_id}"

    def get_absolute_url(self) -> str:
        return reverse("cases:detail", args=[self.public_id])


class CaseStats(models.Model):
    """The narrow row beside a case: counters, order, and copies of what the feed filters by.

    A reply touches this row and no other index of the case (PERFORMANCE.md §3). Fill factor 70.
    """

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="stats")
    n_comments = models.PositiveIntegerField(default=0)
    n_answers = models.PositiveIntegerField(default=0)
    n_images = models.PositiveSmallIntegerField(default=0)
    # How many of the reminders to tell the outcome have gone out.
    n_reminders = models.PositiveSmallIntegerField(default=0)
    # The last position given to a comment of this case.
    last_position = models.PositiveIntegerField(default=0)
    last_activity_at = models.DateTimeField()
    # log10(max(score, 1)) + hours since 2026 / 12: additive, so it needs no decay job.
    hot = models.FloatField(default=0)
    specialty = models.CharField(max_length=40)
    status = models.CharField(max_length=10)
    urgency = models.CharField(max_length=8)
    is_listed = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "case stats"
        indexes = (
            models.Index(
                F("last_activity_at").desc(),
                F("case_id").desc(),
                condition=Q(is_listed=True),
                name="cases_stats_newest",
            ),
            models.Index(
                F("hot").desc(),
                F("case_id").desc(),
                condition=Q(is_listed=True),
                name="cases_stats_hot",
            ),
            models.Index(
                F("status"),
                F("last_activity_at").desc(),
                F("case_id").desc(),
                condition=Q(is_listed=True),
                name="cases_stats_status",
            ),
            models.Index(
                F("urgency"),
                F("last_activity_at").desc(),
                F("case_id").desc(),
                condition=Q(is_listed=True),
                name="cases_stats_urgency",
            ),
        )


class AskedSpecialty(models.Model):
    """A case stands in the feed of each specialty it asks."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="asked")
    specialty = models.CharField(max_length=40, choices=specialties.choices)
    last_activity_at = models.DateTimeField()
    is_listed = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "asked specialties"
        constraints = (
            models.UniqueConstraint(
                fields=["case", "specialty"], name="cases_asked_once_per_specialty"
            ),
        )
        indexes = (
            models.Index(
                F("specialty"),
                F("last_activity_at").desc(),
                F("case_id").desc(),
                condition=Q(is_listed=True),
                name="cases_asked_newest",
            ),
        )


class CaseViews(models.Model):
    """Views, flushed from Redis once a minute; never written by a page (PERFORMANCE.md §3)."""

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="views")
    n = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "case views"


class CaseSearch(models.Model):
    """The text index of a case: title A, tags and diagnoses B, body C."""

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="search")
    vector = SearchVectorField()
    posted_at = models.DateTimeField()
    is_listed = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "case search"
        indexes = (
            GinIndex(fields=["vector"], name="cases_search_vector"),
            models.Index(
                F("posted_at").desc(),
                F("case_id").desc(),
                condition=Q(is_listed=True),
                name="cases_search_newest",
            ),
        )


class Draft(models.Model):
    """A case being written: everything in a box only its author can open."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    public_id = models.CharField(
        max_length=PUBLIC_ID_LENGTH, unique=True, default=new_public_id, editable=False
    )
    # tag(secret, draft scope): whoever computes the same one is the owner.
    owner = BytesField(max_length=PSEUDONYM_BYTES, editable=False)
    version = models.PositiveIntegerField(default=0)
    box = BytesField(editable=False)
    expires_on = models.DateField()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"draft {self.public_id}"


class ImageState(models.TextChoices):
    """What the author sees of each file (DEID.md, the stages)."""

    RECEIVED = "received", _("waiting to be cleaned")
    CLEANING = "cleaning", _("being cleaned")
    LOOK = "look", _("waiting for your look")
    CONFIRMED = "confirmed", _("being finished")
    READY = "ready", _("ready")
    REFUSED = "refused", _("refused")


class Review(models.TextChoices):
    """Where a picture stands with the moderators (DEID.md: removals, low confidence)."""

    NONE = "", _("not asked for")
    WAITING = "waiting", _("waiting for a moderator")
    BOXED = "boxed", _("a moderator added boxes")
    RETURNED = "returned", _("sent back to its author")
    APPROVED = "approved", _("approved by a moderator")
    REFUSED = "refused", _("refused by a moderator")


# What a picture may be shown with: nobody was asked, or the moderator said yes.
OPEN_REVIEWS = (Review.NONE, Review.BOXED, Review.APPROVED)


class ImageQuerySet(models.QuerySet["Image"]):
    def shown(self) -> ImageQuerySet:
        """What whoever may see the case may see of its pictures."""
        return self.filter(state=ImageState.READY, review__in=OPEN_REVIEWS, hidden_at__isnull=True)


class Image(models.Model):
    """One uploaded picture. Served to others only when READY, open and on a visible case."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    public_id = models.CharField(
        max_length=PUBLIC_ID_LENGTH, unique=True, default=new_public_id, editable=False
    )
    draft = models.ForeignKey(Draft, models.SET_NULL, null=True, blank=True, related_name="images")
    case = models.ForeignKey(Case, models.CASCADE, null=True, blank=True, related_name="images")
    position = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=10, choices=ImageState.choices, default=ImageState.RECEIVED)
    attempt = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    # Closed files in quarantine, and their keys wrapped; empty once deleted.
    original = models.CharField(max_length=80, blank=True, editable=False)
    original_key = BytesField(default=b"", editable=False)
    working = models.CharField(max_length=80, blank=True, editable=False)
    working_key = BytesField(default=b"", editable=False)
    preview = models.CharField(max_length=80, blank=True, editable=False)
    preview_key = BytesField(default=b"", editable=False)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    frames = models.PositiveSmallIntegerField(default=1)
    # How many frames the worker has looked at; None until it has opened the file, or filled it in.
    looked = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    # [{"frame", "x", "y", "w", "h", "kind", "score"}], pixels of the upright picture; cases.covers.
    proposed_boxes = models.JSONField(default=list, editable=False)
    accepted_boxes = models.JSONField(default=list, editable=False)
    # Kinds only ("location", "camera"), never what they said.
    removed = models.JSONField(default=list, editable=False)
    refusal = models.CharField(max_length=200, blank=True)
    # {"480": [name, width, height], …} in the images place.
    sizes = models.JSONField(default=dict, editable=False)
    caption = models.CharField(max_length=200, blank=True)
    alt = models.CharField(max_length=300, blank=True)
    is_sensitive = models.BooleanField(default=False)
    review = models.CharField(max_length=8, choices=Review.choices, default=Review.NONE, blank=True)
    # Reported as identifying a patient: nobody but its author and the moderators.
    hidden_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField()
    idempotency_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)

    objects = ImageQuerySet.as_manager()

    class Meta:
        ordering = ("position", "id")
        constraints = (
            models.CheckConstraint(
                condition=~Q(draft__isnull=False, case__isnull=False),
                name="cases_image_one_home",
            ),
            models.CheckConstraint(
                condition=Q(case__isnull=True)
                | Q(state=ImageState.READY)
                | Q(review__in=["waiting", "boxed", "returned", "refused"]),
                name="cases_image_published_only_when_ready",
            ),
        )
        indexes = (
            models.Index(
                fields=["lease_until"],
                condition=Q(state__in=["received", "cleaning", "confirmed"]),
                name="cases_image_due",
            ),
        )

    def __str__(self) -> str:
        return f"image {self.public_id}"

    @property
    def is_shown(self) -> bool:
        """`ImageQuerySet.shown` for a row at hand."""
        is_open = self.review in OPEN_REVIEWS and self.hidden_at is None
        return self.state == ImageState.READY and is_open


class PictureReview(models.Model):
    """What a moderator is asked about a picture, and what was decided. Names no author."""

    image = models.OneToOneField(
        Image, models.CASCADE, primary_key=True, related_name="picture_review"
    )
    # [{"x", "y", "w", "h", "kind", "score", "why", "words"}]: finds the author left visible.
    removals = models.JSONField(default=list, editable=False)
    is_unsure = models.BooleanField(default=False)
    asked_at = models.DateTimeField()
    claimed_by = models.ForeignKey(Member, models.SET_NULL, null=True, blank=True, related_name="+")
    claimed_until = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(Member, models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    # What the moderator says to the author: the reason of sending back or refusing.
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("asked_at", "image_id")

    def __str__(self) -> str:
        return f"review of {self.image_id}"


class CommentKind(models.TextChoices):
    COMMENT = "comment", _("comment")
    ANSWER = "answer", _("reasoning of an answer")
    UPDATE = "update", _("update by the author")
    HARM = "harm", _("could harm")


class Comment(AbstractPost):
    """One contribution to the discussion; one level of reply."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    public_id = models.CharField(
        max_length=PUBLIC_ID_LENGTH, unique=True, default=new_public_id, editable=False
    )
    case = models.ForeignKey(Case, models.CASCADE, related_name="comments")
    parent = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="replies"
    )
    quoted = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    # The order within the case; the first row of CaseStats.last_position hands them out.
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=CommentKind.choices, default=CommentKind.COMMENT)
    text = models.TextField(max_length=8000)
    # Sealed with the ballot: shown only to who has answered or just reads (CONSULT.md §3).
    is_sealed = models.BooleanField(default=False)
    by_case_author = models.BooleanField(default=False)
    n_helpful = models.PositiveIntegerField(default=0)

    class Meta(AbstractPost.Meta):
        ordering = ("position",)
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            *AbstractPost.Meta.constraints,
            models.UniqueConstraint(fields=["case", "position"], name="cases_comment_one_position"),
        )

    def __str__(self) -> str:
        return f"comment {self.public_id}"

    def get_absolute_url(self) -> str:
        return f"{self.case.get_absolute_url()}#c-{self.public_id}"


class Helpful(models.Model):
    """ "This helped", once for each tag; only the count is ever shown."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="helpfuls")
    pseudonym = BytesField(max_length=PSEUDONYM_BYTES)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["comment", "pseudonym"], name="cases_helpful_once"),
        )


class Opening(models.Model):
    """Somebody has answered this case, or chose to just read: its answers are open to the tag."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="openings")
    pseudonym = BytesField(max_length=PSEUDONYM_BYTES)
    just_read = models.BooleanField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["case", "pseudonym"], name="cases_opening_once"),
        )


class Certainty(models.TextChoices):
    POSSIBLE = "possible", _("possible")
    PROBABLE = "probable", _("probable")
    ALMOST_CERTAIN = "almost", _("almost certain")
    CERTAIN = "certain", _("certain")


class Established(models.TextChoices):
    COMMUNITY = "community", _("through answers here")
    TEST = "test", _("by a test")
    SPECIALIST = "specialist", _("by a specialist")
    TIME = "time", _("by the course over time")
    OTHER = "other", _("in another way")


class Outcome(models.Model):
    """What it really was: closes the loop (CONSULT.md §6)."""

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="outcome")
    diagnosis = models.CharField(max_length=200)
    # A polls.Concept, by id: foreign keys point down, and polls stands above.
    concept_id = models.UUIDField(null=True, blank=True)
    certainty = models.CharField(max_length=10, choices=Certainty.choices)
    established = models.CharField(max_length=12, choices=Established.choices)
    text = models.TextField(max_length=4000, blank=True)
    credited = models.ManyToManyField(Comment, blank=True, related_name="credited_by")
    recorded_at = models.DateTimeField()
