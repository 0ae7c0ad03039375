"""Settings of a scheduler or worker that a test starts under the name of a process."""

from __future__ import annotations

import os

from tests.settings import *  # noqa: F403

SERMO_PROCESS = os.environ["TESTS_PROCESS"]
