"""The database router: which database holds a model (docs/architecture.md, two databases)."""

from __future__ import annotations

from typing import Any

from django.db.models import Model

IDENTITY, COMMUNITY = "identity", "default"
_IDENTITY_APPS = {
    "accounts",
    "verification",
    "admin",
    "auth",
    "contenttypes",
    "account",
    "mfa",
}
_IDENTITY_MODELS = {
    ("audit", "identityauditevent"),
    ("blinded_rows", "identityepoch"),
    ("backups", "identitybackup"),
}


def store_of(app_label: str, model_name: str | None = None) -> str:
    """The alias of the database that holds this model."""
    if app_label in _IDENTITY_APPS or (app_label, model_name) in _IDENTITY_MODELS:
        return IDENTITY
    return COMMUNITY


class TwoStores:
    """Reads, writes, relations and migrations stay within one database."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        return store_of(model._meta.app_label, model._meta.model_name)

    db_for_write = db_for_read

    def allow_relation(self, obj1: Model, obj2: Model, **hints: Any) -> bool:
        # By _meta, not by type: request.user is a lazy proxy of a User.
        first, second = obj1._meta, obj2._meta
        return store_of(first.app_label, first.model_name) == store_of(
            second.app_label, second.model_name
        )

    def allow_migrate(
        self, db: str, app_label: str, model_name: str | None = None, **hints: Any
    ) -> bool:
        """Whether a migration runs in this database.

        A RunSQL on one model of an app with models in both names it: hints={"model_name": …}.
        """
        return db == store_of(app_label, model_name)
