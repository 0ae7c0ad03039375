"""Fixtures for all tests: synthetic people, keys, files, an empty cache."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from sermo.members.viewer import Viewer
from tests import factories, settings

# The same examples in every run, without time limits; HYPOTHESIS_PROFILE=search tries new ones.
hypothesis_settings.register_profile(
    "repeat", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.register_profile(
    "search", deadline=None, max_examples=1000, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeat"))

ALLOWED_HOSTS = ["127.0.0.1", "localhost", "::1"]


def pytest_configure() -> None:
    """Make a directory for the files of this run; each process of pytest-xdist has its own."""
    settings.FILES.mkdir(mode=0o700)


def pytest_unconfigure() -> None:
    """Delete the files of the run."""
    shutil.rmtree(settings.FILES, ignore_errors=True)


@pytest.fixture(autouse=True, scope="session")
def _bundled_stylesheet() -> None:
    """Bundle the stylesheet into one file, as `collectstatic` does."""
    from sermo.core.static_files import STYLESHEET, bundle_stylesheet

    static = settings.BASE_DIR / "static"
    css, _imported = bundle_stylesheet(lambda name: (static / name).read_text())
    target = settings.FILES / "static" / STYLESHEET
    target.parent.mkdir(parents=True)
    target.write_text(css)


@pytest.fixture(autouse=True, scope="session")
def _keys() -> None:
    """Set new demo keys, with those of the mailer, the sealed worker and the custodians."""
    from sermo.core import keys

    os.environ.update(keys.generate_demo_environment())


@pytest.fixture(autouse=True, scope="session")
def _first_salts() -> Iterator[None]:
    """One first salt for all tests: an epoch that a test rolls back is made again as it was."""
    from sermo.blinded_rows import epochs

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(epochs, "first_salt", lambda: b"a salt of thirty-two bytes......")
        yield


@pytest.fixture(autouse=True, scope="session")
def _long_image_time_limits() -> None:
    """Raise the time limits of image processes for busy machines; the CPU limit stays."""
    from cases.deid import limits

    for name in ("DECODE_SECONDS", "LOOK_SECONDS", "RENDER_SECONDS"):
        setattr(limits, name, 600)


@pytest.fixture(autouse=True)
def _empty_cache(request: pytest.FixtureRequest) -> Iterator[None]:
    """Clear rate limits and other cache entries after each test."""
    from django.core.cache import cache

    yield
    cache.clear()


@pytest.fixture(autouse=True)
def _no_released_lines() -> Iterator[None]:
    """Forget the credential lines that this process knows after each test."""
    from sermo.members.credential_lines.released import forget_released_lines

    yield
    forget_released_lines()


@pytest.fixture
def osler(db: Any) -> Viewer:
    """An internist; usually the author."""
    return factories.make_viewer("osler", specialty="internal")


@pytest.fixture
def blackwell(db: Any) -> Viewer:
    """A paediatrician; usually answers."""
    return factories.make_viewer("blackwell", specialty="paediatrics")


@pytest.fixture
def garrett(db: Any) -> Viewer:
    """A rheumatologist; a third member."""
    return factories.make_viewer("garrett", specialty="rheumatology")


@pytest.fixture
def moderator(db: Any) -> Viewer:
    return factories.make_viewer("moderator", role="moderator")


@pytest.fixture
def second_moderator(db: Any) -> Viewer:
    return factories.make_viewer("second-moderator", role="moderator")


@pytest.fixture
def admin(db: Any) -> Viewer:
    return factories.make_viewer("admin", role="admin")


@pytest.fixture
def client_for() -> Callable[[Viewer | None], Client]:
    """Returns a client with this member signed in; None for a visitor."""
    return factories.client_for
