from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("verification", "0002_vendors_and_membership")]

    operations = [
        migrations.RemoveField(model_name="registerrow", name="batch"),
        migrations.AddField(
            model_name="registerimport",
            name="percent",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="registerimport",
            name="state",
            field=models.CharField(
                choices=[("running", "running"), ("done", "done"), ("refused", "refused")],
                default="done",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="registerimport",
            name="trouble",
            field=models.CharField(blank=True, default="", max_length=200),
        ),
        migrations.AlterField(
            model_name="registerimport",
            name="rows",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="registerimport",
            name="sha256",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
    ]
