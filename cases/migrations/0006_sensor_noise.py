"""Pictures of anonymous cases wait until the noise of their cameras is removed."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Q


def withhold_published_pictures(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Those of anonymous cases; the worker's schedule finds them, and they are shown again."""
    images = apps.get_model("cases", "Image")._default_manager.using(editor.connection.alias)
    images.filter(case__shown_as="anonymous").update(sensor_noise="waiting", attempts=0)


class Migration(migrations.Migration):
    dependencies = [("cases", "0005_waiting_comments_and_drafts")]

    operations = [
        migrations.AddField(
            model_name="image",
            name="sensor_noise",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "left as it is"),
                    ("waiting", "waiting to be removed"),
                    ("removed", "removed"),
                ],
                default="",
                max_length=8,
            ),
        ),
        migrations.AddIndex(
            model_name="image",
            index=models.Index(
                condition=Q(("sensor_noise", "waiting")),
                fields=["lease_until"],
                name="cases_image_noise_due",
            ),
        ),
        migrations.RunPython(withhold_published_pictures, migrations.RunPython.noop),
    ]
