"""WSGI entry point."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sermo.settings")
django_application = get_wsgi_application()

# These need the settings.
from sermo.core.request_body import bounded  # noqa: E402
from sermo.core.server_checks import require_private_servers  # noqa: E402

application = bounded(django_application)
require_private_servers()
