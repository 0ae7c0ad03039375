"""A notification for the author of a post that a report hides in part."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="event",
            name="kind",
            field=models.CharField(
                choices=[
                    ("answer", "answers"),
                    ("comment", "a comment"),
                    ("reply", "a reply"),
                    ("update", "an update by the author"),
                    ("outcome", "the outcome"),
                    ("moderation", "a decision by a moderator"),
                    ("cover", "a report of patient details"),
                    ("reminder", "a question to the author"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="notificationemail",
            name="kind",
            field=models.CharField(
                choices=[
                    ("answer", "answers"),
                    ("comment", "a comment"),
                    ("reply", "a reply"),
                    ("update", "an update by the author"),
                    ("outcome", "the outcome"),
                    ("moderation", "a decision by a moderator"),
                    ("cover", "a report of patient details"),
                    ("reminder", "a question to the author"),
                ],
                max_length=10,
            ),
        ),
    ]
