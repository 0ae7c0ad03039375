"""A real worker beside the tests: their databases, vendors on this machine, short patience."""

from __future__ import annotations

from tests.settings import *  # noqa: F403

VENDOR_SECONDS = (0.5, 0.6, 1.0)
