"""A sanction names the post alone; its author is in the author capsule."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("moderation", "0001_initial"),
        ("cases", "0003_author_capsules"),
    ]

    operations = [
        migrations.RemoveField(model_name="sanction", name="encrypted_author_id"),
        migrations.AlterField(
            model_name="sanction",
            name="state",
            field=models.CharField(
                choices=[
                    ("requested", "waiting for a second moderator"),
                    ("confirmed", "waiting for the sealed worker"),
                    ("done", "done"),
                    ("refused", "refused by the second moderator"),
                    ("too_late", "not possible: the item is too old"),
                ],
                default="requested",
                max_length=10,
            ),
        ),
    ]
