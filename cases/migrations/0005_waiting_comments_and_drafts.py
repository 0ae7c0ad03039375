"""The rule for positions, an index for the schedule, and the key of the form that made a draft."""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import Q

import sermo.core.fields


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0004_position_once_a_comment_appears"),
    ]

    operations = [
        migrations.AddConstraint(
            "comment",
            models.CheckConstraint(
                condition=Q(appears_at__isnull=False, position__isnull=True)
                | Q(appears_at__isnull=True, position__isnull=False),
                name="cases_comment_position_once_it_appears",
            ),
        ),
        migrations.AddIndex(
            "comment",
            models.Index(
                condition=Q(appears_at__isnull=False),
                fields=["appears_at"],
                name="cases_comment_to_appear",
            ),
        ),
        migrations.AddField(
            "draft",
            "creation_key",
            sermo.core.fields.BytesField(editable=False, max_length=16, null=True, unique=True),
        ),
    ]
