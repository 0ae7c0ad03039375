"""Django settings of the tests. Addresses come from the environment or the embedded servers."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from uuid import uuid4

if "DATABASE_URL" not in os.environ:
    from sermo.local_stack import default_local, ensure_servers

    # Separate servers: tests clear Redis, and their databases do not wait for the disk.
    os.environ.update(ensure_servers(default_local() / "test", durable=False))
# Each worker of pytest-xdist uses its own Redis database.
_worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
for _name in ("REDIS_URL", "CACHE_URL"):
    os.environ[_name] = os.environ[_name].replace("?db=0", f"?db={_worker}")
os.environ["SERMO_ENV"] = "test"
os.environ["SERMO_PROCESS"] = "manage"

from sermo.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["tests.hashers.QuickArgon2PasswordHasher"]
# The minimum of Argon2id.
PASSWORD_SLOT_OPSLIMIT, PASSWORD_SLOT_MEMLIMIT = 1, 8192
ACCOUNT_ANSWER_TICK = 0
K_ANONYMITY = 3
ANONYMOUS_MARK_MINUTES = ANONYMOUS_URGENT_MARK_MINUTES = 0
STAFF_SECOND_FACTOR = False
# tests/conftest.py makes and deletes it, because other tools read these settings, too.
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
# No further process runs beside the tests.
WATCHED_PROCESSES = ()
WHITENOISE_AUTOREFRESH = True
# The bundled stylesheet (tests/conftest.py) is found before the files it imports.
STATICFILES_DIRS = [FILES / "static", *STATICFILES_DIRS]  # noqa: F405
