"""The vendor adapters in force, named by `settings.VENDOR_ADAPTERS`."""

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
def _load_adapters(path: str) -> VendorAdapters:
    adapters: VendorAdapters = import_string(path)()
    return adapters


def _current_adapters() -> VendorAdapters:
    return _load_adapters(settings.VENDOR_ADAPTERS)


def reset_adapters() -> None:
    """Create the adapters again at the next request: their settings have changed."""
    _load_adapters.cache_clear()


def identity_service() -> IdentityService:
    return _current_adapters().identity_service()


def masterfile_service() -> MasterfileService:
    return _current_adapters().masterfile_service()


def npi_registry() -> NpiRegistry:
    return _current_adapters().npi_registry()


def document_examiner() -> DocumentExaminer:
    return _current_adapters().document_examiner()


def has_device_script() -> bool:
    """Whether the sign-up page loads the vendor's script. Without it a missing result means
    nothing.
    """
    return _current_adapters().has_device_script
