"""Which store a model lives in (ARCHITECTURE.md, Two stores and the wall between them)."""

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
_IDENTITY_MODELS = {("audit", "identityauditevent")}


def store_of(app_label: str, model_name: str | None = None) -> str:
    """The database alias that holds this model."""
    if app_label in _IDENTITY_APPS or (app_label, model_name) in _IDENTITY_MODELS:
        return IDENTITY
    return COMMUNITY


class TwoStores:
    """Reads, writes, relations and migrations never cross the wall."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        return store_of(model._meta.app_label, model._meta.model_name)

    db_for_write = db_for_read

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool:
        # By _meta, not by type: request.user is a lazy object that stands for a User.
        one_meta, other_meta = one._meta, other._meta
        return store_of(one_meta.app_label, one_meta.model_name) == store_of(
            other_meta.app_label, other_meta.model_name
        )

    def allow_migrate(
        self, db: str, app_label: str, model_name: str | None = None, **hints: Any
    ) -> bool:
        """RunSQL that concerns one model of a shared app names it: hints={"model_name": …}."""
        return db == store_of(app_label, model_name)
