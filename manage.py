#!/usr/bin/env python
"""Django's commands. Starts the embedded servers if no database and Redis are configured."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Complete the environment, then run the command. Exits with a message if that fails."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sermo.settings")
    try:
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit("Django is not installed here: run `make venv`, then .venv/bin/python manage.py …")
    from sermo import local_stack

    try:
        local_stack.complete_environment(local_stack.default_local())
        execute_from_command_line(sys.argv)
    except (local_stack.LocalStackError, ImproperlyConfigured) as error:
        sys.exit(f"{error}")


if __name__ == "__main__":
    main()
