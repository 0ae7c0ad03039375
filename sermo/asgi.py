"""ASGI entry point."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sermo.settings")
application = get_asgi_application()

from sermo.core.server_checks import require_private_servers  # noqa: E402  # needs the settings

require_private_servers()
