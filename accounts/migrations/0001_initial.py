import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import accounts.models.fields
import accounts.models.users
import sermo.core.fields
import sermo.core.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("email", accounts.models.fields.EncryptedEmailField(max_length=400, unique=True)),
                ("is_active", models.BooleanField(default=True)),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "physician"),
                            ("reviewer", "reviewer"),
                            ("registrar", "registrar"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                ("session_salt", models.UUIDField(default=uuid.uuid4, editable=False)),
                (
                    "wrapped_data_key",
                    sermo.core.fields.BytesField(
                        default=accounts.models.users.new_wrapped_data_key
                    ),
                ),
                (
                    "created_month",
                    models.DateField(default=accounts.models.users.current_month, editable=False),
                ),
                (
                    "membership_issued_month",
                    models.DateField(blank=True, editable=False, null=True),
                ),
                ("is_suspended", models.BooleanField(default=False, editable=False)),
                ("is_paused", models.BooleanField(default=False, editable=False)),
            ],
        ),
        migrations.CreateModel(
            name="CredentialSlot",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("password", "password"),
                            ("device", "device"),
                            ("recovery", "recovery code"),
                            ("custodians", "custodians"),
                        ],
                        max_length=10,
                    ),
                ),
                ("locator", sermo.core.fields.BytesField(default=b"", max_length=16)),
                ("salt", sermo.core.fields.BytesField(default=b"", max_length=16)),
                ("custodian_key_versions", sermo.core.fields.BytesField(default=b"", max_length=6)),
                ("wrapped_credential", sermo.core.fields.BytesField()),
                (
                    "last_used_month",
                    models.DateField(default=accounts.models.users.current_month, editable=False),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Custodian",
            fields=[
                ("number", models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ("encrypted_holder", sermo.core.fields.BytesField()),
                ("key_fingerprint", models.CharField(max_length=14, unique=True)),
                (
                    "appointed_month",
                    models.DateField(default=accounts.models.users.current_month, editable=False),
                ),
            ],
            options={
                "ordering": ("number",),
            },
        ),
        migrations.CreateModel(
            name="EncryptedEmail",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("encrypted_message", sermo.core.fields.BytesField()),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_attempt_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="RecoveryRequest",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="recovery_request",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
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
                ("requested_at", models.DateTimeField()),
                ("wait_ends_at", models.DateTimeField()),
                ("recipient_public_key", sermo.core.fields.BytesField(default=b"", max_length=32)),
                (
                    "proofing_method",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("in_person", "in person, with an identity document"),
                            ("video", "by video, with an identity document and the licence"),
                            ("register", "through the contact on the register, called back"),
                        ],
                        max_length=10,
                    ),
                ),
                ("custodian_pair", models.CharField(blank=True, max_length=3)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("custodian_ciphertext", sermo.core.fields.BytesField(default=b"")),
                ("recovered_ciphertext", sermo.core.fields.BytesField(default=b"")),
            ],
        ),
        migrations.CreateModel(
            name="VerifiedPerson",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="verified_person",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("member_class", models.CharField(max_length=20)),
                ("specialty", models.CharField(max_length=40)),
                ("country", models.CharField(max_length=2)),
                ("years", models.CharField(max_length=8)),
                ("encrypted_name", sermo.core.fields.BytesField()),
                (
                    "verified_month",
                    models.DateField(default=accounts.models.users.current_month, editable=False),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("role", ""), ("membership_issued_month__isnull", True), _connector="OR"
                ),
                name="accounts_user_staff_is_no_member",
            ),
        ),
        migrations.AddField(
            model_name="credentialslot",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="credential_slots",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="custodian",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__range", (1, 3))),
                name="accounts_custodian_one_of_three",
            ),
        ),
        migrations.AddIndex(
            model_name="encryptedemail",
            index=models.Index(fields=["next_attempt_at"], name="accounts_encryptedemail_due"),
        ),
        migrations.AddField(
            model_name="recoveryrequest",
            name="proofed_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="credentialslot",
            constraint=models.UniqueConstraint(
                fields=("user", "kind", "locator"), name="accounts_credentialslot_unique"
            ),
        ),
    ]
