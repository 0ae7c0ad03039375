from __future__ import annotations

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "sermo.core"
    label = "core"

    def ready(self) -> None:
        from django.urls import register_converter

        from sermo.core.ids import PublicIdConverter

        register_converter(PublicIdConverter, "public_id")
