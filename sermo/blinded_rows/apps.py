from __future__ import annotations

from django.apps import AppConfig


class BlindedRowsConfig(AppConfig):
    name = "sermo.blinded_rows"
    label = "blinded_rows"
