"""Random ids where a sequence tells an order, and room for rows that change often."""

from __future__ import annotations

from django.db import migrations

from sermo.core.migration_sql import fill_factor, random_ids


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0001_initial"),
    ]

    operations = [
        random_ids("cases_askedspecialty"),
        random_ids("cases_helpfulmark"),
        random_ids("cases_outcome_credited_comments"),
        fill_factor("cases_casestats", 70),
        fill_factor("cases_caseviewcount", 70),
    ]
