import uuid

from django.db import migrations, models

import sermo.core.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="PrivateState",
            fields=[
                (
                    "locator",
                    sermo.core.fields.BytesField(max_length=16, primary_key=True, serialize=False),
                ),
                ("version", models.PositiveIntegerField(default=0)),
                ("ciphertext", sermo.core.fields.BytesField()),
            ],
            options={
                "verbose_name_plural": "private state",
            },
        ),
        migrations.CreateModel(
            name="EncryptedNotice",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("ciphertext", sermo.core.fields.BytesField()),
                ("month", models.DateField()),
            ],
            options={
                "ordering": ("id",),
                "indexes": [models.Index(fields=["month"], name="members_encryptednotice_month")],
            },
        ),
        migrations.CreateModel(
            name="Member",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("handle", models.CharField(max_length=30)),
                ("handle_key", models.CharField(editable=False, max_length=60, unique=True)),
                ("line_specialty", models.CharField(default="", max_length=40)),
                ("line_years", models.CharField(blank=True, default="", max_length=8)),
                ("line_place", models.CharField(blank=True, default="", max_length=40)),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "member"),
                            ("moderator", "moderator"),
                            ("admin", "administrator"),
                        ],
                        default="",
                        max_length=12,
                    ),
                ),
                ("wants_mail", models.BooleanField(default=False)),
                ("suspended_at", models.DateField(blank=True, null=True)),
                ("identity_escrow", sermo.core.fields.BytesField()),
                ("notice_public_key", sermo.core.fields.BytesField(default=b"", max_length=32)),
                ("left_month", models.DateField(blank=True, editable=False, null=True)),
            ],
            options={
                "ordering": ("id",),
                "indexes": [
                    models.Index(
                        fields=["line_specialty", "line_years", "line_place"],
                        name="members_member_line",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MemberJob",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("locator", sermo.core.fields.BytesField(max_length=16, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("export", "a copy of what you said"), ("leaving", "leaving")],
                        max_length=8,
                    ),
                ),
                ("encrypted_payload", sermo.core.fields.BytesField(default=b"")),
                ("encrypted_result", sermo.core.fields.BytesField(default=b"")),
                ("steps_done", models.PositiveSmallIntegerField(default=0)),
                ("steps_total", models.PositiveSmallIntegerField(default=0)),
                ("finished_on", models.DateField(blank=True, null=True)),
            ],
            options={
                "ordering": ("id",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("finished_on__isnull", True)),
                        fields=["id"],
                        name="members_memberjob_due",
                    )
                ],
            },
        ),
    ]
