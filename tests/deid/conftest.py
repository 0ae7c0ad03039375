"""All tests of a process share the warm process, as all jobs of a worker do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cases.deid import sandbox


@pytest.fixture(autouse=True, scope="session")
def _warm_process_ends_with_the_tests() -> Iterator[None]:
    yield
    sandbox.close_warm_process()
