from __future__ import annotations

from django.apps import AppConfig


class DataRightsConfig(AppConfig):
    name = "sermo.data_rights"
    label = "data_rights"
