"""A deployment's settings with keys made for one command and servers that are never asked."""

from __future__ import annotations

import os
import sys

from sermo.core.keys import generate_environment


def production() -> dict[str, str]:
    """What `check --deploy` and the image's `collectstatic` need; nothing here opens anything."""
    made = generate_environment(demo=False)
    return {
        **{name: value for name, value in made.items() if not name.endswith("_PRIVATE")},
        "DATABASE_URL": "postgresql://nobody@nowhere.invalid/community",
        "IDENTITY_DATABASE_URL": "postgresql://nobody@nowhere.invalid/identity",
        "REDIS_URL": "redis://nowhere.invalid/0",
        "SERMO_ENV": "production",
        "SERMO_PROCESS": "web",
        "SERMO_BASE_URL": "https://sermo.example",
        "SERMO_SECRET_KEY": made["SERMO_KEY_SESSION"] + made["SERMO_KEY_FIELD"],
        "SERMO_STORAGE": "s3",
        "SERMO_S3_ACCESS_KEY": "nobody",
        "SERMO_S3_SECRET_KEY": "nothing",
    }


def main() -> None:
    """`python -m sermo.local_stack.ephemeral COMMAND…` runs one of Django's commands under them."""
    os.environ.update(production())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sermo.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["manage.py", *sys.argv[1:]])


if __name__ == "__main__":
    main()
