"""Settings of the simulation: those of the product, without slow password hashing and delays."""

from __future__ import annotations

from sermo.settings import *  # noqa: F403
from sermo.settings import DATABASES

PASSWORD_HASHERS = ["tools.breach_drill.world.CheapArgon2"]
PASSWORD_SLOT_OPSLIMIT, PASSWORD_SLOT_MEMLIMIT = 1, 8192
ACCOUNT_ANSWER_TICK = 0
# The clock is moved by hours: connections must not expire.
for _database in DATABASES.values():
    _database |= {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": False}
STORAGES = {
    **STORAGES,  # noqa: F405
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
LOGGING_CONFIG = None
