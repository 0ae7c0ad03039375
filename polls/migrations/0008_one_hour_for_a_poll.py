"""A ballot's own hour stood beside the minutes of what its giver said under a name."""

from __future__ import annotations

from django.db import migrations

SHARE = """
WITH waited AS (
  SELECT p.id, date_trunc('hour', p.opened_at) AS opened,
         min(b.cast_at) FILTER (WHERE NOT b.by_case_author) - p.opened_at AS first
    FROM polls_poll p JOIN polls_ballot b ON b.poll_id = p.id
   GROUP BY p.id
)
UPDATE polls_ballot b
   SET cast_at = w.opened + CASE
         WHEN b.by_case_author OR w.first <= interval '1 hour' THEN interval '0'
         WHEN w.first <= interval '1 day' THEN interval '23 hours'
         WHEN w.first <= interval '7 days' THEN interval '167 hours'
         ELSE interval '90 days' END
  FROM waited w
 WHERE w.id = b.poll_id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("polls", "0007_indexes_without_pending_lists"),
    ]

    operations = [migrations.RunSQL(SHARE, migrations.RunSQL.noop)]
