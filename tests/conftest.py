"""The standing cast: people every test may call on. All synthetic."""

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

# The same examples at every run, and no verdict by the clock; HYPOTHESIS_PROFILE=search seeks new
# ones.
hypothesis_settings.register_profile(
    "repeat", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.register_profile(
    "search", deadline=None, max_examples=1000, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeat"))

ALLOWED_HOSTS = ["127.0.0.1", "localhost", "::1"]


def pytest_configure() -> None:
    """Files of a run have a place to themselves, and each of pytest-xdist's processes its own."""
    settings.FILES.mkdir(mode=0o700)


def pytest_unconfigure() -> None:
    """They go with the run."""
    shutil.rmtree(settings.FILES, ignore_errors=True)


@pytest.fixture(autouse=True, scope="session")
def _bundled_stylesheet() -> None:
    """Browsers load one stylesheet, as from the site itself."""
    from sermo.core.static_files import STYLESHEET, bundle_stylesheet

    static = settings.BASE_DIR / "static"
    css, _imported = bundle_stylesheet(lambda name: (static / name).read_text())
    target = settings.FILES / "static" / STYLESHEET
    target.parent.mkdir(parents=True)
    target.write_text(css)


@pytest.fixture(autouse=True, scope="session")
def _keys() -> None:
    """Tests open what only the mailer and the sealed worker may: they hold a throw-away set."""
    from sermo.core import keys

    os.environ.update(keys.generate_demo_environment())


@pytest.fixture(autouse=True, scope="session")
def _children_have_time() -> None:
    """No busy machine ends the work of an image child; its limit of processor time stays."""
    from cases.deid import limits

    for name in ("DECODE_SECONDS", "LOOK_SECONDS", "RENDER_SECONDS"):
        setattr(limits, name, 600)


@pytest.fixture(autouse=True)
def _redis_is_empty(request: pytest.FixtureRequest) -> Iterator[None]:
    """Rate limits and sessions of one test are not the next one's."""
    from django.core.cache import cache

    yield
    cache.clear()


@pytest.fixture
def osler(db: Any) -> Viewer:
    """An internist who asks."""
    return factories.make_viewer("osler", specialty="internal")


@pytest.fixture
def blackwell(db: Any) -> Viewer:
    """A paediatrician who answers."""
    return factories.make_viewer("blackwell", specialty="paediatrics")


@pytest.fixture
def garrett(db: Any) -> Viewer:
    """A rheumatologist, for when two are not enough."""
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
    """A browser in which this member is signed in; None gives a visitor's."""
    return factories.client_for
