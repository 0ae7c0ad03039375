from __future__ import annotations

from django.apps import AppConfig


class BackupsConfig(AppConfig):
    name = "sermo.backups"
    label = "backups"
