import uuid

import django.db.models.deletion
from django.db import migrations, models

import sermo.core.fields
import sermo.core.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("members", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuthorDisclosure",
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
                    "target_kind",
                    models.CharField(
                        choices=[
                            ("case", "case"),
                            ("comment", "comment"),
                            ("picture", "picture"),
                            ("poll", "poll"),
                        ],
                        max_length=8,
                    ),
                ),
                ("target_id", models.UUIDField()),
                ("encrypted_request", sermo.core.fields.BytesField()),
                ("pair", models.CharField(max_length=3)),
                ("recipient", sermo.core.fields.BytesField(max_length=32)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "waiting for the sealed worker"),
                            ("ready", "waiting for two custodians"),
                            ("opened", "opened to one person"),
                            ("expired", "not opened in time"),
                        ],
                        default="requested",
                        max_length=10,
                    ),
                ),
                ("ciphertext", sermo.core.fields.BytesField(default=b"")),
                ("requested_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("opened_month", models.DateField(blank=True, null=True)),
                ("notify_on", models.DateField(blank=True, null=True)),
                ("is_notified", models.BooleanField(default=False)),
            ],
            options={
                "ordering": ("requested_at", "id"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("opened_month__isnull", False), ("state", "opened")),
                            models.Q(
                                models.Q(("state", "opened"), _negated=True),
                                ("opened_month__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="moderation_disclosure_opened_is_counted",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("pair__in", ["1-2", "1-3", "2-3"])),
                        name="moderation_disclosure_two_of_three",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ModerationDecision",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "target_kind",
                    models.CharField(
                        choices=[
                            ("case", "case"),
                            ("comment", "comment"),
                            ("picture", "picture"),
                            ("poll", "poll"),
                        ],
                        max_length=8,
                    ),
                ),
                ("target_id", models.UUIDField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("hide", "hidden"),
                            ("restore", "restored"),
                            ("dismiss", "report dismissed"),
                            ("close", "discussion closed"),
                            ("suspend", "author suspended"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("patient", "A patient could be identified"),
                            ("harmful", "Dangerous advice presented as safe"),
                            ("abuse", "Insult or harassment"),
                            ("not_physician", "Probably not written by a physician"),
                            ("advertising", "Advertising"),
                            ("other", "Something else"),
                        ],
                        max_length=14,
                    ),
                ),
                ("note", models.TextField(blank=True, max_length=1000)),
                ("decided_at", models.DateTimeField()),
                (
                    "idempotency_key",
                    models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
                ),
                (
                    "moderator",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="members.member",
                    ),
                ),
            ],
            options={
                "ordering": ("-decided_at", "id"),
            },
        ),
        migrations.CreateModel(
            name="Report",
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
                    "target_kind",
                    models.CharField(
                        choices=[
                            ("case", "case"),
                            ("comment", "comment"),
                            ("picture", "picture"),
                            ("poll", "poll"),
                        ],
                        max_length=8,
                    ),
                ),
                ("target_id", models.UUIDField()),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("patient", "A patient could be identified"),
                            ("harmful", "Dangerous advice presented as safe"),
                            ("abuse", "Insult or harassment"),
                            ("not_physician", "Probably not written by a physician"),
                            ("advertising", "Advertising"),
                            ("other", "Something else"),
                        ],
                        max_length=14,
                    ),
                ),
                ("note", models.TextField(blank=True, max_length=1000)),
                ("reporter", sermo.core.fields.BytesField(max_length=16)),
                ("reported_at", models.DateTimeField()),
                ("resolved_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ("reported_at", "id"),
                "indexes": [
                    models.Index(
                        condition=models.Q(("resolved_at__isnull", True)),
                        fields=["reported_at", "id"],
                        name="moderation_report_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("target_id", "reporter"),
                        name="moderation_report_once_per_pseudonym",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Sanction",
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
                    "target_kind",
                    models.CharField(
                        choices=[
                            ("case", "case"),
                            ("comment", "comment"),
                            ("picture", "picture"),
                            ("poll", "poll"),
                        ],
                        max_length=8,
                    ),
                ),
                ("target_id", models.UUIDField()),
                ("encrypted_author_id", sermo.core.fields.BytesField()),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("patient", "A patient could be identified"),
                            ("harmful", "Dangerous advice presented as safe"),
                            ("abuse", "Insult or harassment"),
                            ("not_physician", "Probably not written by a physician"),
                            ("advertising", "Advertising"),
                            ("other", "Something else"),
                        ],
                        max_length=14,
                    ),
                ),
                ("note", models.TextField(blank=True, max_length=1000)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "waiting for a second moderator"),
                            ("confirmed", "waiting for the sealed worker"),
                            ("done", "done"),
                            ("refused", "refused by the second moderator"),
                        ],
                        default="requested",
                        max_length=10,
                    ),
                ),
                ("requested_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                    ),
                ),
            ],
            options={
                "ordering": ("requested_at", "id"),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["requested", "confirmed"])),
                        fields=("target_id",),
                        name="moderation_sanction_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by__isnull", True),
                            models.Q(("confirmed_by", models.F("requested_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="moderation_sanction_two_people",
                    ),
                ],
            },
        ),
    ]
