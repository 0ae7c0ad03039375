"""The product's settings in a drill: production's, but for costs that would only take time."""

from __future__ import annotations

from sermo.settings import *  # noqa: F403
from sermo.settings import DATABASES

# Password hashing proves nothing here and would take most of the run; said in the drill's report.
PASSWORD_HASHERS = ["tools.breach_drill.hashers.CheapArgon2"]
PASSWORD_SLOT_OPSLIMIT, PASSWORD_SLOT_MEMLIMIT = 1, 8192
ACCOUNT_ANSWER_TICK = 0
# The clock is moved by hours: a connection must not seem old.
for _database in DATABASES.values():
    _database |= {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": False}
STORAGES = {
    **STORAGES,  # noqa: F405
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
# Lines go to the files of tools.breach_drill.world.log_files.
LOGGING_CONFIG = None
