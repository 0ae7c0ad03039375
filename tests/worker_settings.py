"""A real worker beside the tests: their databases, vendors on this machine, some patience."""

from __future__ import annotations

from tests.settings import *  # noqa: F403

VENDOR_SECONDS = (1.5, 2.0, 3.0)
