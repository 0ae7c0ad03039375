"""That a poll is answered is kept once for each case, with the week."""

from __future__ import annotations

from django.db import migrations, models

KINDS = [
    ("answer", "answers"),
    ("comment", "a comment"),
    ("reply", "a reply"),
    ("update", "an update by the author"),
    ("outcome", "the outcome"),
    ("moderation", "a decision by a moderator"),
    ("reminder", "a question to the author"),
]
LAST_ONLY = """
DELETE FROM notifications_event e USING notifications_event later
 WHERE e.kind = 'answer' AND later.kind = 'answer'
   AND later.subject = e.subject AND later.number > e.number
"""
WEEKS = """
UPDATE notifications_event
   SET happened_at = date_trunc('week', happened_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
 WHERE kind = 'answer'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0003_no_mail_about_what_is_anonymous"),
    ]

    operations = [
        migrations.AlterField(
            model_name="event",
            name="kind",
            field=models.CharField(choices=KINDS, max_length=10),
        ),
        migrations.AlterField(
            model_name="sealedmail",
            name="kind",
            field=models.CharField(choices=KINDS, max_length=10),
        ),
        migrations.RunSQL(LAST_ONLY, migrations.RunSQL.noop),
        migrations.RunSQL(WEEKS, migrations.RunSQL.noop),
    ]
