"""Models, columns and indexes are named with the terms of the field; no data changes."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0004_answers_once"),
    ]

    operations = [
        migrations.RenameModel("Watch", "EmailSubscription"),
        migrations.RenameModel("SealedMail", "NotificationEmail"),
        migrations.AlterModelOptions("EmailSubscription", options={}),
        migrations.RenameField("Event", "item", "comment_id"),
        migrations.RenameField("Event", "parent", "parent_comment_id"),
        migrations.RenameIndex(
            "EmailSubscription",
            old_name="notifications_watch_subject",
            new_name="notifications_subscription",
        ),
        migrations.RenameIndex(
            "NotificationEmail",
            old_name="notifications_mail_due",
            new_name="notifications_email_due",
        ),
    ]
