from django.db import migrations, models

import sermo.audit.models
import sermo.core.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="CommunityAuditEvent",
            fields=[
                ("position", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "action",
                    models.CharField(choices=sermo.audit.models.action_choices, max_length=60),
                ),
                ("actor", models.CharField(max_length=60)),
                ("target", models.CharField(max_length=80)),
                ("reason", models.CharField(blank=True, max_length=60)),
                ("details", models.JSONField(blank=True, default=dict)),
                ("recorded_at", models.DateTimeField()),
                ("digest", sermo.core.fields.BytesField(max_length=32, unique=True)),
            ],
            options={
                "ordering": ("position",),
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="IdentityAuditEvent",
            fields=[
                ("position", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "action",
                    models.CharField(choices=sermo.audit.models.action_choices, max_length=60),
                ),
                ("actor", models.CharField(max_length=60)),
                ("target", models.CharField(max_length=80)),
                ("reason", models.CharField(blank=True, max_length=60)),
                ("details", models.JSONField(blank=True, default=dict)),
                ("recorded_at", models.DateTimeField()),
                ("digest", sermo.core.fields.BytesField(max_length=32, unique=True)),
            ],
            options={
                "ordering": ("position",),
                "abstract": False,
            },
        ),
    ]
