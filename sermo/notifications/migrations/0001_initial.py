import uuid

from django.db import migrations, models

import sermo.core.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="EmailSubscription",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("subject", models.UUIDField()),
                ("replies_to", models.UUIDField(blank=True, null=True)),
                ("capsule", sermo.core.fields.BytesField()),
                ("for_author", models.BooleanField(default=False)),
                ("quiet_until", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["subject"], name="notifications_subscription")],
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("subject", models.UUIDField()),
                ("number", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("answer", "answers"),
                            ("comment", "a comment"),
                            ("reply", "a reply"),
                            ("update", "an update by the author"),
                            ("outcome", "the outcome"),
                            ("moderation", "a decision by a moderator"),
                            ("reminder", "a question to the author"),
                        ],
                        max_length=10,
                    ),
                ),
                ("comment_id", models.UUIDField(blank=True, null=True)),
                ("parent_comment_id", models.UUIDField(blank=True, null=True)),
                ("actor", sermo.core.fields.BytesField(max_length=16, null=True)),
                ("addressee", sermo.core.fields.BytesField(max_length=16, null=True)),
                ("path", models.CharField(max_length=120)),
                ("happened_at", models.DateTimeField()),
            ],
            options={
                "ordering": ("subject", "number"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("subject", "number"), name="notifications_event_one_number"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="NotificationEmail",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("capsule", sermo.core.fields.BytesField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("answer", "answers"),
                            ("comment", "a comment"),
                            ("reply", "a reply"),
                            ("update", "an update by the author"),
                            ("outcome", "the outcome"),
                            ("moderation", "a decision by a moderator"),
                            ("reminder", "a question to the author"),
                        ],
                        max_length=10,
                    ),
                ),
                ("attempt", models.PositiveSmallIntegerField(default=0)),
                ("next_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["next_at"], name="notifications_email_due")],
            },
        ),
    ]
