"""The vendor adapters in force, named by `settings.VERIFICATION_SOURCES`."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings
from django.utils.module_loading import import_string

from verification.vendors.ports import (
    DocumentExaminer,
    IdentityService,
    MasterfileService,
    NpiRegistry,
    VendorAdapters,
)


@lru_cache(maxsize=8)
def _made(path: str) -> VendorAdapters:
    adapters: VendorAdapters = import_string(path)()
    return adapters


def _current() -> VendorAdapters:
    return _made(settings.VERIFICATION_SOURCES)


def reset_adapters() -> None:
    """Create the adapters again at the next request: their settings have changed."""
    _made.cache_clear()


def identity_service() -> IdentityService:
    return _current().identity()


def masterfile_service() -> MasterfileService:
    return _current().masterfile()


def npi_registry() -> NpiRegistry:
    return _current().providers()


def document_examiner() -> DocumentExaminer:
    return _current().examiner()


def has_device_script() -> bool:
    """Whether the sign-up page loads the vendor's script. Without it a missing result means
    nothing.
    """
    return _current().has_device_script
