"""The fixed choices of cases, pictures, comments and outcomes."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class CasePurpose(models.TextChoices):
    """What the author wants with the case (docs/design/consult.md)."""

    ASK = "ask", _("Ask for help")
    SHARE = "share", _("Share a solved case")


class CaseStatus(models.TextChoices):
    UNSOLVED = "unsolved", _("Unsolved")
    SOLVED = "solved", _("Solved")
    CASE_STUDY = "study", _("Case study")


class Urgency(models.TextChoices):
    """How soon the first answer is needed. This is not an emergency service."""

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
    """Age bands of patients. No exact age above 89 (45 CFR 164.514(b)(2)(i)(C))."""

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


class CareSetting(models.TextChoices):
    OFFICE = "office", _("office or clinic")
    EMERGENCY = "emergency", _("emergency department")
    WARD = "ward", _("hospital ward")
    CRITICAL = "critical", _("critical care")
    REMOTE = "remote", _("remote or low-resource")
    OTHER = "other", _("elsewhere")


class ImageState(models.TextChoices):
    """The processing state of a picture (docs/design/deidentification.md, stages)."""

    RECEIVED = "received", _("waiting to be cleaned")
    PROCESSING = "processing", _("being cleaned")
    AWAITING_REVIEW = "awaiting_review", _("waiting for your look")
    CONFIRMED = "confirmed", _("being finished")
    READY = "ready", _("ready")
    REFUSED = "refused", _("refused")


class ModerationStatus(models.TextChoices):
    """Whether a moderator has to approve a picture, and what was decided."""

    NOT_REQUIRED = "", _("not asked for")
    WAITING = "waiting", _("waiting for a moderator")
    REDACTED = "redacted", _("a moderator added boxes")
    RETURNED = "returned", _("sent back to its author")
    APPROVED = "approved", _("approved by a moderator")
    REFUSED = "refused", _("refused by a moderator")


# A picture with one of these is shown to colleagues, if it is also READY and not hidden.
SHOWABLE_STATUSES = (
    ModerationStatus.NOT_REQUIRED,
    ModerationStatus.REDACTED,
    ModerationStatus.APPROVED,
)


class SensorNoise(models.TextChoices):
    """Whether the noise that tells the camera is removed (docs/design/deidentification.md)."""

    UNTOUCHED = "", _("left as it is")
    WAITING = "waiting", _("waiting to be removed")
    REMOVED = "removed", _("removed")


class CommentKind(models.TextChoices):
    COMMENT = "comment", _("comment")
    ANSWER = "answer", _("reasoning of an answer")
    UPDATE = "update", _("update by the author")
    RISK = "risk", _("could harm")


class Certainty(models.TextChoices):
    """How certain the final diagnosis is."""

    POSSIBLE = "possible", _("possible")
    PROBABLE = "probable", _("probable")
    ALMOST_CERTAIN = "almost", _("almost certain")
    CERTAIN = "certain", _("certain")


class EstablishedBy(models.TextChoices):
    """How the final diagnosis was established."""

    COMMUNITY = "community", _("through answers here")
    TEST = "test", _("by a test")
    SPECIALIST = "specialist", _("by a specialist")
    TIME = "time", _("by the course over time")
    OTHER = "other", _("in another way")
