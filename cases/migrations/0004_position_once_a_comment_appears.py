"""A comment gets its position when it appears; comments and cases that wait go to the next mark.

The marks are those of the default setting, every twenty minutes. The hour in which a waiting post
was written is replaced by its mark.
"""

from __future__ import annotations

from django.db import migrations, models

_WAIT_FOR_NEXT_MARK = """
UPDATE {table}
   SET posted_at = mark.at, appears_at = mark.at {more}
  FROM (SELECT id, to_timestamp(ceil(extract(epoch FROM appears_at) / 1200) * 1200) AS at
          FROM {table} WHERE appears_at IS NOT NULL) mark
 WHERE {table}.id = mark.id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0003_author_capsules"),
    ]

    operations = [
        migrations.AlterField(
            "comment", "position", models.PositiveIntegerField(blank=True, null=True)
        ),
        migrations.RunSQL(
            _WAIT_FOR_NEXT_MARK.format(table="cases_comment", more=", position = NULL"),
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            _WAIT_FOR_NEXT_MARK.format(table="cases_case", more=""), migrations.RunSQL.noop
        ),
    ]
