"""Random ids for allauth's tables: a sequence tells in which order people came."""

from __future__ import annotations

from django.db import migrations

from sermo.core.migration_sql import random_ids


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [
        random_ids("account_emailaddress"),
        random_ids("account_emailconfirmation"),
        random_ids("mfa_authenticator"),
    ]
