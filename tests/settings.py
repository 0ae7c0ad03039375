"""What tests change. The environment itself comes from the embedded servers or the machine."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

if "DATABASE_URL" not in os.environ:
    from sermo.embedded import ensure

    _local = Path(os.environ.get("SERMO_LOCAL", ".local")).absolute()
    for _name, _value in ensure(_local).items():
        os.environ.setdefault(_name, _value)
os.environ["SERMO_ENV"] = "test"
os.environ["SERMO_PROCESS"] = "manage"

from sermo.settings import *  # noqa: F403

PASSWORD_HASHERS = ["tests.hashers.QuickArgon2PasswordHasher"]
SEAL_OPSLIMIT, SEAL_MEMLIMIT = 1, 8192 * 1024
K_ANONYMITY = 3
ANONYMOUS_DELAY_MINUTES = (0, 0)
STAFF_SECOND_FACTOR = False
_files = Path(tempfile.mkdtemp(prefix="sermo-test-"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    **{
        name: {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": _files / name},
        }
        for name in ("quarantine", "evidence", "images")
    },
}
SERMO_MAIL_URL = f"file:{_files / 'mail'}"
WHITENOISE_AUTOREFRESH = True
