from __future__ import annotations

from django.apps import AppConfig


class MyDataConfig(AppConfig):
    name = "sermo.data_rights"
    label = "data_rights"
