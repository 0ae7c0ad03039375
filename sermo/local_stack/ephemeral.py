"""Runs a Django command under production settings, with new keys and unreachable servers."""

from __future__ import annotations

import os
import sys

from sermo.core.keys import generate_environment


def production() -> dict[str, str]:
    """Environment variables for `check --deploy` and the image's `collectstatic`.

    The keys are made for this call and the addresses do not exist.
    """
    keys = generate_environment(demo=False)
    return {
        **{name: value for name, value in keys.items() if not name.endswith("_PRIVATE")},
        "DATABASE_URL": "postgresql://nobody@nowhere.invalid/community",
        "IDENTITY_DATABASE_URL": "postgresql://nobody@nowhere.invalid/identity",
        "REDIS_URL": "redis://queues.invalid/0",
        "CACHE_URL": "redis://sessions.invalid/0",
        "SERMO_ENV": "production",
        "SERMO_PROCESS": "web",
        "SERMO_BASE_URL": "https://sermo.example",
        "SERMO_TRUSTED_PROXIES": "192.0.2.1",
        "SERMO_SECRET_KEY": keys["SERMO_KEY_SESSION"] + keys["SERMO_KEY_FIELD"],
        "SERMO_STORAGE": "s3",
        "SERMO_S3_ACCESS_KEY": "nobody",
        "SERMO_S3_SECRET_KEY": "nothing",
    }


def main() -> None:
    """Run the Django command that follows `python -m sermo.local_stack.ephemeral`."""
    os.environ.update(production())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sermo.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["manage.py", *sys.argv[1:]])


if __name__ == "__main__":
    main()
