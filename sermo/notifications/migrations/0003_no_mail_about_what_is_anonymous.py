"""Wishes for mail about anonymous items end: letters tell by their times whose they are."""

from django.db import migrations

WITHOUT = """
DELETE FROM notifications_watch AS watch
 USING cases_comment AS said
 WHERE watch.replies_to = said.id AND said.pseudonym IS NOT NULL;
DELETE FROM notifications_watch AS watch
 USING cases_case AS said
 WHERE watch.subject = said.id AND watch.for_author AND said.pseudonym IS NOT NULL;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0002_reminders"),
        ("cases", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(WITHOUT, migrations.RunSQL.noop),
    ]
