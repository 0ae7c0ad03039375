"""A ballot keeps no time; its poll keeps the band within which the first came."""

from __future__ import annotations

from django.db import migrations, models

WAITED = """
UPDATE polls_poll p
   SET answered_within = CASE
         WHEN w.first < interval '1 hour' THEN interval '1 hour'
         WHEN w.first < interval '24 hours' THEN interval '24 hours'
         WHEN w.first < interval '168 hours' THEN interval '168 hours'
         ELSE interval '2160 hours' END
  FROM (
    SELECT poll_id, min(b.cast_at) - date_trunc('hour', min(o.opened_at)) AS first
      FROM polls_ballot b JOIN polls_poll o ON o.id = b.poll_id
     WHERE NOT b.by_case_author
     GROUP BY poll_id
  ) w
 WHERE w.poll_id = p.id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("polls", "0008_one_hour_for_a_poll"),
    ]

    operations = [
        migrations.AddField(
            model_name="poll",
            name="answered_within",
            field=models.DurationField(blank=True, editable=False, null=True),
        ),
        migrations.RunSQL(WAITED, migrations.RunSQL.noop),
        migrations.RemoveField(model_name="ballot", name="cast_at"),
    ]
