"""What tests change. The environment itself comes from the embedded servers or the machine."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from uuid import uuid4

if "DATABASE_URL" not in os.environ:
    from sermo.local_stack import default_local, ensure_servers

    # Servers of their own: tests empty Redis and do not wait for the disk.
    os.environ.update(ensure_servers(default_local() / "test", durable=False))
# Each of pytest-xdist's workers has a Redis database to itself.
_worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
os.environ["REDIS_URL"] = os.environ["REDIS_URL"].replace("?db=0", f"?db={_worker}")
os.environ["SERMO_ENV"] = "test"
os.environ["SERMO_PROCESS"] = "manage"

from sermo.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["tests.hashers.QuickArgon2PasswordHasher"]
# The least that Argon2id takes.
PASSWORD_SLOT_OPSLIMIT, PASSWORD_SLOT_MEMLIMIT = 1, 8192
ACCOUNT_ANSWER_TICK = 0
K_ANONYMITY = 3
ANONYMOUS_DELAY_MINUTES = (0, 0)
STAFF_SECOND_FACTOR = False
# Made by tests/conftest.py, which also removes it: other tools read these settings too.
FILES = Path(tempfile.gettempdir()) / f"sermo-test-{uuid4().hex}"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    **{
        name: {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": FILES / name},
        }
        for name in ("quarantine", "evidence", "images")
    },
}
SERMO_MAIL_URL = f"file:{FILES / 'mail'}"
WHITENOISE_AUTOREFRESH = True
# The stylesheet as `collectstatic` writes it (tests/conftest.py) comes before its parts.
STATICFILES_DIRS = [FILES / "static", *STATICFILES_DIRS]  # noqa: F405
