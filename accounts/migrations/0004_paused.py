from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_recovery_by_custodians")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="is_paused",
            field=models.BooleanField(default=False, editable=False),
        ),
    ]
