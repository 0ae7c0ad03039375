"""Tables and columns named by the terms of their field."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

MODELS = (
    ("CaseViews", "CaseViewCount"),
    ("CaseSearch", "CaseSearchEntry"),
    ("Helpful", "HelpfulMark"),
    ("Opening", "AnswerReveal"),
    ("PictureReview", "ImageModeration"),
)
FIELDS = (
    ("case", "door", "purpose"),
    ("case", "seals_answers", "hides_answers"),
    ("casestats", "hot", "hot_score"),
    ("caseviewcount", "n", "n_views"),
    ("draft", "owner", "owner_pseudonym"),
    ("draft", "box", "ciphertext"),
    ("image", "attempt", "attempts"),
    ("image", "frames", "frame_count"),
    ("image", "looked", "frames_inspected"),
    ("image", "proposed_boxes", "suggested_redactions"),
    ("image", "accepted_boxes", "accepted_redactions"),
    ("image", "removed", "removed_metadata"),
    ("image", "refusal", "refusal_reason"),
    ("image", "sizes", "renditions"),
    ("image", "review", "moderation_status"),
    ("imagemoderation", "removals", "kept_findings"),
    ("imagemoderation", "is_unsure", "is_low_confidence"),
    ("imagemoderation", "asked_at", "requested_at"),
    ("comment", "is_sealed", "hidden_until_answer"),
    ("answerreveal", "just_read", "skipped_answer"),
    ("outcome", "established", "established_by"),
    ("outcome", "text", "learning_point"),
    ("outcome", "credited", "credited_comments"),
)
STATES = [
    ("received", "waiting to be cleaned"),
    ("processing", "being cleaned"),
    ("awaiting_review", "waiting for your look"),
    ("confirmed", "being finished"),
    ("ready", "ready"),
    ("refused", "refused"),
]
STATUSES = [
    ("", "not asked for"),
    ("waiting", "waiting for a moderator"),
    ("redacted", "a moderator added boxes"),
    ("returned", "sent back to its author"),
    ("approved", "approved by a moderator"),
    ("refused", "refused by a moderator"),
]
KINDS = [
    ("comment", "comment"),
    ("answer", "reasoning of an answer"),
    ("update", "update by the author"),
    ("risk", "could harm"),
]
VALUES = [
    "UPDATE cases_image SET state = 'processing' WHERE state = 'cleaning'",
    "UPDATE cases_image SET state = 'awaiting_review' WHERE state = 'look'",
    "UPDATE cases_image SET moderation_status = 'redacted' WHERE moderation_status = 'boxed'",
    "UPDATE cases_comment SET kind = 'risk' WHERE kind = 'harm'",
]


def _related(name: str, to: str, related_name: str, **options: bool) -> migrations.AlterField:
    make = models.OneToOneField if options else models.ForeignKey
    field = make(
        on_delete=django.db.models.deletion.CASCADE, related_name=related_name, to=to, **options
    )
    model, _dot, field_name = name.partition(".")
    return migrations.AlterField(model, field_name, field)


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0006_looked"),
    ]

    operations = [
        *(
            migrations.RemoveConstraint(model, name)
            for model, name in (
                ("image", "cases_image_one_home"),
                ("image", "cases_image_published_only_when_ready"),
                ("comment", "cases_comment_one_position"),
                ("helpful", "cases_helpful_once"),
                ("opening", "cases_opening_once"),
            )
        ),
        migrations.RemoveIndex("image", "cases_image_due"),
        migrations.RemoveIndex("casestats", "cases_stats_hot"),
        *(migrations.RenameModel(old, new) for old, new in MODELS),
        *(migrations.RenameField(model, old, new) for model, old, new in FIELDS),
        migrations.AlterModelOptions("caseviewcount", {}),
        migrations.AlterModelOptions(
            "casesearchentry", {"verbose_name_plural": "case search entries"}
        ),
        migrations.AlterModelOptions("imagemoderation", {"ordering": ("requested_at", "image_id")}),
        _related(
            "imagemoderation.image", "cases.image", "moderation", primary_key=True, serialize=False
        ),
        _related(
            "caseviewcount.case", "cases.case", "view_count", primary_key=True, serialize=False
        ),
        _related(
            "casesearchentry.case", "cases.case", "search_entry", primary_key=True, serialize=False
        ),
        _related("askedspecialty.case", "cases.case", "asked_specialties"),
        _related("helpfulmark.comment", "cases.comment", "helpful_marks"),
        _related("answerreveal.case", "cases.case", "answer_reveals"),
        migrations.AlterField(
            "image", "state", models.CharField(choices=STATES, default="received", max_length=16)
        ),
        migrations.AlterField(
            "image",
            "moderation_status",
            models.CharField(blank=True, choices=STATUSES, default="", max_length=8),
        ),
        migrations.AlterField(
            "comment", "kind", models.CharField(choices=KINDS, default="comment", max_length=8)
        ),
        migrations.RunSQL(VALUES, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "image",
            models.CheckConstraint(
                condition=~Q(draft__isnull=False, case__isnull=False),
                name="cases_image_not_in_draft_and_case",
            ),
        ),
        migrations.AddConstraint(
            "image",
            models.CheckConstraint(
                condition=Q(case__isnull=True)
                | Q(state="ready")
                | Q(moderation_status__in=["waiting", "redacted", "returned", "refused"]),
                name="cases_image_published_only_when_ready",
            ),
        ),
        migrations.AddConstraint(
            "comment",
            models.UniqueConstraint(
                fields=["case", "position"], name="cases_comment_position_once_per_case"
            ),
        ),
        migrations.AddConstraint(
            "helpfulmark",
            models.UniqueConstraint(
                fields=["comment", "pseudonym"], name="cases_helpfulmark_once_per_reader"
            ),
        ),
        migrations.AddConstraint(
            "answerreveal",
            models.UniqueConstraint(
                fields=["case", "pseudonym"], name="cases_answerreveal_once_per_reader"
            ),
        ),
        migrations.AddIndex(
            "image",
            models.Index(
                fields=["lease_until"],
                condition=Q(state__in=["received", "processing", "confirmed"]),
                name="cases_image_due",
            ),
        ),
        migrations.AddIndex(
            "casestats",
            models.Index(
                F("hot_score").desc(),
                F("case_id").desc(),
                condition=Q(is_listed=True),
                name="cases_stats_hot_score",
            ),
        ),
    ]
