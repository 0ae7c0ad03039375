"""Fields, values and constraints in standard terms."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [
        ("moderation", "0004_rename_unsealing_authordisclosure"),
    ]

    operations = [
        migrations.RenameModel("Decision", "ModerationDecision"),
        migrations.RenameField("moderationdecision", "act", "kind"),
        migrations.RemoveConstraint("report", "moderation_report_once_per_tag"),
        migrations.AddConstraint(
            "report",
            models.UniqueConstraint(
                fields=["target_id", "reporter"], name="moderation_report_once_per_pseudonym"
            ),
        ),
        migrations.RemoveConstraint("sanction", "moderation_sanction_one_open"),
        migrations.RemoveConstraint("sanction", "moderation_sanction_two_people"),
        migrations.RenameField("sanction", "asked_by", "requested_by"),
        migrations.RenameField("sanction", "asked_at", "requested_at"),
        migrations.RenameField("sanction", "capsule", "encrypted_author_id"),
        migrations.AlterModelOptions("sanction", {"ordering": ("requested_at", "id")}),
        migrations.AlterField(
            "sanction",
            "state",
            models.CharField(
                choices=[
                    ("requested", "waiting for a second moderator"),
                    ("confirmed", "waiting for the sealed worker"),
                    ("done", "done"),
                    ("refused", "refused by the second moderator"),
                ],
                default="requested",
                max_length=10,
            ),
        ),
        migrations.RunSQL(
            "UPDATE moderation_sanction SET state = 'requested' WHERE state = 'asked'",
            "UPDATE moderation_sanction SET state = 'asked' WHERE state = 'requested'",
        ),
        migrations.AddConstraint(
            "sanction",
            models.UniqueConstraint(
                fields=["target_id"],
                condition=Q(state__in=["requested", "confirmed"]),
                name="moderation_sanction_one_open",
            ),
        ),
        migrations.AddConstraint(
            "sanction",
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("requested_by")),
                name="moderation_sanction_two_people",
            ),
        ),
        migrations.RemoveConstraint("authordisclosure", "moderation_unsealing_opened_is_counted"),
        migrations.RemoveConstraint("authordisclosure", "moderation_unsealing_two_of_three"),
        migrations.RenameField("authordisclosure", "request_box", "encrypted_request"),
        migrations.RenameField("authordisclosure", "box", "ciphertext"),
        migrations.RenameField("authordisclosure", "asked_at", "requested_at"),
        migrations.RenameField("authordisclosure", "tell_on", "notify_on"),
        migrations.RenameField("authordisclosure", "is_told", "is_notified"),
        migrations.AlterModelOptions("authordisclosure", {"ordering": ("requested_at", "id")}),
        migrations.AlterField(
            "authordisclosure",
            "state",
            models.CharField(
                choices=[
                    ("requested", "waiting for the sealed worker"),
                    ("ready", "waiting for two custodians"),
                    ("opened", "opened to one person"),
                    ("expired", "not opened in time"),
                ],
                default="requested",
                max_length=10,
            ),
        ),
        migrations.RunSQL(
            "UPDATE moderation_authordisclosure SET state = 'requested' WHERE state = 'asked'",
            "UPDATE moderation_authordisclosure SET state = 'asked' WHERE state = 'requested'",
        ),
        migrations.AddConstraint(
            "authordisclosure",
            models.CheckConstraint(
                condition=Q(state="opened", opened_month__isnull=False)
                | (~Q(state="opened") & Q(opened_month__isnull=True)),
                name="moderation_disclosure_opened_is_counted",
            ),
        ),
        migrations.AddConstraint(
            "authordisclosure",
            models.CheckConstraint(
                condition=Q(pair__in=["1-2", "1-3", "2-3"]),
                name="moderation_disclosure_two_of_three",
            ),
        ),
    ]
