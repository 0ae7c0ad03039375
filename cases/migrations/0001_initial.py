import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

import sermo.core.fields
import sermo.core.ids
import sermo.core.specialties


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("members", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Case",
            fields=[
                ("pseudonym", sermo.core.fields.BytesField(max_length=16, null=True)),
                (
                    "shown_as",
                    models.CharField(
                        choices=[
                            ("handle", "handle"),
                            ("anonymous", "anonymous in this case"),
                            ("real", "real name"),
                        ],
                        default="handle",
                        max_length=10,
                    ),
                ),
                ("byline", models.CharField(max_length=120)),
                ("line_specialty", models.CharField(blank=True, default="", max_length=40)),
                ("line_years", models.CharField(blank=True, default="", max_length=8)),
                ("line_place", models.CharField(blank=True, default="", max_length=40)),
                ("encrypted_member_id", sermo.core.fields.BytesField(null=True)),
                ("encrypted_contact_email", sermo.core.fields.BytesField(null=True)),
                ("posted_at", models.DateTimeField()),
                ("appears_at", models.DateTimeField(blank=True, null=True)),
                ("hidden_at", models.DateTimeField(blank=True, null=True)),
                (
                    "idempotency_key",
                    models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
                ),
                ("title", models.CharField(max_length=160)),
                (
                    "preset",
                    models.CharField(
                        choices=[
                            ("diagnosis", "What is the diagnosis?"),
                            ("treatment", "How would you treat this?"),
                            ("next", "What would you do next?"),
                            ("urgency", "Is this urgent?"),
                            ("own", "In my own words"),
                        ],
                        max_length=10,
                    ),
                ),
                ("question", models.CharField(blank=True, max_length=300)),
                (
                    "age_band",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("neonate", "under 28 days"),
                            ("infant", "28 days to 1 year"),
                            ("1-4", "1 to 4 years"),
                            ("5-9", "5 to 9 years"),
                            ("10-17", "10 to 17 years"),
                            ("18-29", "18 to 29 years"),
                            ("30-39", "30 to 39 years"),
                            ("40-49", "40 to 49 years"),
                            ("50-59", "50 to 59 years"),
                            ("60-69", "60 to 69 years"),
                            ("70-79", "70 to 79 years"),
                            ("80-89", "80 to 89 years"),
                            ("90+", "90 years or older"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "sex",
                    models.CharField(
                        blank=True,
                        choices=[("f", "female"), ("m", "male"), ("x", "another or not stated")],
                        max_length=1,
                    ),
                ),
                (
                    "setting",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("office", "office or clinic"),
                            ("emergency", "emergency department"),
                            ("ward", "hospital ward"),
                            ("critical", "critical care"),
                            ("remote", "remote or low-resource"),
                            ("other", "elsewhere"),
                        ],
                        max_length=10,
                    ),
                ),
                ("complaint", models.CharField(blank=True, max_length=300)),
                ("duration", models.CharField(blank=True, max_length=120)),
                ("history", models.TextField(blank=True, max_length=8000)),
                ("examination", models.TextField(blank=True, max_length=8000)),
                ("laboratory", models.TextField(blank=True, max_length=8000)),
                ("imaging", models.TextField(blank=True, max_length=8000)),
                ("medication", models.TextField(blank=True, max_length=8000)),
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "public_id",
                    models.CharField(
                        default=sermo.core.ids.new_public_id,
                        editable=False,
                        max_length=12,
                        unique=True,
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[("ask", "Ask for help"), ("share", "Share a solved case")],
                        default="ask",
                        max_length=8,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("unsolved", "Unsolved"),
                            ("solved", "Solved"),
                            ("study", "Case study"),
                        ],
                        default="unsolved",
                        max_length=10,
                    ),
                ),
                (
                    "urgency",
                    models.CharField(
                        choices=[
                            ("routine", "This week"),
                            ("soon", "Today"),
                            ("urgent", "Within the hour"),
                        ],
                        default="routine",
                        max_length=8,
                    ),
                ),
                (
                    "specialties",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=sermo.core.specialties.choices, max_length=40
                        ),
                        size=3,
                    ),
                ),
                (
                    "tags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), blank=True, default=list, size=8
                    ),
                ),
                ("language", models.CharField(default="en", max_length=8)),
                ("closed_to_comments_at", models.DateTimeField(blank=True, null=True)),
                ("hides_answers", models.BooleanField(default=False)),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="members.member",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "public_id",
                    models.CharField(
                        default=sermo.core.ids.new_public_id,
                        editable=False,
                        max_length=12,
                        unique=True,
                    ),
                ),
                ("owner_pseudonym", sermo.core.fields.BytesField(max_length=16)),
                ("version", models.PositiveIntegerField(default=0)),
                ("ciphertext", sermo.core.fields.BytesField()),
                ("expires_on", models.DateField()),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="Image",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "public_id",
                    models.CharField(
                        default=sermo.core.ids.new_public_id,
                        editable=False,
                        max_length=12,
                        unique=True,
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("received", "waiting to be cleaned"),
                            ("processing", "being cleaned"),
                            ("awaiting_review", "waiting for your look"),
                            ("confirmed", "being finished"),
                            ("ready", "ready"),
                            ("refused", "refused"),
                        ],
                        default="received",
                        max_length=16,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("original", models.CharField(blank=True, editable=False, max_length=80)),
                ("original_key", sermo.core.fields.BytesField(default=b"")),
                ("working", models.CharField(blank=True, editable=False, max_length=80)),
                ("working_key", sermo.core.fields.BytesField(default=b"")),
                ("preview", models.CharField(blank=True, editable=False, max_length=80)),
                ("preview_key", sermo.core.fields.BytesField(default=b"")),
                ("width", models.PositiveIntegerField(default=0)),
                ("height", models.PositiveIntegerField(default=0)),
                ("frame_count", models.PositiveSmallIntegerField(default=1)),
                (
                    "frames_inspected",
                    models.PositiveSmallIntegerField(blank=True, editable=False, null=True),
                ),
                ("suggested_redactions", models.JSONField(default=list, editable=False)),
                ("accepted_redactions", models.JSONField(default=list, editable=False)),
                ("removed_metadata", models.JSONField(default=list, editable=False)),
                ("refusal_reason", models.CharField(blank=True, max_length=200)),
                ("renditions", models.JSONField(default=dict, editable=False)),
                ("caption", models.CharField(blank=True, max_length=200)),
                ("alt", models.CharField(blank=True, max_length=300)),
                ("is_sensitive", models.BooleanField(default=False)),
                (
                    "moderation_status",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "not asked for"),
                            ("waiting", "waiting for a moderator"),
                            ("redacted", "a moderator added boxes"),
                            ("returned", "sent back to its author"),
                            ("approved", "approved by a moderator"),
                            ("refused", "refused by a moderator"),
                        ],
                        default="",
                        max_length=8,
                    ),
                ),
                ("hidden_at", models.DateTimeField(blank=True, null=True)),
                ("received_at", models.DateTimeField()),
                (
                    "idempotency_key",
                    models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
                ),
                (
                    "case",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="images",
                        to="cases.case",
                    ),
                ),
                (
                    "draft",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="images",
                        to="cases.draft",
                    ),
                ),
            ],
            options={
                "ordering": ("position", "id"),
            },
        ),
        migrations.CreateModel(
            name="CaseViewCount",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="view_count",
                        serialize=False,
                        to="cases.case",
                    ),
                ),
                ("n_views", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="AskedSpecialty",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "specialty",
                    models.CharField(choices=sermo.core.specialties.choices, max_length=40),
                ),
                ("last_activity_at", models.DateTimeField()),
                ("is_listed", models.BooleanField(default=False)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="asked_specialties",
                        to="cases.case",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "asked specialties",
            },
        ),
        migrations.CreateModel(
            name="AnswerReveal",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("pseudonym", sermo.core.fields.BytesField(max_length=16)),
                ("skipped_answer", models.BooleanField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="answer_reveals",
                        to="cases.case",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Comment",
            fields=[
                ("pseudonym", sermo.core.fields.BytesField(max_length=16, null=True)),
                (
                    "shown_as",
                    models.CharField(
                        choices=[
                            ("handle", "handle"),
                            ("anonymous", "anonymous in this case"),
                            ("real", "real name"),
                        ],
                        default="handle",
                        max_length=10,
                    ),
                ),
                ("byline", models.CharField(max_length=120)),
                ("line_specialty", models.CharField(blank=True, default="", max_length=40)),
                ("line_years", models.CharField(blank=True, default="", max_length=8)),
                ("line_place", models.CharField(blank=True, default="", max_length=40)),
                ("encrypted_member_id", sermo.core.fields.BytesField(null=True)),
                ("encrypted_contact_email", sermo.core.fields.BytesField(null=True)),
                ("posted_at", models.DateTimeField()),
                ("appears_at", models.DateTimeField(blank=True, null=True)),
                ("hidden_at", models.DateTimeField(blank=True, null=True)),
                (
                    "idempotency_key",
                    models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
                ),
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "public_id",
                    models.CharField(
                        default=sermo.core.ids.new_public_id,
                        editable=False,
                        max_length=12,
                        unique=True,
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("comment", "comment"),
                            ("answer", "reasoning of an answer"),
                            ("update", "update by the author"),
                            ("risk", "could harm"),
                        ],
                        default="comment",
                        max_length=8,
                    ),
                ),
                ("text", models.TextField(max_length=8000)),
                ("hidden_until_answer", models.BooleanField(default=False)),
                ("by_case_author", models.BooleanField(default=False)),
                ("n_helpful", models.PositiveIntegerField(default=0)),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="members.member",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="comments",
                        to="cases.case",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="replies",
                        to="cases.comment",
                    ),
                ),
                (
                    "quoted",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="cases.comment",
                    ),
                ),
            ],
            options={
                "ordering": ("position",),
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="HelpfulMark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("pseudonym", sermo.core.fields.BytesField(max_length=16)),
                (
                    "comment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="helpful_marks",
                        to="cases.comment",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ImageModeration",
            fields=[
                (
                    "image",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="moderation",
                        serialize=False,
                        to="cases.image",
                    ),
                ),
                ("kept_findings", models.JSONField(default=list, editable=False)),
                ("is_low_confidence", models.BooleanField(default=False)),
                ("requested_at", models.DateTimeField()),
                ("claimed_until", models.DateTimeField(blank=True, null=True)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("note", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "ordering": ("requested_at", "image_id"),
            },
        ),
        migrations.CreateModel(
            name="CaseSearchEntry",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search_entry",
                        serialize=False,
                        to="cases.case",
                    ),
                ),
                ("vector", django.contrib.postgres.search.SearchVectorField()),
                ("posted_at", models.DateTimeField()),
                ("is_listed", models.BooleanField(default=False)),
            ],
            options={
                "verbose_name_plural": "case search entries",
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["vector"], name="cases_search_vector"
                    ),
                    models.Index(
                        models.OrderBy(models.F("posted_at"), descending=True),
                        models.OrderBy(models.F("case_id"), descending=True),
                        condition=models.Q(("is_listed", True)),
                        name="cases_search_newest",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseStats",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="stats",
                        serialize=False,
                        to="cases.case",
                    ),
                ),
                ("n_comments", models.PositiveIntegerField(default=0)),
                ("n_answers", models.PositiveIntegerField(default=0)),
                ("n_images", models.PositiveSmallIntegerField(default=0)),
                ("n_reminders", models.PositiveSmallIntegerField(default=0)),
                ("last_position", models.PositiveIntegerField(default=0)),
                ("last_activity_at", models.DateTimeField()),
                ("hot_score", models.FloatField(default=0)),
                ("specialty", models.CharField(max_length=40)),
                ("status", models.CharField(max_length=10)),
                ("urgency", models.CharField(max_length=8)),
                ("is_listed", models.BooleanField(default=False)),
            ],
            options={
                "verbose_name_plural": "case stats",
                "indexes": [
                    models.Index(
                        models.OrderBy(models.F("last_activity_at"), descending=True),
                        models.OrderBy(models.F("case_id"), descending=True),
                        condition=models.Q(("is_listed", True)),
                        name="cases_stats_newest",
                    ),
                    models.Index(
                        models.OrderBy(models.F("hot_score"), descending=True),
                        models.OrderBy(models.F("case_id"), descending=True),
                        condition=models.Q(("is_listed", True)),
                        name="cases_stats_hot_score",
                    ),
                    models.Index(
                        models.F("status"),
                        models.OrderBy(models.F("last_activity_at"), descending=True),
                        models.OrderBy(models.F("case_id"), descending=True),
                        condition=models.Q(("is_listed", True)),
                        name="cases_stats_status",
                    ),
                    models.Index(
                        models.F("urgency"),
                        models.OrderBy(models.F("last_activity_at"), descending=True),
                        models.OrderBy(models.F("case_id"), descending=True),
                        condition=models.Q(("is_listed", True)),
                        name="cases_stats_urgency",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Outcome",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="outcome",
                        serialize=False,
                        to="cases.case",
                    ),
                ),
                ("diagnosis", models.CharField(max_length=200)),
                ("concept_id", models.UUIDField(blank=True, null=True)),
                (
                    "certainty",
                    models.CharField(
                        choices=[
                            ("possible", "possible"),
                            ("probable", "probable"),
                            ("almost", "almost certain"),
                            ("certain", "certain"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "established_by",
                    models.CharField(
                        choices=[
                            ("community", "through answers here"),
                            ("test", "by a test"),
                            ("specialist", "by a specialist"),
                            ("time", "by the course over time"),
                            ("other", "in another way"),
                        ],
                        max_length=12,
                    ),
                ),
                ("learning_point", models.TextField(blank=True, max_length=4000)),
                ("recorded_at", models.DateTimeField()),
                (
                    "credited_comments",
                    models.ManyToManyField(
                        blank=True, related_name="credited_by", to="cases.comment"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("author__isnull", False)),
                fields=["author", "-posted_at", "id"],
                name="cases_case_author",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("appears_at__isnull", False)),
                fields=["appears_at"],
                name="cases_case_to_appear",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("author__isnull", False),
                        ("pseudonym__isnull", True),
                        models.Q(("shown_as", "anonymous"), _negated=True),
                    ),
                    models.Q(
                        ("author__isnull", True),
                        ("encrypted_member_id__isnull", False),
                        ("pseudonym__isnull", False),
                        ("shown_as", "anonymous"),
                    ),
                    _connector="OR",
                ),
                name="cases_case_one_identity",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(("specialties__len__gte", 1), ("specialties__len__lte", 3)),
                name="cases_case_one_to_three_specialties",
            ),
        ),
        migrations.AddIndex(
            model_name="askedspecialty",
            index=models.Index(
                models.F("specialty"),
                models.OrderBy(models.F("last_activity_at"), descending=True),
                models.OrderBy(models.F("case_id"), descending=True),
                condition=models.Q(("is_listed", True)),
                name="cases_asked_newest",
            ),
        ),
        migrations.AddConstraint(
            model_name="askedspecialty",
            constraint=models.UniqueConstraint(
                fields=("case", "specialty"), name="cases_asked_once_per_specialty"
            ),
        ),
        migrations.AddConstraint(
            model_name="answerreveal",
            constraint=models.UniqueConstraint(
                fields=("case", "pseudonym"), name="cases_answerreveal_once_per_reader"
            ),
        ),
        migrations.AddConstraint(
            model_name="comment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("author__isnull", False),
                        ("pseudonym__isnull", True),
                        models.Q(("shown_as", "anonymous"), _negated=True),
                    ),
                    models.Q(
                        ("author__isnull", True),
                        ("encrypted_member_id__isnull", False),
                        ("pseudonym__isnull", False),
                        ("shown_as", "anonymous"),
                    ),
                    _connector="OR",
                ),
                name="cases_comment_one_identity",
            ),
        ),
        migrations.AddConstraint(
            model_name="comment",
            constraint=models.UniqueConstraint(
                fields=("case", "position"), name="cases_comment_position_once_per_case"
            ),
        ),
        migrations.AddConstraint(
            model_name="helpfulmark",
            constraint=models.UniqueConstraint(
                fields=("comment", "pseudonym"), name="cases_helpfulmark_once_per_reader"
            ),
        ),
        migrations.AddField(
            model_name="imagemoderation",
            name="claimed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="members.member",
            ),
        ),
        migrations.AddField(
            model_name="imagemoderation",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="members.member",
            ),
        ),
        migrations.AddIndex(
            model_name="image",
            index=models.Index(
                condition=models.Q(("state__in", ["received", "processing", "confirmed"])),
                fields=["lease_until"],
                name="cases_image_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="image",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("case__isnull", False), ("draft__isnull", False), _negated=True
                ),
                name="cases_image_not_in_draft_and_case",
            ),
        ),
        migrations.AddConstraint(
            model_name="image",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("case__isnull", True),
                    ("state", "ready"),
                    ("moderation_status__in", ["waiting", "redacted", "returned", "refused"]),
                    _connector="OR",
                ),
                name="cases_image_published_only_when_ready",
            ),
        ),
    ]
