"""The outcome of an anonymous author until its mark. Recorded outcomes stay as they are."""

from __future__ import annotations

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0007_covered_pictures"),
    ]

    operations = [
        migrations.CreateModel(
            name="WaitingOutcome",
            fields=[
                ("diagnosis", models.CharField(max_length=200)),
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
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="waiting_outcome",
                        serialize=False,
                        to="cases.case",
                    ),
                ),
                ("appears_at", models.DateTimeField(db_index=True)),
                (
                    "credited",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), blank=True, default=list, size=None
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
    ]
