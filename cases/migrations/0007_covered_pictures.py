"""A picture that is hidden after a report leaves a sentence in its place."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0006_sensor_noise"),
    ]

    operations = [
        migrations.AddField(
            model_name="image",
            name="covered_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
