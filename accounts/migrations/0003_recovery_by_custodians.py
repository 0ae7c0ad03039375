from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import accounts.models
import sermo.core.fields
import sermo.core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_random_ids"),
    ]

    operations = [
        # A request without a code could never be answered: whoever waits asks anew.
        migrations.RunSQL("DELETE FROM accounts_recoveryrequest", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="recoveryrequest",
            name="recovered_ciphertext",
            field=sermo.core.fields.BytesField(default=b""),
        ),
        migrations.AddField(
            model_name="recoveryrequest",
            name="custodian_ciphertext",
            field=sermo.core.fields.BytesField(default=b""),
        ),
        migrations.AddField(
            model_name="recoveryrequest",
            name="expires_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="recoveryrequest",
            name="custodian_pair",
            field=models.CharField(blank=True, max_length=3),
        ),
        migrations.AddField(
            model_name="recoveryrequest",
            name="proofing_method",
            field=models.CharField(
                blank=True,
                choices=[
                    ("in_person", "in person, with an identity document"),
                    ("video", "by video, with an identity document and the licence"),
                    ("register", "through the contact on the register, called back"),
                ],
                max_length=10,
            ),
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
        migrations.AddField(
            model_name="recoveryrequest",
            name="public_id",
            field=models.CharField(
                default=sermo.core.ids.new_public_id, editable=False, max_length=12, unique=True
            ),
        ),
        migrations.AddField(
            model_name="recoveryrequest",
            name="recipient_public_key",
            field=sermo.core.fields.BytesField(default=b"", max_length=32),
        ),
        migrations.AddField(
            model_name="user",
            name="is_suspended",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.CreateModel(
            name="Custodian",
            fields=[
                ("number", models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ("encrypted_holder", sermo.core.fields.BytesField()),
                ("key_fingerprint", models.CharField(max_length=14, unique=True)),
                (
                    "appointed_month",
                    models.DateField(default=accounts.models.current_month, editable=False),
                ),
            ],
            options={
                "ordering": ("number",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("number__range", (1, 3))),
                        name="accounts_custodian_one_of_three",
                    )
                ],
            },
        ),
    ]
