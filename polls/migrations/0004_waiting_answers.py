"""Answers until their mark. Answers that exist count already and stay as they are."""

from __future__ import annotations

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import sermo.core.fields


class Migration(migrations.Migration):
    dependencies = [
        ("polls", "0003_quiz_answers"),
    ]

    operations = [
        migrations.CreateModel(
            name="WaitingAnswer",
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
                ("appears_at", models.DateTimeField(db_index=True)),
                (
                    "ranked",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), size=None
                    ),
                ),
                ("added", models.CharField(blank=True, max_length=200)),
                ("added_at", models.PositiveSmallIntegerField(default=0)),
                ("decisive_test", models.CharField(blank=True, max_length=200)),
                ("notifies_followers", models.BooleanField(default=False)),
                (
                    "changes_to",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="polls.answeroption",
                    ),
                ),
                (
                    "poll",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="waiting_answers",
                        to="polls.poll",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("poll", "pseudonym", "round"),
                        name="polls_waitinganswer_once_per_pseudonym",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confidence__isnull", True),
                            ("confidence__range", (1, 5)),
                            _connector="OR",
                        ),
                        name="polls_waitinganswer_confidence_1_to_5",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("round__in", [1, 2])),
                        name="polls_waitinganswer_two_rounds",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("record_weight_quarters__range", (2, 8))),
                        name="polls_waitinganswer_record_weight_half_to_two",
                    ),
                ],
            },
        ),
    ]
