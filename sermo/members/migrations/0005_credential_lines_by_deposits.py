import uuid

from django.db import migrations, models

import sermo.core.fields


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0004_blinded_private_state"),
    ]

    operations = [
        migrations.CreateModel(
            name="LineTally",
            fields=[
                ("week", models.DateField(editable=False, primary_key=True, serialize=False)),
                ("ciphertext", sermo.core.fields.BytesField()),
            ],
            options={
                "verbose_name_plural": "line tallies",
                "ordering": ("week",),
            },
        ),
        migrations.CreateModel(
            name="ReleasedLine",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("specialty", models.CharField(max_length=40)),
                ("years", models.CharField(blank=True, max_length=8)),
                ("place", models.CharField(blank=True, max_length=40)),
                ("n_this_week", models.PositiveIntegerField(default=0)),
                ("n_last_week", models.PositiveIntegerField(default=0)),
            ],
            options={
                "ordering": ("specialty", "years", "place"),
            },
        ),
        migrations.CreateModel(
            name="ShownLine",
            fields=[
                (
                    "locator",
                    sermo.core.fields.BytesField(max_length=16, primary_key=True, serialize=False),
                ),
                ("week", models.DateField(editable=False)),
                ("ciphertext", sermo.core.fields.BytesField()),
            ],
            options={
                "ordering": ("locator",),
            },
        ),
        migrations.RemoveIndex(
            model_name="member",
            name="members_member_line",
        ),
        migrations.RemoveField(
            model_name="member",
            name="line_place",
        ),
        migrations.RemoveField(
            model_name="member",
            name="line_specialty",
        ),
        migrations.RemoveField(
            model_name="member",
            name="line_years",
        ),
        migrations.AddConstraint(
            model_name="releasedline",
            constraint=models.UniqueConstraint(
                fields=("specialty", "years", "place"), name="members_releasedline_once"
            ),
        ),
        migrations.AddIndex(
            model_name="shownline",
            index=models.Index(fields=["week"], name="members_shownline_week"),
        ),
    ]
