"""Random ids where a sequence tells the order in which answers were given."""

from __future__ import annotations

from django.db import migrations

from sermo.core.migration_sql import random_ids


class Migration(migrations.Migration):
    dependencies = [
        ("polls", "0001_initial"),
    ]

    operations = [
        random_ids("polls_conditionalchange"),
        random_ids("polls_rankedoption"),
        random_ids("polls_riskflag"),
    ]
