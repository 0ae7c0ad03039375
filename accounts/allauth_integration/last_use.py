"""Stops allauth from storing when each second factor was last used.

That would change a row of a person at each sign-in.
"""

from __future__ import annotations

from allauth.mfa.base.internal import flows
from allauth.mfa.models import Authenticator
from django.core.exceptions import ImproperlyConfigured


def stop_recording_last_use() -> None:
    """Called once, after all models are loaded.

    Raises `ImproperlyConfigured` if a version of allauth records the use in another way.
    """
    method_names = flows.post_authentication.__code__.co_names
    if "record_usage" not in method_names or not hasattr(Authenticator, "record_usage"):
        raise ImproperlyConfigured(
            "allauth no longer records the use of second factors by Authenticator.record_usage: "
            "change accounts.allauth_integration.last_use so that nothing records it."
        )
    Authenticator.record_usage = _record_nothing


def _record_nothing(authenticator: Authenticator) -> None:
    pass
