"""The warm child is shared by all tests of a process, as it is by all jobs of a worker."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cases.deid import sandbox


@pytest.fixture(autouse=True, scope="session")
def _child_ends_with_the_tests() -> Iterator[None]:
    yield
    sandbox.close_warm_process()
