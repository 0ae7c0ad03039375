from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts.allauth_integration.attempt_counters import count_by_device
        from accounts.allauth_integration.columns import replace_column_types
        from accounts.allauth_integration.last_use import stop_recording_last_use

        replace_column_types()
        stop_recording_last_use()
        count_by_device()
