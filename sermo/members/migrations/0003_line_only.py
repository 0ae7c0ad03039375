"""The community store keeps of a physician's specialty, years and country only what is shown."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("members", "0002_notices_and_errands")]

    operations = [
        migrations.RemoveIndex(model_name="member", name="members_member_line"),
        migrations.RemoveField(model_name="member", name="specialty"),
        migrations.RemoveField(model_name="member", name="years"),
        migrations.RemoveField(model_name="member", name="country"),
        migrations.RemoveField(model_name="member", name="joined_month"),
        migrations.AddIndex(
            model_name="member",
            index=models.Index(
                fields=["line_specialty", "line_years", "line_place"], name="members_member_line"
            ),
        ),
    ]
