from __future__ import annotations

from typing import Any

import pytest

from accounts.models import User
from tests.factories import make_user
from tests.factories_verification import INSTITUTION, load_registers, make_applicant


@pytest.fixture(autouse=True)
def _hospital(settings: Any) -> None:
    settings.INSTITUTIONAL_DOMAINS = frozenset({INSTITUTION})


@pytest.fixture
def registers(db: Any) -> None:
    load_registers()


@pytest.fixture
def applicant(db: Any) -> User:
    return make_applicant("casey")


@pytest.fixture
def hospital_applicant(db: Any) -> User:
    """Signed up with a mailbox of the synthetic hospital."""
    return make_applicant("blake", domain=INSTITUTION)


@pytest.fixture
def reviewer(db: Any) -> User:
    return make_user("reviewer", role="reviewer")


@pytest.fixture
def second_reviewer(db: Any) -> User:
    return make_user("second-reviewer", role="reviewer")
