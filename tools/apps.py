"""The app that adds the tools' management commands, outside production (sermo.settings)."""

from __future__ import annotations

from django.apps import AppConfig


class ToolsConfig(AppConfig):
    """No models: only `management/commands`."""

    name = "tools"
