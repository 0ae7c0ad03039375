"""A report of patient details hides the words it marks, until somebody acts."""

from __future__ import annotations

import uuid

import django.contrib.postgres.fields
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import sermo.core.fields


def name_covers(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """What a report alone has hidden is now called so in the log."""
    decisions = apps.get_model("moderation", "ModerationDecision")._default_manager
    alone = decisions.using(editor.connection.alias).filter(moderator__isnull=True)
    alone.filter(kind="hide").update(kind="cover")


class Migration(migrations.Migration):
    dependencies = [
        ("moderation", "0002_sanctions_name_no_author"),
    ]

    operations = [
        migrations.CreateModel(
            name="HiddenText",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("target_id", models.UUIDField()),
                ("model", models.CharField(max_length=40)),
                ("row_id", models.UUIDField()),
                ("field", models.CharField(max_length=40)),
                ("original", models.JSONField()),
                ("shown", models.JSONField()),
            ],
            options={
                "ordering": ("target_id", "model", "row_id", "field"),
            },
        ),
        migrations.CreateModel(
            name="StoppedReporter",
            fields=[
                (
                    "reporter_week",
                    sermo.core.fields.BytesField(max_length=16, primary_key=True, serialize=False),
                ),
                ("until", models.DateField()),
            ],
            options={
                "ordering": ("until", "reporter_week"),
            },
        ),
        migrations.RemoveConstraint(
            model_name="report",
            name="moderation_report_once_per_pseudonym",
        ),
        migrations.AddField(
            model_name="report",
            name="areas",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.PositiveSmallIntegerField(), blank=True, default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="report",
            name="cover",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "for moderators only"),
                    ("covered", "hidden after a report"),
                    ("taken_down", "post hidden"),
                    ("withdrawn", "withdrawn"),
                    ("mended", "corrected by the author"),
                    ("restored", "shown again by a moderator"),
                ],
                default="",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="report",
            name="covered_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="report",
            name="details",
            field=models.CharField(
                blank=True,
                choices=[
                    ("name", "Name, initials or signature"),
                    ("date", "Date or birth date"),
                    ("number", "Number, phone or address"),
                    ("face", "Face or other recognisable feature"),
                    ("place", "Hospital or town"),
                    ("rare", "Rare facts that point to one person"),
                ],
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="report",
            name="passages",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(), blank=True, default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="report",
            name="reporter_week",
            field=sermo.core.fields.BytesField(default=b"", max_length=16),
        ),
        migrations.AlterField(
            model_name="moderationdecision",
            name="kind",
            field=models.CharField(
                choices=[
                    ("cover", "hidden after a report"),
                    ("withdraw", "shown again: report withdrawn"),
                    ("mend", "corrected by the author"),
                    ("takedown", "post hidden after a second report"),
                    ("hide", "hidden"),
                    ("restore", "restored"),
                    ("dismiss", "report dismissed"),
                    ("close", "discussion closed"),
                    ("reopen", "discussion opened again"),
                    ("suspend", "author suspended"),
                ],
                max_length=8,
            ),
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(fields=["target_id"], name="moderation_report_target"),
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(fields=["reporter_week"], name="moderation_report_week"),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.UniqueConstraint(
                condition=models.Q(("resolved_at__isnull", True)),
                fields=("target_id", "reporter", "reason"),
                name="moderation_report_one_open_per_pseudonym",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(("cover", ""), ("reason", "patient"), _connector="OR"),
                name="moderation_report_only_patient_details_cover",
            ),
        ),
        migrations.AddIndex(
            model_name="hiddentext",
            index=models.Index(fields=["target_id"], name="moderation_hiddentext_target"),
        ),
        migrations.AddConstraint(
            model_name="hiddentext",
            constraint=models.UniqueConstraint(
                fields=("model", "row_id", "field"), name="moderation_hiddentext_once"
            ),
        ),
        migrations.RunPython(name_covers, migrations.RunPython.noop),
    ]
