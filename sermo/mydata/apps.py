from __future__ import annotations

from django.apps import AppConfig


class MyDataConfig(AppConfig):
    name = "sermo.mydata"
    label = "mydata"
