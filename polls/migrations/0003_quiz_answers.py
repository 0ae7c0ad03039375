"""Quiz answers as rows of their own, so that answering a quiz writes no private state."""

from __future__ import annotations

from django.db import migrations

import sermo.core.fields


class Migration(migrations.Migration):
    dependencies = [
        ("polls", "0002_table_properties"),
    ]

    operations = [
        migrations.CreateModel(
            name="QuizAnswer",
            fields=[
                (
                    "locator",
                    sermo.core.fields.BytesField(
                        editable=False, max_length=16, primary_key=True, serialize=False
                    ),
                ),
                ("ciphertext", sermo.core.fields.BytesField(editable=False)),
            ],
            options={"ordering": ("locator",)},
        ),
    ]
