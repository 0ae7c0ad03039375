import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

import sermo.core.fields
import sermo.core.ids
import sermo.core.specialties


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("cases", "0001_initial"),
        ("members", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Answer",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("pseudonym", sermo.core.fields.BytesField(max_length=16)),
                (
                    "round",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "before seeing others"), (2, "after seeing others")]
                    ),
                ),
                ("confidence", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("specialty", models.CharField(blank=True, max_length=40)),
                ("is_by_case_author", models.BooleanField(default=False)),
                ("record_weight_quarters", models.PositiveSmallIntegerField(default=4)),
                ("updates_seen", models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="DecisiveTest",
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
                ("text", models.CharField(max_length=200)),
                ("folded", models.CharField(max_length=200)),
                ("reported_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="Concept",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("code", models.CharField(blank=True, max_length=20)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("starter", "own starter list"),
                            ("icd10cm", "ICD-10-CM"),
                            ("hpo", "HPO annotation"),
                            ("free", "free text"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "specialty",
                    models.CharField(
                        blank=True, choices=sermo.core.specialties.choices, max_length=40
                    ),
                ),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="merged_concepts",
                        to="polls.concept",
                    ),
                ),
            ],
            options={
                "ordering": ("name", "id"),
            },
        ),
        migrations.CreateModel(
            name="AnswerOption",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("label", models.CharField(max_length=200)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("hidden_until_answer", models.BooleanField(default=False)),
                (
                    "concept",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="options",
                        to="polls.concept",
                    ),
                ),
            ],
            options={
                "ordering": ("position", "id"),
            },
        ),
        migrations.CreateModel(
            name="ConditionalChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "answer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="conditional_change",
                        to="polls.answer",
                    ),
                ),
                (
                    "to_option",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conditional_changes",
                        to="polls.answeroption",
                    ),
                ),
                (
                    "decisive_test",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="conditional_changes",
                        to="polls.decisivetest",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="Poll",
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
                (
                    "kind",
                    models.CharField(
                        choices=[("diagnosis", "diagnosis poll"), ("opinion", "opinion poll")],
                        max_length=10,
                    ),
                ),
                ("question", models.CharField(max_length=300)),
                ("is_multiple", models.BooleanField(default=False)),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "first_answer_within",
                    models.DurationField(blank=True, editable=False, null=True),
                ),
                ("closes_at", models.DateTimeField(blank=True, null=True)),
                ("week", models.DateField(blank=True, null=True, unique=True)),
                ("hidden_at", models.DateTimeField(blank=True, null=True)),
                (
                    "idempotency_key",
                    models.UUIDField(blank=True, editable=False, null=True, unique=True),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="polls_asked",
                        to="members.member",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="polls",
                        to="cases.case",
                    ),
                ),
            ],
            options={
                "ordering": ("opened_at", "id"),
            },
        ),
        migrations.AddField(
            model_name="decisivetest",
            name="poll",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="decisive_tests",
                to="polls.poll",
            ),
        ),
        migrations.AddField(
            model_name="answeroption",
            name="poll",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="options", to="polls.poll"
            ),
        ),
        migrations.AddField(
            model_name="answer",
            name="poll",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="answers", to="polls.poll"
            ),
        ),
        migrations.CreateModel(
            name="RankedOption",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rank", models.PositiveSmallIntegerField()),
                (
                    "answer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="ranked_options",
                        to="polls.answer",
                    ),
                ),
                (
                    "option",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ranked_options",
                        to="polls.answeroption",
                    ),
                ),
            ],
            options={
                "ordering": ("rank", "id"),
            },
        ),
        migrations.CreateModel(
            name="RiskFlag",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "comment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="risk_flag",
                        to="cases.comment",
                    ),
                ),
                (
                    "decisive_test",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="risk_flags",
                        to="polls.decisivetest",
                    ),
                ),
                (
                    "option",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="risk_flags",
                        to="polls.answeroption",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="Synonym",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.CharField(max_length=200)),
                ("folded", models.CharField(max_length=200)),
                (
                    "trigrams",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=3), default=list, size=None
                    ),
                ),
                (
                    "concept",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="synonyms",
                        to="polls.concept",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="VocabularyWord",
            fields=[
                ("text", models.CharField(max_length=200, primary_key=True, serialize=False)),
                (
                    "deletions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), default=list, size=None
                    ),
                ),
            ],
            options={
                "ordering": ("text",),
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fastupdate=False, fields=["deletions"], name="polls_word_deletions"
                    ),
                    models.Index(
                        fields=["text"], name="polls_word_prefix", opclasses=["varchar_pattern_ops"]
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ConceptMerge",
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
                (
                    "moved_concept_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), default=list, size=None
                    ),
                ),
                ("merged_at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                (
                    "concept",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="merges",
                        to="polls.concept",
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="incoming_merges",
                        to="polls.concept",
                    ),
                ),
            ],
            options={
                "ordering": ("-merged_at", "id"),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("undone_at__isnull", True)),
                        fields=("concept",),
                        name="polls_conceptmerge_one_active",
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="poll",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("case__isnull", True),
                    models.Q(
                        ("asked_by__isnull", True),
                        ("closes_at__isnull", True),
                        ("week__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="polls_poll_case_poll_has_no_asker",
            ),
        ),
        migrations.AddConstraint(
            model_name="poll",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at__isnull", True), ("kind", "diagnosis")),
                fields=("case",),
                name="polls_poll_one_open_diagnosis",
            ),
        ),
        migrations.AddConstraint(
            model_name="poll",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_multiple", True), ("kind", "diagnosis"), _negated=True),
                name="polls_poll_diagnosis_is_ranked",
            ),
        ),
        migrations.AddConstraint(
            model_name="decisivetest",
            constraint=models.UniqueConstraint(
                fields=("poll", "folded"), name="polls_decisivetest_once_per_poll"
            ),
        ),
        migrations.AddConstraint(
            model_name="answeroption",
            constraint=models.UniqueConstraint(
                condition=models.Q(("concept__isnull", False)),
                fields=("poll", "concept"),
                name="polls_answeroption_one_per_concept",
            ),
        ),
        migrations.AddConstraint(
            model_name="answeroption",
            constraint=models.UniqueConstraint(
                condition=models.Q(("concept__isnull", True)),
                fields=("poll", "label"),
                name="polls_answeroption_one_per_label",
            ),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.UniqueConstraint(
                fields=("poll", "pseudonym", "round"), name="polls_answer_once_per_pseudonym"
            ),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("confidence__isnull", True), ("confidence__range", (1, 5)), _connector="OR"
                ),
                name="polls_answer_confidence_1_to_5",
            ),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.CheckConstraint(
                condition=models.Q(("round__in", [1, 2])), name="polls_answer_two_rounds"
            ),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.CheckConstraint(
                condition=models.Q(("record_weight_quarters__range", (2, 8))),
                name="polls_answer_record_weight_half_to_two",
            ),
        ),
        migrations.AddConstraint(
            model_name="rankedoption",
            constraint=models.UniqueConstraint(
                fields=("answer", "option"), name="polls_rankedoption_once_per_answer"
            ),
        ),
        migrations.AddConstraint(
            model_name="rankedoption",
            constraint=models.CheckConstraint(
                condition=models.Q(("rank__range", (1, 5))), name="polls_rankedoption_rank_1_to_5"
            ),
        ),
        migrations.AddConstraint(
            model_name="riskflag",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decisive_test__isnull", True), ("option__isnull", False)),
                    models.Q(("decisive_test__isnull", False), ("option__isnull", True)),
                    _connector="OR",
                ),
                name="polls_riskflag_one_target",
            ),
        ),
        migrations.AddIndex(
            model_name="synonym",
            index=models.Index(
                fields=["folded"], name="polls_synonym_prefix", opclasses=["varchar_pattern_ops"]
            ),
        ),
        migrations.AddIndex(
            model_name="synonym",
            index=django.contrib.postgres.indexes.GinIndex(
                fastupdate=False, fields=["trigrams"], name="polls_synonym_trigrams"
            ),
        ),
        migrations.AddConstraint(
            model_name="synonym",
            constraint=models.UniqueConstraint(
                fields=("concept", "folded"), name="polls_synonym_once"
            ),
        ),
    ]
